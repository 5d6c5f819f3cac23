"""docs/commands.md and the lists of runbooks and decisions, made from the code and the files themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

PATH = Path("docs") / "commands.md"
RUNBOOKS, DECISIONS = Path("docs") / "runbooks", Path("docs") / "decisions"
TARGET = re.compile(r"^([a-z][a-z-]*):.*?(?:## *(.*))?$", re.MULTILINE)
HEAD = """# Commands

Made by `make docs-tables` from the Makefile and the code; a test compares them. Each target is one call of
`ha` (`build/venv/tools/bin/ha`), so everything can be done without make. `ha COMMAND --help` tells the
options.

"""


def targets(makefile: str) -> dict[str, str]:
    """Return every target of a Makefile with its help, which is empty where it has none."""
    return {name: told.strip() for name, told in TARGET.findall(makefile)}


def leaves(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, with its full name."""
    if not isinstance(command, click.Group):
        yield name, command
        return
    for part, inner in sorted(command.commands.items()):
        yield from leaves(inner, f"{name} {part}")


def reference(root: Path, main: click.Command) -> str:
    """Return the page."""
    rows = ["| target | does |", "|---|---|"]
    for name, told in sorted(targets((root / "Makefile").read_text(encoding="utf-8")).items()):
        rows.append(f"| `make {name}` | {_cell(told)} |")
    rows += ["", "| command | does |", "|---|---|"]
    for name, command in leaves(main, "ha"):
        rows.append(f"| `{name}` | {_cell(command.get_short_help_str(limit=200))} |")
    return HEAD + "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


DECISIONS_HEAD = """# Decisions

Why things are as they are: what was to be decided, what was decided, and what follows. A decision that no
longer holds is replaced by a new one that says so. The numbers go by area and have gaps. The list is made by
`make docs-tables`.

| | decision |
|---:|---|
"""
RUNBOOKS_HEAD = """# Runbooks

What to do when something is wrong: symptoms, first five minutes, exact commands, how to know that it worked,
how to undo it. Every alarm's description ends with the page and the section that belong to it. The commands
are checked by tests. In Spanish: [a region is out, and the way back](../es/region-caida.md),
[data is corrupted](../es/datos-corruptos.md).

Nothing rings, and you only want to know how things are: `make failover-status TARGET=aws`,
`make smoke-test TARGET=aws`, and the dashboards.

The list is made by `make docs-tables`.

| runbook | begins |
|---|---|
"""


def runbook_index(root: Path) -> str:
    """Return the list of the runbooks, each with its title and the beginning of its first paragraph."""
    rows = []
    for file in sorted((root / RUNBOOKS).glob("*.md")):
        if file.name != "README.md":
            title, opening = _title_and_opening(file.read_text(encoding="utf-8"))
            rows.append(f"| [{title}]({file.name}) | {_cell(opening)} |")
    return RUNBOOKS_HEAD + "\n".join(rows) + "\n"


def decision_index(root: Path) -> str:
    """Return the list of the decisions by their numbers."""
    rows = []
    for file in sorted((root / DECISIONS).glob("[0-9]*.md")):
        number, _, title = file.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ").partition(". ")
        rows.append(f"| {number} | [{title}]({file.name}) |")
    return DECISIONS_HEAD + "\n".join(rows) + "\n"


def _title_and_opening(text: str) -> tuple[str, str]:
    title, _, rest = text.partition("\n")
    paragraph = next((part for part in rest.strip().split("\n\n") if re.match(r"[\w`*\[]", part)), "")
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", " ".join(paragraph.split()))
    return title.lstrip("# ").strip(), re.split(r"(?<=[.:?]) ", plain, maxsplit=1)[0]
