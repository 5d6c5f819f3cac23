"""The chart of a drill: what clients saw each second, what DNS and health said, and when what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from techmoda_ha.report.charts.canvas import Canvas, Scale, round_top, ticks
from techmoda_ha.report.language import Speaker
from techmoda_ha.report.runs import Run
from techmoda_ha.report.series import Series, State

WIDTH, LEFT, RIGHT = 960, 150, 12
BARS_HEIGHT, LANE_HEIGHT, MARKS_HEIGHT, AXIS_HEIGHT = 130, 26, 34, 30
MARK_RADIUS, MARK_GAP = 9, 21
REGION_STYLES = ("region-a", "region-b", "region-c", "region-d")
# Values of lanes that mean trouble are hatched; every other value gets a region's colour or a plain one.
GOOD_WORDS = frozenset({"healthy", "ok", "primary", "met"})
BAD_WORDS = ("no answer", "status 5", "unhealthy", "alarm", "failed", "error", "damaged")


@dataclass(frozen=True)
class Frame:
    """What all parts of one chart share."""

    canvas: Canvas
    time: Scale
    speaker: Speaker
    hatch: str
    styles: Mapping[str, str]


def timeline_chart(run: Run, series: Series, speaker: Speaker) -> Markup:
    """Return a run's chart; without any series it shows the events alone."""
    lanes = list(series.states.items())
    bars = BARS_HEIGHT if series.requests else 0
    height = MARKS_HEIGHT + bars + LANE_HEIGHT * len(lanes) + AXIS_HEIGHT
    words = speaker.texts["timeline"]
    title = words["title"].format(name=speaker.texts["scenarios"].get(run.name, {}).get("title", run.name))
    canvas = Canvas(WIDTH, height, f"timeline-{run.name}", title, _description(run, series, speaker))
    end = max([run.seconds, 1.0, *(one.second + 1 for one in series.requests)])
    frame = Frame(canvas, Scale(0, end, LEFT, WIDTH - RIGHT), speaker, canvas.hatch(), _styles(series))
    _axis(frame, height, end)
    if series.requests:
        _bars(frame, series, MARKS_HEIGHT)
    for index, (name, spans) in enumerate(lanes):
        _lane(frame, name, spans, MARKS_HEIGHT + bars + index * LANE_HEIGHT)
    _marks(frame, run, height - AXIS_HEIGHT)
    return canvas.markup()


def _styles(series: Series) -> dict[str, str]:
    values = [span.value for spans in series.states.values() for span in spans]
    regions = dict.fromkeys([*series.regions, *(one for one in values if one.count("-") == 2)])
    return dict(zip(regions, REGION_STYLES, strict=False))


def _description(run: Run, series: Series, speaker: Speaker) -> str:
    failed, total = (
        sum(one.failed for one in series.requests),
        sum(one.ok + one.failed for one in series.requests),
    )
    words = speaker.texts["timeline"]
    told = [
        words["requests"].format(total=speaker.number(total), failed=speaker.number(failed)) if total else ""
    ]
    return " ".join(part for part in (*told, words["events"].format(count=len(run.timeline))) if part)


def _axis(frame: Frame, height: int, end: float) -> None:
    bottom = height - AXIS_HEIGHT
    frame.canvas.add("line", x1=LEFT, x2=WIDTH - RIGHT, y1=bottom, y2=bottom, class_="grid")
    for second in ticks(0, end, 12):
        x = frame.time(second)
        frame.canvas.add("line", x1=x, x2=x, y1=MARKS_HEIGHT, y2=bottom, class_="grid")
        frame.canvas.add(
            "text",
            frame.speaker.duration(second),
            x=x,
            y=bottom + 18,
            text_anchor="middle",
            class_="tick",
        )


def _bars(frame: Frame, series: Series, top: int) -> None:
    """Draw each second's requests: who answered, and hatched on top what failed."""
    highest = round_top(max(one.ok + one.failed for one in series.requests))
    level = Scale(0, highest, top + BARS_HEIGHT - 8, top + 6)
    words = frame.speaker.texts["timeline"]
    frame.canvas.add("text", words["clients"], x=0, y=top + 18, class_="lane")
    frame.canvas.add("text", words["per_second"], x=0, y=top + 34, class_="tick")
    for value in (0.0, highest):
        frame.canvas.add(
            "text",
            frame.speaker.number(value),
            x=LEFT - 8,
            y=level(value) + 4,
            text_anchor="end",
            class_="tick",
        )
    for one in series.requests:
        x, right = frame.time(one.second), frame.time(one.second + 1)
        base = 0.0
        unnamed = one.ok - sum(one.regions.values())
        stacked = [(frame.styles.get(region, "plain"), count) for region, count in one.regions.items()]
        for style, count in (*stacked, ("plain", max(unnamed, 0))):
            _bar(frame, x, right, level(base), level(base + count), class_=style)
            base += count
        _bar(frame, x, right, level(base), level(base + one.failed), class_="failed", fill=frame.hatch)


def _bar(frame: Frame, x: float, right: float, bottom: float, top: float, **style: str) -> None:
    if bottom - top >= 0.1:
        frame.canvas.add(
            "rect", x=x, y=top, width=round(right - x + 0.15, 2), height=round(bottom - top, 2), **style
        )


def _lane(frame: Frame, name: str, spans: Sequence[State], top: int) -> None:
    known = frame.speaker.texts["lanes"]
    label = next(
        (text + name.removeprefix(start) for start, text in known.items() if name.startswith(start)),
        name.replace("_", " "),
    )
    frame.canvas.add("text", label, x=0, y=top + 16, class_="lane")
    for span in spans:
        x, right = frame.time(span.start), frame.time(span.end)
        is_bad = span.value.lower().startswith(BAD_WORDS)
        style = {"class_": frame.styles.get(span.value, "good" if _is_good(span.value) else "plain")}
        if is_bad:
            style = {"class_": "failed", "fill": frame.hatch}
        width = max(round(right - x, 2), 1.5)
        element = frame.canvas.add("rect", x=x, y=top + 3, width=width, height=LANE_HEIGHT - 7, **style)
        hint = frame.canvas.add("title", f"{label}: {span.value}")
        frame.canvas.root.remove(hint)
        element.append(hint)
        if width > 7 * len(span.value) + 10:
            frame.canvas.add(
                "text", span.value, x=x + 6, y=top + 17, class_="on-failed" if is_bad else "on-lane"
            )


def _is_good(value: str) -> bool:
    return value.lower() in GOOD_WORDS


def _marks(frame: Frame, run: Run, bottom: int) -> None:
    """Draw a numbered mark for each event, moved apart where they would hide each other."""
    placed = spread([frame.time(one.second) for one in run.timeline], WIDTH - RIGHT - MARK_RADIUS)
    for number, (moment, x) in enumerate(zip(run.timeline, placed, strict=True), start=1):
        at = frame.time(moment.second)
        frame.canvas.add("path", d=f"M{x} {MARK_RADIUS * 2} L{at} {MARKS_HEIGHT} V{bottom}", class_="mark")
        frame.canvas.add("circle", cx=x, cy=MARK_RADIUS + 1, r=MARK_RADIUS, class_="mark-ground")
        frame.canvas.add(
            "text", str(number), x=x, y=MARK_RADIUS + 5, text_anchor="middle", class_="mark-number"
        )


def spread(wanted: Sequence[float], right: float) -> list[float]:
    """Return positions in the same order, at least MARK_GAP apart and not beyond `right`."""
    placed: list[float] = []
    for x in wanted:
        placed.append(max(x, placed[-1] + MARK_GAP) if placed else x)
    limit = right
    for index in range(len(placed) - 1, -1, -1):
        placed[index] = round(min(placed[index], limit), 2)
        limit = placed[index] - MARK_GAP
    return placed


def key_of(series: Series, speaker: Speaker) -> list[tuple[str, str]]:
    """Return what the chart's colours mean: (CSS class, label)."""
    words = speaker.texts["timeline"]
    styles = _styles(series)
    found = [(style, words["answered"].format(region=region)) for region, style in styles.items()]
    values = {span.value for spans in series.states.values() for span in spans}
    if any(_is_good(value) for value in values):
        found.append(("good", words["good"]))
    if series.requests or any(value.lower().startswith(BAD_WORDS) for value in values):
        found.append(("failed", words["failed"]))
    return found
