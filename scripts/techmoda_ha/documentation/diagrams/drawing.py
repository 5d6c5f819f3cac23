"""A diagram as an SVG file of its own: readable on light and dark pages, and by a screen reader."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from techmoda_ha.report.charts.canvas import Canvas

_STYLE = """
svg { background: #ffffff; font-family: system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
text { fill: #18202a; font-size: 12px; } .title { font-size: 13px; font-weight: 600; }
.head { font-size: 15px; font-weight: 700; } .soft { fill: #525d6a; } .strong { font-weight: 700; }
.panel { fill: #f4f6f9; stroke: #c3ccd6; } .box { fill: #ffffff; stroke: #8995a3; }
.line { stroke: #525d6a; stroke-width: 1.4; fill: none; } .tip { fill: #525d6a; }
.dashed { stroke-dasharray: 5 4; } .life { stroke: #b4bfca; stroke-dasharray: 3 4; }
.line.bad { stroke: #b3261e; } .tip.bad, text.bad { fill: #b3261e; }
.halo { stroke: #ffffff; stroke-width: 5px; paint-order: stroke; }
.band { fill: #e7ecf2; } .compute { fill: #c2571a; } .network { fill: #6b4fa0; } .data { fill: #2b6cb0; }
.security { fill: #b3261e; } .watch { fill: #a3256f; } .recover { fill: #1a6f3a; }
@media (prefers-color-scheme: dark) {
  svg { background: #11151a; } text { fill: #e8ecf1; } .soft { fill: #a6b1bd; }
  .panel { fill: #1a2027; stroke: #35414d; } .box { fill: #11151a; stroke: #647181; }
  .line { stroke: #a6b1bd; } .tip { fill: #a6b1bd; } .life { stroke: #4a5663; } .band { fill: #232b34; }
  .halo { stroke: #11151a; } .line.bad { stroke: #ff958b; } .tip.bad, text.bad { fill: #ff958b; }
  .compute { fill: #f0955b; } .network { fill: #b79be8; } .data { fill: #6aa9ee; }
  .security { fill: #ff7a6e; } .watch { fill: #ef8fc6; } .recover { fill: #74d194; }
}
"""
LINE_HEIGHT = 15


class Drawing(Canvas):
    """A canvas for a file of its own, with arrows and boxes."""

    def __init__(self, width: int, height: int, key: str, title: str, description: str) -> None:
        """Begin a picture; see Canvas."""
        super().__init__(width, height, key, title, description)
        self.root.set("xmlns", "http://www.w3.org/2000/svg")
        self.root.set("width", str(width))
        self.root.set("height", str(height))
        self.add("style", _STYLE)
        self.add("rect", x=0, y=0, width=width, height=height, fill="none")

    def lines(self, texts: Sequence[str], x: float, y: float, style: str, anchor: str = "start") -> None:
        """Write lines of text, the first with its base line at y."""
        for index, text in enumerate(texts):
            self.add("text", text, x=x, y=y + index * LINE_HEIGHT, class_=style, text_anchor=anchor)

    def arrow(self, points: Sequence[tuple[float, float]], style: str = "", *, both: bool = False) -> None:
        """Draw a line through the points with a tip at its end, or at both."""
        path = "M" + " L".join(f"{x} {y}" for x, y in points)
        self.add("path", d=path, class_=f"line {style}".strip())
        self._tip(points[-2], points[-1], style)
        if both:
            self._tip(points[1], points[0], style)

    def _tip(self, start: tuple[float, float], end: tuple[float, float], style: str) -> None:
        x, y = end
        along_x, along_y = _sign(end[0] - start[0]), _sign(end[1] - start[1])
        back_x, back_y = x - 8 * along_x, y - 8 * along_y
        across_x, across_y = 4 * along_y, 4 * along_x
        corners = f"{x},{y} {back_x + across_x},{back_y + across_y} {back_x - across_x},{back_y - across_y}"
        self.add("polygon", points=corners, class_="tip bad" if "bad" in style else "tip")

    def file(self) -> str:
        """Return the file's content."""
        ET.indent(self.root, " ")
        return ET.tostring(self.root, encoding="unicode") + "\n"


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
