"""Random histories of tables, and a store in memory by DynamoDB's contract of conditional writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st

from techmoda_ha.recovery.planning import Planner
from techmoda_recovery.core.changes import Change
from techmoda_recovery.core.images import State, dumps, is_same
from techmoda_recovery.core.repairs import Repair
from techmoda_recovery.core.rules import Rules, WrittenBy
from techmoda_recovery.core.stamps import STAMPS
from techmoda_recovery.erasures import NoErasures
from techmoda_recovery.plan_files import Header
from techmoda_recovery.writing import Outcome, Written

BAD = "faulty:9"
GOOD = "products:8"
HEADER = Header("plan-1", "rewind", "us-east-1", "products", "table-1", "2026-05-01T10:00:00.000Z", "a test")
UNDO_BAD = Rules(undo=(WrittenBy(frozenset({BAD})),))

Record = TypeVar("Record")
Items = dict[str, dict[str, Any]]
Key = dict[str, Any]


def key(name: str) -> Key:
    return {"id": {"S": name}}


def product(name: str, version: int = 1, writer: str = GOOD, /, **attributes: str) -> dict[str, Any]:
    return {
        **key(name),
        **{attribute: {"S": value} for attribute, value in attributes.items()},
        "version": {"N": str(version)},
        "write_token": {"S": f"{name}-{version}-{writer}"},
        "written_by": {"S": writer},
    }


def content(item: State) -> dict[str, Any] | None:
    """What an item says apart from who wrote it when."""
    return None if item is None else {name: item[name] for name in item if name not in STAMPS.names}


@dataclass
class MemoryStore:
    """Writes repairs to a dictionary, under the same conditions. Fails after so many writes if told."""

    items: Items
    fail_after: int | None = None
    erased: frozenset[str] = frozenset()
    writes: list[Repair] = field(default_factory=list)

    def write(self, repair: Repair) -> Written:
        if self.fail_after is not None and len(self.writes) >= self.fail_after:
            raise RuntimeError("the machine died")
        name = repair.key["id"]["S"]
        current = self.items.get(name)
        if repair.resurrects and name in self.erased:
            return Written(Outcome.ERASED, 1)
        if not is_same(current, repair.expected):
            done = is_same(current, repair.target)
            return Written(Outcome.ALREADY if done else Outcome.CHANGED, 1)
        self.writes.append(repair)
        if repair.target is None:
            self.items.pop(name, None)
        else:
            self.items[name] = dict(repair.target)
        return Written(Outcome.REPAIRED, 1)


@dataclass(frozen=True)
class Story:
    """A table before the moment, every write since, and the table now. Moments are epoch seconds."""

    before: Items
    changes: list[Change]
    after: Items

    @property
    def touched_by(self) -> Mapping[str, set[str]]:
        """Return who wrote to each key."""
        found: dict[str, set[str]] = {}
        for change in self.changes:
            writer = BAD if change.at == 1_000 else GOOD
            found.setdefault(change.key["id"]["S"], set()).add(writer)
        return found


_TEXTS = st.sampled_from(["0.00", "19.90", "V", "Vestido", "x" * 50])
_ATTRIBUTES = st.dictionaries(st.sampled_from(["name", "price", "stock", "note"]), _TEXTS, max_size=4)
_VERBS = ["put", "patch", "delete"]
_STEP = st.tuples(
    st.sampled_from("abcdef"), st.sampled_from([BAD, GOOD]), st.sampled_from(_VERBS), _ATTRIBUTES
)  # fmt: skip


@st.composite
def stories(draw: st.DrawFn, writers: tuple[str, ...] = (BAD, GOOD)) -> Story:
    """Draw a table and a history. Writes of BAD have at=1000, all others 1001."""
    before = {
        name: product(name, 3, **draw(_ATTRIBUTES)) for name in draw(st.sets(st.sampled_from("abcdef")))
    }
    items, changes = dict(before), []
    for name, writer, verb, attributes in draw(st.lists(_STEP, max_size=25)):
        if writer not in writers:
            continue
        old = items.get(name)
        new = None
        if verb != "delete":
            version = int(old["version"]["N"]) + 1 if old else 1
            kept = (content(old) or {}) if verb == "patch" else {}
            new = {**kept, **product(name, version, writer, **attributes)}
        if old is None and new is None:
            continue
        changes.append(Change(key(name), old, new, 1_000 if writer == BAD else 1_001))
        if new is None:
            del items[name]
        else:
            items[name] = new
    return Story(before, changes, items)


def giving(records: Iterable[Record]) -> Callable[[Callable[[Record], None]], None]:
    """A reader of these changes, or items."""

    def read(take: Callable[[Record], None]) -> None:
        for record in records:
            take(record)

    return read


def planner(folder: Path, rules: Rules = UNDO_BAD, header: Header = HEADER) -> Planner:
    return Planner(header, rules, NoErasures(), folder / "scratch")


def names(repairs: list[Repair]) -> set[str]:
    return {dumps(repair.key) for repair in repairs}
