"""What every chart is drawn with: SVG elements, a time axis, and steps that people can read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from markupsafe import Markup

STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)


@dataclass(frozen=True)
class Scale:
    """Maps values to pixels."""

    low: float
    high: float
    left: float
    right: float

    def __call__(self, value: float) -> float:
        """Return where a value is drawn; what lies outside is drawn at the edge."""
        share = (min(max(value, self.low), self.high) - self.low) / ((self.high - self.low) or 1.0)
        return round(self.left + share * (self.right - self.left), 2)


class Canvas:
    """An SVG under construction; texts and attributes are escaped by the XML library."""

    def __init__(self, width: int, height: int, key: str, title: str, description: str) -> None:
        """Begin a picture with a title and a description for those who do not see it.

        `key` makes the ids unique in the page.
        """
        self.key = key
        self.root = ET.Element(
            "svg",
            {
                "viewBox": f"0 0 {width} {height}",
                "role": "img",
                "aria-labelledby": f"{key}-title {key}-description",
            },
        )
        self.add("title", title, id=f"{key}-title")
        self.add("desc", description, id=f"{key}-description")

    def add(self, tag: str, text: str = "", /, **attributes: str | float) -> ET.Element:
        """Add an element; `class_` and `stroke_width` stand for `class` and `stroke-width`."""
        names = {key.rstrip("_").replace("_", "-"): str(value) for key, value in attributes.items()}
        element = ET.SubElement(self.root, tag, names)
        element.text = text or None
        return element

    def hatch(self) -> str:
        """Define the hatching that marks failures without colour, and return the fill that uses it."""
        definitions = ET.SubElement(self.root, "defs")
        pattern = ET.SubElement(
            definitions, "pattern",
            {"id": f"{self.key}-hatch", "width": "5", "height": "5", "patternUnits": "userSpaceOnUse",
             "patternTransform": "rotate(45)"},
        )  # fmt: skip
        ET.SubElement(pattern, "rect", {"width": "5", "height": "5", "class": "failed-ground"})
        ET.SubElement(pattern, "rect", {"width": "2.4", "height": "5", "class": "failed-ink"})
        return f"url(#{self.key}-hatch)"

    def markup(self) -> Markup:
        """Return the picture for a template."""
        return Markup(ET.tostring(self.root, encoding="unicode"))  # noqa: S704 - escaped by ElementTree


def ticks(low: float, high: float, most: int) -> Iterator[float]:
    """Yield round seconds from `low` to `high`, at most about `most` of them."""
    span = max(high - low, 1e-9)
    step = next((one for one in STEPS if span / one <= most), STEPS[-1])
    value = math.ceil(low / step) * step
    while value <= high + 1e-9:
        yield value
        value += step


def round_top(value: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is not below the value."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= value - 1e-9)
