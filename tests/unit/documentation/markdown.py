"""Markdown files as what the tests ask of them: links, anchors, and the commands that a reader would type."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[3]
SHELLS = {"sh", "bash", "shell", ""}
SKIPPED = ("tests/", ".github/")


@dataclass(frozen=True)
class Command:
    """A command as a document names it. A `line` of a code block is to be typed as it stands."""

    words: tuple[str, ...]
    is_line: bool

    def __str__(self) -> str:
        """Return it as it was written."""
        return " ".join(self.words)


@dataclass(frozen=True)
class Document:
    """One Markdown file."""

    path: Path
    text: str

    @cached_property
    def tokens(self) -> list[Token]:
        """Return the file's tokens, those within a line too."""
        parsed = MarkdownIt("commonmark").enable("table").parse(self.text)
        return [inner for token in parsed for inner in (token, *(token.children or []))]

    @property
    def links(self) -> list[str]:
        """Return where its links and pictures lead."""
        found = [token.attrGet("href") or token.attrGet("src") for token in self.tokens]
        return [str(one) for one in found if one]

    @property
    def anchors(self) -> set[str]:
        """Return the anchors that GitHub gives its headings."""
        headings = [
            self.tokens[index + 1].content
            for index, token in enumerate(self.tokens)
            if token.type == "heading_open"
        ]
        found: set[str] = set()
        for heading in headings:
            anchor, count = slug(heading), 1
            while anchor in found:
                anchor, count = f"{slug(heading)}-{count}", count + 1
            found.add(anchor)
        return found

    def commands(self) -> Iterator[Command]:
        """Yield every command in code blocks and in code within the text."""
        for token in self.tokens:
            if token.type == "code_inline":
                yield from _commands(token.content, is_line=False)
            elif token.type in ("fence", "code_block") and token.info.strip() in SHELLS:
                for line in token.content.replace("\\\n", " ").splitlines():
                    yield from _commands(line, is_line=True)


def slug(heading: str) -> str:
    """Return the anchor of a heading, as GitHub makes it."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def _commands(text: str, *, is_line: bool) -> Iterator[Command]:
    try:
        words = shlex.split(text, comments=True)
    except ValueError:
        return
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):  # variables before the command
        words = words[1:]
    for part in split_at(words, {"&&", ";", "|", "||"}):
        yield Command(tuple(part), is_line)


def split_at(words: list[str], marks: set[str]) -> Iterator[list[str]]:
    """Yield the parts of a line between the shell's marks."""
    part: list[str] = []
    for word in words:
        if word in marks:
            if part:
                yield part
            part = []
        else:
            part.append(word)
    if part:
        yield part


def documents() -> list[Document]:
    """Return every Markdown file of the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", "*.md"], check=True, capture_output=True, text=True, cwd=ROOT
    ).stdout
    names = [name for name in listed.split("\0") if name and not name.startswith(SKIPPED)]
    return [Document(ROOT / name, (ROOT / name).read_text()) for name in names if (ROOT / name).is_file()]
