"""A repair at scale: what was asked for, into which segments it is cut, and how far each of them is.

A run is named once and may be executed many times: planned, applied, applied again, undone. Everything that
is kept about it is kept in its folder (`run_folder`); the documents here are what stands in there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, Self

from techmoda_recovery.applying import Progress
from techmoda_recovery.core.rules import Choice
from techmoda_recovery.plan_files import Header

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9-]{0,63}$")
LARGEST_SEGMENTS = 1000  # Their names have to fit into a state's 256 KiB, twice as many as this.


class RequestError(ValueError):
    """A request that cannot be carried out as it stands."""


class Mode(StrEnum):
    """What an execution is to do with its run."""

    PLAN = "plan"
    APPLY = "apply"  # Plans first what has not been planned yet.
    UNDO = "undo"


@dataclass(frozen=True)
class Request:
    """What a person asks for. `described` says in words which moment and rules it is for.

    `only_keys` and `keep_keys` name lists of keys in the run's folder. Shares are those of the live table's
    capacity. Without `segments`, the tables' size decides. `created_at` is RFC 3339.
    """

    run: str
    mode: Mode
    table: str
    restored_table: str
    created_at: str
    described: str
    choice: Choice
    attributes: tuple[str, ...] = ()
    only_keys: str | None = None
    keep_keys: str | None = None
    segments: int | None = None
    read_share: float = 0.5
    write_share: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what could not be carried out."""
        if not _NAME.match(self.run):
            raise RequestError("a run's name has 1 to 64 letters, digits and dashes")
        if self.table == self.restored_table:
            raise RequestError(f"{self.table} would be compared with itself")
        if self.segments is not None and not 1 <= self.segments <= LARGEST_SEGMENTS:
            raise RequestError(f"a table is cut into 1 to {LARGEST_SEGMENTS} segments")
        for share in (self.read_share, self.write_share):
            if not 0 < share <= 1:
                raise RequestError("a share of the capacity is over 0 and at most 1")

    @property
    def identity(self) -> dict[str, Any]:
        """Return what makes two requests the same run: everything that decides about the repairs."""
        document = self.as_json()
        for name in ("mode", "segments", "read_share", "write_share"):
            del document[name]
        return document

    def as_json(self) -> dict[str, Any]:
        """Return the request as JSON types."""
        document = asdict(self)
        document["mode"] = str(self.mode)
        document["attributes"] = list(self.attributes)
        for name, value in document["choice"].items():
            document["choice"][name] = list(value) if isinstance(value, tuple) else value
        return document

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Read a request; raise RequestError."""
        try:
            given: dict[str, Any] = dict(document)
            choice: dict[str, Any] = {
                name: tuple(value) if isinstance(value, list) else value
                for name, value in given.pop("choice").items()
            }
            mode, attributes = Mode(given.pop("mode")), tuple(given.pop("attributes", ()))
            return cls(mode=mode, attributes=attributes, choice=Choice(**choice), **given)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise RequestError(f"the request cannot be read: {error}") from error

    def header(self, region: str, table_id: str, addition: str = "") -> Header:
        """Return the header of the run's plans; `addition` ends the id of what is planned in later rounds."""
        return Header(
            plan_id=self.run + addition,
            kind="reconcile",
            region=region,
            table=self.table,
            table_id=table_id,
            created_at=self.created_at,
            described=self.described,
        )


@dataclass(frozen=True)
class Segment:
    """One segment of a scan, `number` from 0, of the restored or the live table."""

    of: str
    number: int

    @property
    def name(self) -> str:
        """Return its name, which sorts by table and number."""
        return f"{self.of}-{self.number:05d}"

    @property
    def is_of_restored(self) -> bool:
        """Tell whether it is one of the restored table."""
        return self.of == "restored"

    @classmethod
    def named(cls, name: str) -> Self:
        """Return the segment of a name; raise RequestError."""
        table, _, number = name.partition("-")
        if table not in ("restored", "live") or not number.isdigit():
            raise RequestError(f"{name} is no segment")
        return cls(table, int(number))


@dataclass(frozen=True)
class Run:
    """What the first execution found out, for all that follow: the live table's id and key, and the cut."""

    request: dict[str, Any]
    table_id: str
    key_names: tuple[str, ...]
    segments: int

    @property
    def all_segments(self) -> list[Segment]:
        """Return the segments of both tables."""
        return [Segment(table, number) for table in ("restored", "live") for number in range(self.segments)]

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {**asdict(self), "key_names": list(self.key_names)}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Read what `as_json` gave."""
        return cls(**{**document, "key_names": tuple(document["key_names"])})


@dataclass
class Compared:
    """How far a segment has been compared. `parts` are the names of its plans, `cursor` where to go on."""

    parts: list[str] = field(default_factory=list)
    cursor: dict[str, Any] | None = None
    counts: Counter[str] = field(default_factory=Counter)
    done: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Read what `as_json` gave."""
        return cls(**{**document, "counts": Counter(document["counts"])})


@dataclass
class Repaired:
    """How far a segment's plans have been applied, or undone, by one execution.

    `position` is that of the plan at work among all of the segment's; `later` are the plans that were made of
    items which changed meanwhile, in up to some `round`s.
    """

    execution: str
    position: int = 0
    round: int = 1
    later: list[str] = field(default_factory=list)
    progress: Progress = field(default_factory=Progress)
    finished: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            **{one.name: getattr(self, one.name) for one in fields(self)},
            "progress": vars(self.progress),
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Read what `as_json` gave."""
        kept = document["progress"]
        progress = Progress(kept["done"], Counter(kept["outcomes"]), kept["unrepaired"])
        return cls(**{**document, "progress": progress})
