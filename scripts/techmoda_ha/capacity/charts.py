"""Line charts as SVG, for a page that needs nothing from elsewhere."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 200
LEFT, RIGHT, TOP, BOTTOM = 52, 8, 8, 26
_TICKS = 4
_MOST_STEPS = 6
_ROUND = (1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10)
_STEPS = (1, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400, 172_800, 432_000)


@dataclass(frozen=True)
class Line:
    """One line: its name, its values at even distances, and the CSS class that colours it."""

    name: str
    values: Sequence[float]
    style: str


def line_chart(title: str, lines: Sequence[Line], seconds: int, unit: str) -> str:
    """Return a chart of lines over `seconds`, with a legend; the lowest value shown is 0."""
    top = round_top(max((max(line.values, default=0.0) for line in lines), default=0.0))
    parts = [
        f'<figure><figcaption>{html.escape(title)} <span class="unit">{html.escape(unit)}</span>',
        *(f' <span class="key {line.style}">{html.escape(line.name)}</span>' for line in lines),
        f'</figcaption><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(title)}">',
        *_grid(top, seconds),
        *(f'<polyline class="{line.style}" points="{_points(line.values, top)}"/>' for line in lines),
        "</svg></figure>",
    ]
    return "".join(parts)


def _points(values: Sequence[float], top: float) -> str:
    if not values:
        return ""
    step = (WIDTH - LEFT - RIGHT) / max(1, len(values) - 1)
    height = HEIGHT - TOP - BOTTOM
    return " ".join(
        f"{LEFT + index * step:.1f},{TOP + height * (1 - value / top):.1f}"
        for index, value in enumerate(values)
    )


def _grid(top: float, seconds: int) -> list[str]:
    height, width = HEIGHT - TOP - BOTTOM, WIDTH - LEFT - RIGHT
    parts = []
    for tick in range(_TICKS + 1):
        y = TOP + height * (1 - tick / _TICKS)
        parts += [
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>',
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{top * tick / _TICKS:,g}</text>',
        ]
    step = round_step(seconds)
    for second in range(0, seconds + 1, step):
        x = LEFT + width * second / seconds
        anchor = "end" if second > seconds - step / 2 else "middle"
        told = duration(second) if second else "0"
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="{anchor}">{told}</text>')
    return parts


def round_top(highest: float) -> float:
    """Return the top of an axis above the highest value whose ticks are round numbers."""
    if highest <= 0:
        return float(_TICKS)
    decade: float = 10.0 ** math.floor(math.log10(highest / _TICKS))
    step = next(decade * digit for digit in _ROUND if decade * digit * _TICKS >= highest)
    return step * _TICKS


def round_step(seconds: int) -> int:
    """Return a round span of time that divides so many seconds into a handful."""
    return next((step for step in _STEPS if step * _MOST_STEPS >= seconds), _STEPS[-1])


def duration(seconds: int) -> str:
    """Return seconds in the largest units that tell enough: "2 d 3 h", "1 h 5 min", "40 s"."""
    parts, rest = [], seconds
    for name, length in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        count, rest = divmod(rest, length)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2]) or "0 s"
