"""Which writes are undone and which are kept: by writer, by expression, by time and by key."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from techmoda_recovery.core.changes import Change
from techmoda_recovery.core.images import Image, dumps, plain
from techmoda_recovery.core.stamps import STAMPS, Stamps

Test = Callable[[Change], bool]


class RuleError(ValueError):
    """An expression that cannot be read or used."""


@dataclass(frozen=True)
class Expression:
    """A JMESPath expression over a write: {"event", "at", "key", "old", "new", "writer"}.

    `old` and `new` are the item before and after it (null where there was none), `at` the epoch second,
    `writer` who wrote it. Only the result `true` is a match.
    """

    text: str
    stamps: Stamps = STAMPS

    def __post_init__(self) -> None:
        """Refuse what is no expression."""
        try:
            jmespath.compile(self.text)
        except JMESPathError as error:
            raise RuleError(f"no JMESPath expression: {self.text}: {error}") from error

    def __call__(self, change: Change) -> bool:
        """Tell whether the write matches."""
        document = {
            "event": str(change.event),
            "at": change.at,
            "key": plain(change.key),
            "old": plain(change.old),
            "new": plain(change.new),
            "writer": self.stamps.writer_of(change.old, change.new) or None,
        }
        try:
            found: Any = jmespath.search(self.text, document)
        except JMESPathError as error:
            # A function met a value of another type, such as to_number() of a missing attribute.
            raise RuleError(f"{self.text} cannot be used on {dumps(change.key)}: {error}") from error
        return found is True


@dataclass(frozen=True)
class WrittenBy:
    """Matches the writes of these writers. A removal names none."""

    writers: frozenset[str]
    stamps: Stamps = STAMPS

    def __call__(self, change: Change) -> bool:
        """Tell whether the write matches."""
        return self.stamps.writer_of(change.old, change.new) in self.writers


@dataclass(frozen=True)
class Rules:
    """Decides about each write.

    A write is undone when it matches one of `undo` (every write does when `undo` is empty) and nothing
    speaks for it: none of `keep`, its key is not among `keep_keys`, it was made up to `until` (epoch
    seconds, that second included). `only_keys` leaves all other keys alone. What expired by TTL is
    always kept.
    """

    undo: tuple[Test, ...] = ()
    keep: tuple[Test, ...] = ()
    until: int | None = None
    only_keys: frozenset[str] | None = None
    keep_keys: frozenset[str] = frozenset()
    stamps: Stamps = STAMPS

    def undoes(self, change: Change) -> bool:
        """Tell whether a write is to be undone."""
        if change.by_ttl:
            return False
        if self.until is not None and change.at is not None and change.at > self.until:
            return False
        if not self._may_touch(change.key):
            return False
        if self.undo and not any(test(change) for test in self.undo):
            return False
        return not any(test(change) for test in self.keep)

    def _may_touch(self, key: Image) -> bool:
        if self.only_keys is None and not self.keep_keys:
            return True
        name = key_text(key)
        return name not in self.keep_keys and (self.only_keys is None or name in self.only_keys)


@dataclass(frozen=True)
class Choice:
    """Which writes to undo, in words: JMESPath expressions and names of writers. See `Rules` for the rest.

    `undo_all` says expressly that every write is undone which nothing speaks for.
    """

    undo: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    undo_writer: tuple[str, ...] = ()
    keep_writer: tuple[str, ...] = ()
    until: int | None = None
    undo_all: bool = False

    def rules(self, only_keys: Collection[str] | None = None, keep_keys: Collection[str] = ()) -> Rules:
        """Return the rules.

        Raises RuleError when an expression cannot be read, or nothing says which writes are the bad ones.
        """
        if bool(self.undo or self.undo_writer) == self.undo_all:
            raise RuleError("it must be said which writes to undo: either some, or all of them")
        return Rules(
            undo=_tests(self.undo, self.undo_writer),
            keep=_tests(self.keep, self.keep_writer),
            until=self.until,
            only_keys=None if only_keys is None else frozenset(only_keys),
            keep_keys=frozenset(keep_keys),
        )


def _tests(expressions: Iterable[str], writers: Collection[str]) -> tuple[Test, ...]:
    tests: list[Test] = [Expression(text) for text in expressions]
    return (*tests, WrittenBy(frozenset(writers))) if writers else tuple(tests)


def key_text(key: Image) -> str:
    """Return a key as a person writes it in a file of keys: its values, the sort key after a space."""
    return " ".join(str(next(iter(value.values()))) for _, value in sorted(key.items()))


def keys_of(lines: Iterable[str]) -> frozenset[str]:
    """Return the keys in a file, one a line; blank lines and lines that begin with # are left out."""
    found = (line.strip() for line in lines)
    return frozenset(line for line in found if line and not line.startswith("#"))
