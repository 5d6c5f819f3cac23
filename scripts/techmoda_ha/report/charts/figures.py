"""Figures over time (latency, load, errors): those of one unit together in one chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from markupsafe import Markup

from techmoda_ha.report.charts.canvas import Canvas, Scale, round_top, ticks
from techmoda_ha.report.language import UNITS, Speaker, in_words

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 480, 200, 50, 12, 30, 28
# Colour and dash pattern tell lines apart, so that colour alone never does.
STYLES = ("line-a", "line-b", "line-c", "line-d")
LEVELS = 4
Points = Sequence[tuple[float, float]]


def figure_charts(run_name: str, figures: Mapping[str, Points], speaker: Speaker) -> list[Markup]:
    """Return the charts of a run's figures, each with at most four lines."""
    known = {unit for _, unit in UNITS}
    charts = []
    for index, (unit, lines) in enumerate(_groups(figures)):
        named = {_short(name, lines): _held(name, points) for name, points in lines.items()}
        shown = unit if unit in known else ""
        charts.append(line_chart(f"figures-{run_name}-{index}", ", ".join(named), shown, named, speaker))
    return charts


def _held(name: str, points: Points) -> Points:
    """Return the points of a capacity, which holds until it is changed, as steps; any others as they are."""
    if not name.partition(" ")[0].endswith("_units"):
        return points
    held = [point for sooner, later in pairwise(points) for point in (sooner, (later[0], sooner[1]))]
    return [*held, points[-1]]


def _short(name: str, lines: Mapping[str, Points]) -> str:
    """Return what a line is called: without the name of its list, unless two lines were then called alike."""
    last = name.rpartition(" ")[2]
    is_alone = sum(other.rpartition(" ")[2] == last for other in lines) == 1
    return in_words(last if is_alone else name)


def _groups(figures: Mapping[str, Points]) -> Iterator[tuple[str, dict[str, Points]]]:
    groups: dict[str, dict[str, Points]] = {}
    for name, points in figures.items():
        unit = next((unit for ending, unit in UNITS if name.endswith(ending)), "")
        # Figures without a unit belong together when they come from one list.
        groups.setdefault(unit or name.rpartition(" ")[0] or name, {})[name] = points
    for unit, lines in groups.items():
        names = list(lines)
        for start in range(0, len(names), len(STYLES)):
            yield unit, {name: lines[name] for name in names[start : start + len(STYLES)]}


def line_chart(key: str, title: str, unit: str, lines: Mapping[str, Points], speaker: Speaker) -> Markup:
    """Return a chart of named lines, points of (second, value); the axis of values begins at 0."""
    told = [f"{name}: {_span(points, speaker)}" for name, points in lines.items()]
    canvas = Canvas(WIDTH, HEIGHT, key, title, "; ".join(told))
    values = [value for points in lines.values() for _, value in points]
    seconds = [second for points in lines.values() for second, _ in points]
    time = Scale(min(seconds), max(seconds), LEFT, WIDTH - RIGHT)
    level = Scale(0, round_top(max(values)), HEIGHT - BOTTOM, TOP)
    _grid(canvas, time, level, unit, speaker)
    for points, style in zip(lines.values(), STYLES, strict=False):
        path = " ".join(f"{time(second)},{level(value)}" for second, value in points)
        canvas.add("polyline", points=path, class_=style)
    _legend(canvas, list(lines))
    return canvas.markup()


def _span(points: Points, speaker: Speaker) -> str:
    values = [value for _, value in points]
    return f"{speaker.number(min(values))} … {speaker.number(max(values))}"


def _grid(canvas: Canvas, time: Scale, level: Scale, unit: str, speaker: Speaker) -> None:
    for step in range(LEVELS + 1):
        value = level.high * step / LEVELS
        y = level(value)
        shown = f"{speaker.number(value * 100)} %" if unit == "share" else speaker.number(value)
        canvas.add("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid")
        canvas.add("text", shown, x=LEFT - 6, y=y + 4, text_anchor="end", class_="tick")
    for second in ticks(time.low, time.high, 6):
        canvas.add(
            "text",
            speaker.duration(second),
            x=time(second),
            y=HEIGHT - 8,
            text_anchor="middle",
            class_="tick",
        )
    if unit and unit != "share":
        canvas.add("text", unit, x=0, y=16, class_="tick")


def _legend(canvas: Canvas, names: Sequence[str]) -> None:
    x = 28.0
    for label, style in zip(names, STYLES, strict=False):
        canvas.add("line", x1=x, x2=x + 22, y1=12, y2=12, class_=style)
        canvas.add("text", label, x=x + 27, y=16, class_="lane")
        x += 27 + 6.2 * len(label) + 14
