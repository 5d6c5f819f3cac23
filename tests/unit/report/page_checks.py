"""What every page of ours must keep, read from its HTML: nothing external, readable by all."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"meta", "link", "img", "br", "hr", "input", "col", "source", "area", "base", "wbr"}
LOADS = {"src", "srcset", "data", "poster", "action", "background", "xlink:href"}
NEVER = {"script", "iframe", "object", "embed", "link", "img", "video", "audio", "base", "form"}


@dataclass
class Page(HTMLParser):
    """A page as its elements: (tag, attributes), with headings, and the text of each element by id."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    open_tags: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    @classmethod
    def of(cls, html: str) -> Page:
        page = cls()
        page.feed(html)
        page.close()
        if page.open_tags:
            page.problems.append(f"never closed: {page.open_tags}")
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}))
        if tag not in VOID:
            self.open_tags.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open_tags or self.open_tags.pop() != tag:
            self.problems.append(f"</{tag}> closes something else")

    def handle_data(self, data: str) -> None:
        if self.open_tags and self.open_tags[-1] != "style":
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def problems(html: str) -> list[str]:
    """Return everything that is wrong with a page."""
    page = Page.of(html)
    return [*page.problems, *_external(page, html), *_references(page), *_headings(page), *_meaning(page)]


def _external(page: Page, html: str) -> list[str]:
    found = [f"<{tag}> may load something" for tag, _ in page.elements if tag in NEVER]
    for tag, attributes in page.elements:
        for name, value in attributes.items():
            if name in LOADS:
                found.append(f"<{tag} {name}> may load something")
            if name.startswith("on"):
                found.append(f"<{tag} {name}> is a script")
            if name == "href" and re.match(r"(?i)[a-z]+:|//", value):
                found.append(f"<{tag} href={value}> leads out of the page")
    found += [f"the style loads {one}" for one in re.findall(r"url\((?!#)[^)]*\)|@import[^;]*", html)]
    return found


def _references(page: Page) -> list[str]:
    ids = Counter(attributes["id"] for _, attributes in page.elements if "id" in attributes)
    wanted = [
        one
        for _, attributes in page.elements
        for name in ("aria-labelledby", "aria-describedby")
        for one in attributes.get(name, "").split()
    ]
    wanted += [one["href"][1:] for one in page.all("a") if one.get("href", "").startswith("#")]
    doubled = [f"id {name} twice" for name, count in ids.items() if count > 1]
    return doubled + [f"nothing has the id {name}" for name in wanted if name not in ids]


def _headings(page: Page) -> list[str]:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    found = [] if levels.count(1) == 1 else [f"{levels.count(1)} headings of level 1"]
    for before, after in pairwise(levels):
        if after > before + 1:
            found.append(f"heading of level {after} after level {before}")
    return found


def _meaning(page: Page) -> list[str]:
    found = [] if page.all("html")[0].get("lang") else ["the page names no language"]
    if not page.all("title"):
        found.append("the page has no title")
    found += [
        "a picture without words"
        for one in page.all("svg")
        if one.get("role") != "img" or "aria-labelledby" not in one
    ]
    found += ["a heading cell without scope" for one in page.all("th") if "scope" not in one]
    scrollers = [one for _, one in page.elements if "scroll" in one.get("class", "").split()]
    found += [
        "a scrolling part that a keyboard cannot reach" for one in scrollers if one.get("tabindex") != "0"
    ]
    return found


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (#rrggbb) as WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
