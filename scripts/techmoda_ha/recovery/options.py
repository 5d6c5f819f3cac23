"""Options of `ha recover`: the moment, the rules, the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from techmoda_ha.errors import HaError
from techmoda_recovery.core.rules import Choice, RuleError, Rules, keys_of


class Moment(click.ParamType[int]):
    """A moment in RFC 3339 with its zone, as whole epoch seconds: a stream's times are no finer."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read a moment."""
        if isinstance(value, int):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value} is no time such as 2026-05-01T10:00:00Z", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{value} does not name its zone: add Z for UTC", param, ctx)
        if moment.microsecond:
            self.fail(f"{value}: give whole seconds, streams know no finer time", param, ctx)
        return int(moment.timestamp())


@dataclass(frozen=True)
class Selection(Choice):
    """Which writes to undo, as given on the command line: a choice, and files of keys."""

    only_keys: Path | None = None
    keep_keys: Path | None = None

    def rules_of_files(self) -> Rules:
        """Return the rules; raise HaError when they cannot be read, or say nothing where all is at stake."""
        if bool(self.undo or self.undo_writer) == self.undo_all:
            raise HaError(
                "Say which writes to undo: --undo or --undo-writer, or --undo-all for every one since then.",
                "Look at what would happen first: --plan",
            )
        only, keep = self.keys()
        try:
            return self.rules(only, keep or ())
        except RuleError as error:
            raise HaError(
                str(error), "The language: https://jmespath.org. The runbook on data corruption has examples."
            ) from error

    def keys(self) -> tuple[frozenset[str] | None, frozenset[str] | None]:
        """Return the keys to touch and those to leave alone, None where no file was given; raise HaError."""
        only, keep = (None if file is None else _keys(file) for file in (self.only_keys, self.keep_keys))
        return only, keep

    def describe(self, moment: int | None) -> str:
        """Return the moment, where there is one, and the rules in words."""
        parts = ["" if moment is None else f"to {rfc3339(moment)}", "undo all" if self.undo_all else ""]
        for name in ("undo", "undo_writer", "keep", "keep_writer"):
            parts += [f"{name.replace('_', ' ')} {value}" for value in getattr(self, name)]
        if self.until is not None:
            parts.append(f"until {rfc3339(self.until)}")
        parts += [
            f"{name.replace('_', ' ')} of a file"
            for name in ("only_keys", "keep_keys")
            if getattr(self, name)
        ]
        return "; ".join(part for part in parts if part)


_SELECTION = [
    click.option("--undo", multiple=True, metavar="EXPRESSION",
                 help="Undo the writes that match, in JMESPath over event, at, key, old, new and writer."),
    click.option("--undo-writer", multiple=True, metavar="NAME",
                 help="Undo the writes of this deployment (attribute written_by)."),
    click.option("--undo-all", is_flag=True, help="Undo every write since then that nothing speaks for."),
    click.option("--keep", multiple=True, metavar="EXPRESSION", help="Keep the writes that match."),
    click.option("--keep-writer", multiple=True, metavar="NAME", help="Keep the writes of this deployment."),
    click.option("--until", type=Moment(), help="Keep the writes made after this second."),
    click.option("--only-keys", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
                 help="Touch only these keys (one a line)."),
    click.option("--keep-keys", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
                 help="Leave these keys alone (one a line)."),
]  # fmt: skip


def selection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of Selection to a command."""
    for option in reversed(_SELECTION):
        command = option(command)
    return command


def selection_of(given: dict[str, Any]) -> tuple[Selection, dict[str, Any]]:
    """Return the rules' options among a command's, and the others."""
    names = Selection.__dataclass_fields__
    return (
        Selection(**{name: value for name, value in given.items() if name in names}),
        {name: value for name, value in given.items() if name not in names},
    )


def rfc3339(moment: int) -> str:
    """Return epoch seconds as RFC 3339 in UTC."""
    return datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z")


def _keys(file: Path) -> frozenset[str]:
    found = keys_of(file.read_text(encoding="utf-8").splitlines())
    if not found:
        raise HaError(f"{file} names no key.", "Write one key a line, or leave the option out.")
    return found
