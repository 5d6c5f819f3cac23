"""Line charts as SVG, for a page that needs nothing from elsewhere."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 200
LEFT, RIGHT, TOP, BOTTOM = 52, 8, 8, 26
_TICKS = 4


@dataclass(frozen=True)
class Line:
    """One line: its name, its values at even distances, and the CSS class that colours it."""

    name: str
    values: Sequence[float]
    style: str


def line_chart(title: str, lines: Sequence[Line], seconds: int, unit: str) -> str:
    """Return a chart of lines over `seconds`, with a legend; the lowest value shown is 0."""
    top = max((max(line.values, default=0.0) for line in lines), default=0.0) or 1.0
    top *= 1.05
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
        x = LEFT + width * tick / _TICKS
        anchor = "end" if tick == _TICKS else "middle"
        parts += [
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>',
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{_short(top * tick / _TICKS)}</text>',
            f'<text x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="{anchor}">'
            f"{duration(seconds * tick // _TICKS)}</text>",
        ]
    return parts


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def duration(seconds: int) -> str:
    """Return seconds in the largest units that tell enough: "2 d 3 h", "1 h 5 min", "40 s"."""
    parts, rest = [], seconds
    for name, length in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        count, rest = divmod(rest, length)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2]) or "0 s"
