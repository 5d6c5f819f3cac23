"""Draws widgets with matplotlib, each as a figure of its own or all on one sheet; nothing is global."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from techmoda_ha.dashboard.body import AlarmWidget, Dashboard, MetricWidget, Place, TextWidget
from techmoda_ha.dashboard.data import UNKNOWN, AlarmState, Line, Window, widget_window
from techmoda_ha.dashboard.unknown import nothing_known, reasons, unknown_lines

COLUMNS = 24
UNIT_WIDTH, UNIT_HEIGHT = 0.78, 0.46  # inches of a unit of the grid
HEADER = 0.9  # inches above the first widget
DOTS_PER_INCH = 110
INK, FAINT, GRID = "#1f2933", "#6b7785", "#e3e8ee"
# Wong's palette, which colour-blind people can tell apart (Nature Methods 8, 441, 2011), without its yellow.
PALETTE = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#7f7f7f", "#000000")
UNKNOWN_COLOR = "#b45309"  # amber: neither good nor bad is known
STATE_COLORS = {"OK": "#2e7d32", "ALARM": "#c62828", "INSUFFICIENT_DATA": "#7b8794", "absent": "#b0bec5",
                UNKNOWN: UNKNOWN_COLOR}  # fmt: skip
STATE_ORDER = ("ALARM", UNKNOWN, "absent", "INSUFFICIENT_DATA", "OK")
UNITS_OF_A_LABEL = 3  # of the grid: how wide an entry of a legend is
LABEL_LENGTH = 32
CHARACTERS_OF_A_UNIT = 10  # of the grid: what a note in a graph takes at most
MARKED_POINTS = 3  # so few points make no line

Answer = tuple[Line, ...] | tuple[AlarmState, ...]
Data = Mapping[int, Answer]
"""What was read for a widget, by its position on the dashboard."""


@dataclass(frozen=True)
class Sheet:
    """A dashboard with its data: what both outputs are made of."""

    dashboard: Dashboard
    data: Data
    window: Window
    missing: tuple[str, ...] = ()  # why some of it is unknown, in words

    @property
    def subtitle(self) -> str:
        """Return the range of time in words."""
        return f"{self.window.start:%Y-%m-%d %H:%M} to {self.window.end:%Y-%m-%d %H:%M} UTC"


def draw_png(sheet: Sheet) -> bytes:
    """Return the whole dashboard as one PNG."""
    width = COLUMNS * UNIT_WIDTH
    height = HEADER + sheet.dashboard.rows * UNIT_HEIGHT
    figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH, facecolor="white")
    top = 1 - 0.32 / height
    figure.text(0.012, top, sheet.dashboard.name, fontsize=17, fontweight="bold", color=INK, va="center")
    words = " · ".join((sheet.subtitle, *sheet.missing))
    figure.text(0.988, top, words, fontsize=10.5, color=FAINT, va="center", ha="right")
    for position, widget in enumerate(sheet.dashboard.widgets):
        box = _box(widget.place, height)
        if isinstance(widget, TextWidget):
            figure.text(box[0] + 0.004, box[1] + box[3] * 0.35, widget.markdown.lstrip("# "), fontsize=13,
                        fontweight="bold", color=INK, va="center")  # fmt: skip
            continue
        data = sheet.data.get(position, ())
        axes = figure.add_axes(_margins(box, width, height, _legend_rows(widget, data)))
        draw_widget(axes, widget, data, sheet.window)
    return _saved(figure, "png")


def draw_svg(widget: MetricWidget | AlarmWidget, data: Answer, window: Window) -> str:
    """Return one widget as SVG, for a page; the same input gives the same text."""
    width, height = widget.place.width * UNIT_WIDTH, widget.place.height * UNIT_HEIGHT
    figure = Figure(figsize=(width, height), facecolor="white")
    axes = figure.add_axes(_margins((0, 0, 1, 1), width, height, _legend_rows(widget, data)))
    draw_widget(axes, widget, data, window)
    return _saved(figure, "svg").decode()


def draw_widget(axes: Axes, widget: MetricWidget | AlarmWidget, data: Answer, window: Window) -> None:
    """Draw a widget into axes."""
    axes.set_title(widget.title, loc="left", fontsize=10.5, color=INK, pad=7)
    if isinstance(widget, AlarmWidget):
        _draw_states(axes, [one for one in data if isinstance(one, AlarmState)])
        return
    lines = [one for one in data if isinstance(one, Line)]
    if widget.view == "singleValue":
        _draw_numbers(axes, lines)
    else:
        _draw_graph(axes, widget, lines, widget_window(widget, window))


def _draw_graph(axes: Axes, widget: MetricWidget, lines: Sequence[Line], window: Window) -> None:
    axes.set_xlim(window.start, window.end)  # type: ignore[arg-type]  # matplotlib converts dates
    locator: Any = AutoDateLocator(minticks=3, maxticks=7)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))  # type: ignore[no-untyped-call]
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    axes.grid(visible=True, axis="y", color=GRID, linewidth=0.8)
    axes.tick_params(labelsize=8, colors=FAINT, length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(GRID)
    if widget.unit:
        axes.set_ylabel(widget.unit, fontsize=8, color=FAINT)
    for number, line in enumerate(lines):
        if not line.values:
            continue  # Its colour stays its own: the others keep theirs when it comes back.
        axes.plot(
            line.times,  # type: ignore[arg-type]  # matplotlib converts dates
            line.values,
            label=_short(line.label or widget.title),
            color=line.color or PALETTE[number % len(PALETTE)],
            linewidth=1.5,
            marker="o" if len(line.times) <= MARKED_POINTS else "",
            markersize=3.5,
        )
    _draw_limits(axes, widget, lines)
    if why := nothing_known(lines):
        _say(axes, why, UNKNOWN_COLOR)
        return
    if some := unknown_lines(lines, widget.place.width * CHARACTERS_OF_A_UNIT):
        axes.text(0.01, 0.97, some, transform=axes.transAxes, fontsize=8, color=UNKNOWN_COLOR, va="top",
                  bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5})  # fmt: skip
    if not any(line.values for line in lines):
        _say(axes, "no data in this range")
    elif _legend_rows(widget, lines):
        below = (-0.01, -0.3 / _inches(axes))
        axes.legend(*axes.get_legend_handles_labels(), fontsize=7.5, frameon=False, labelcolor=INK,
                    loc="upper left", bbox_to_anchor=below, ncols=_legend_columns(widget), handlelength=1.2,
                    columnspacing=1.2, borderpad=0, labelspacing=0.35)  # fmt: skip


def _legend_columns(widget: MetricWidget) -> int:
    return max(1, widget.place.width // UNITS_OF_A_LABEL)


def _legend_rows(widget: MetricWidget | AlarmWidget, data: Sequence[Line] | Sequence[AlarmState]) -> int:
    """Return how many rows the legend takes; a single line needs none, the title says what it is."""
    if not isinstance(widget, MetricWidget) or widget.view == "singleValue" or len(data) < 2:
        return 0
    shown = sum(bool(line.values) for line in data if isinstance(line, Line))
    return -(-shown // _legend_columns(widget))


def _short(label: str) -> str:
    return label if len(label) <= LABEL_LENGTH else f"{label[: LABEL_LENGTH - 1]}…"


def _inches(axes: Axes) -> float:
    """Return the height of the axes in inches."""
    figure = axes.get_figure(root=True)
    return float(axes.get_position().height * (figure.get_figheight() if figure else 1.0))


def _draw_limits(axes: Axes, widget: MetricWidget, lines: Sequence[Line]) -> None:
    """Draw the limits, and choose the scale: a limit far above the data must not flatten it."""
    values = [value for line in lines for value in line.values]
    highest = max(values, default=0.0)
    shown = [limit for limit in widget.limits if not values or limit.value <= max(highest, 1e-9) * 12]
    for limit in shown:
        axes.axhline(limit.value, color=limit.color or FAINT, linewidth=1.1, linestyle=(0, (5, 3)))
        axes.annotate(limit.label, (1, limit.value), xycoords=("axes fraction", "data"), fontsize=7.5,
                      color=limit.color or FAINT, ha="right", va="bottom")  # fmt: skip
    hidden = [limit for limit in widget.limits if limit not in shown]
    if hidden:
        text = " · ".join(f"{limit.label} at {limit.value:g}" for limit in hidden)
        axes.text(0.995, 0.97, f"not drawn: {text}", transform=axes.transAxes, fontsize=7.5, color=FAINT,
                  ha="right", va="top")  # fmt: skip
    low = widget.minimum if widget.minimum is not None else min([0.0, *values])
    top = widget.maximum if widget.maximum is not None else max([highest, *(limit.value for limit in shown)])
    axes.set_ylim(low, top + ((top - low) * 0.12 or 1.0))


def _draw_numbers(axes: Axes, lines: Sequence[Line]) -> None:
    axes.axis("off")
    if not lines:
        _say(axes, "no data in this range")
    for number, line in enumerate(lines):
        x = (number + 0.5) / len(lines)
        value = _readable(line.values[-1]) if line.values else "-"
        size, color, label = 23, INK, line.label
        if line.unknown:
            value, size, color, label = UNKNOWN, 15, UNKNOWN_COLOR, f"{label}\n({line.unknown})"
        axes.text(x, 0.56, value, transform=axes.transAxes, fontsize=size, color=color, ha="center",
                  va="center")  # fmt: skip
        axes.text(x, 0.24, label, transform=axes.transAxes, fontsize=8.5, color=FAINT, ha="center",
                  va="center")  # fmt: skip


def _readable(value: float) -> str:
    """Write a number so that its last figures tell something: 99.9876, 100, 0.25."""
    return f"{value:.4f}".rstrip("0").rstrip(".") if abs(value) < 1000 else f"{value:,.0f}"


def _draw_states(axes: Axes, states: Sequence[AlarmState]) -> None:
    """Draw the alarms as rows with a coloured mark, the raised ones first, and a count of each state."""
    axes.axis("off")
    if not states:
        _say(axes, "no alarms")
        return
    if why := nothing_known(states):
        _say(axes, f"{len(states)} alarms: {why}", UNKNOWN_COLOR)
        return
    ordered = sorted(states, key=lambda one: (STATE_ORDER.index(one.state), one.name))
    prefix = _common_prefix([one.name for one in ordered])
    columns = max(1, min(4, -(-len(ordered) // 14)))
    rows = -(-len(ordered) // columns)
    size = max(4.6, min(8.0, 92 / rows))
    for number, one in enumerate(ordered):
        x, y = number // rows / columns, 1 - (number % rows + 0.5) / rows
        mark = FancyBboxPatch((x, y - 0.22 / rows), 0.008, 0.44 / rows, boxstyle="square,pad=0", linewidth=0,
                              facecolor=STATE_COLORS[one.state], transform=axes.transAxes)  # fmt: skip
        axes.add_patch(mark)
        raised = one.state == "ALARM"
        axes.text(x + 0.014, y, one.name.removeprefix(prefix), transform=axes.transAxes, fontsize=size,
                  va="center", color=STATE_COLORS["ALARM"] if raised else INK,
                  fontweight="bold" if raised else "normal")  # fmt: skip
    counts = [(state, sum(one.state == state for one in states)) for state in STATE_ORDER]
    text = ", ".join(f"{count} {state}" for state, count in counts if count)
    text += "".join(f" ({why})" for why in reasons(states))
    axes.set_title(text, loc="right", fontsize=8.5, color=FAINT, pad=7)


def _common_prefix(names: Sequence[str]) -> str:
    """Return what all names begin with, up to a dash: it says nothing on a page of one application."""
    first, last = min(names), max(names)
    same = next(
        (at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first)
    )
    return first[: first.rfind("-", 0, same) + 1] if len(names) > 1 else ""


def _say(axes: Axes, text: str, color: str = FAINT) -> None:
    axes.text(0.5, 0.5, text, transform=axes.transAxes, fontsize=9, color=color, ha="center", va="center")


Box = tuple[float, float, float, float]
"""Left, bottom, width and height, as shares of the figure."""


def _box(place: Place, height: float) -> Box:
    left = place.x / COLUMNS
    bottom = 1 - (HEADER + (place.y + place.height) * UNIT_HEIGHT) / height
    return left, bottom, place.width / COLUMNS, place.height * UNIT_HEIGHT / height


def _margins(box: Box, width: float, height: float, legend_rows: int) -> Box:
    """Leave room around the axes for the title, the numbers, the legend and the next widget; in inches."""
    left, right, below, above = 0.62, 0.22, 0.32 + 0.15 * legend_rows, 0.44
    return (
        box[0] + left / width,
        box[1] + below / height,
        box[2] - (left + right) / width,
        box[3] - (below + above) / height,
    )


def _saved(figure: Figure, kind: str) -> bytes:
    written = io.BytesIO()
    save: Callable[..., None] = figure.savefig
    # Text stays text, and neither the time nor random ids make two drawings of the same data differ.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "techmoda"}):
        save(written, format=kind, metadata={"Date": None} if kind == "svg" else None)
    return written.getvalue()
