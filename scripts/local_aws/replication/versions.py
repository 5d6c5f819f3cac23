"""Writes to the replicas of a global table, and which of two came after the other.

Each write notes what its region had received from every other region by then (a vector clock). So of two
writes to one item either one was made in knowledge of the other, or they are concurrent: a conflict,
which the later one wins, as DynamoDB's last-writer-wins rule says (developer guide, "Global tables: how
it works", consistency and conflict resolution).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Key = tuple[Any, Any]
"""Partition key and sort key of an item."""


@dataclass(frozen=True, slots=True)
class Write:
    """One write to an item: `item` is what was stored, None for a delete.

    `at` is in Unix seconds and never the same for two writes. `seen` says, for every other region, up to
    which time its writes had been received where this one was made.
    """

    at: float
    region: str
    key: Key
    item: Mapping[str, Any] | None
    seen: Mapping[str, float]

    def knew(self, other: Write) -> bool:
        """Whether this write was made where the other one was known already."""
        if self.region == other.region:
            return other.at <= self.at
        return other.at <= self.seen.get(other.region, 0.0)


def are_concurrent(one: Write, other: Write) -> bool:
    """Whether neither write was made in knowledge of the other."""
    return not (one.knew(other) or other.knew(one))


class LastWrites:
    """The last write to each item of one replica, as far as a write may still come that is older."""

    def __init__(self, writes: Iterable[Write] = ()) -> None:
        self._writes: OrderedDict[Key, Write] = OrderedDict((write.key, write) for write in writes)

    def get(self, key: Key) -> Write | None:
        """The last write to the item, or None when every write still to come knows it."""
        return self._writes.get(key)

    def put(self, write: Write) -> None:
        """Note the write as the item's last one."""
        self._writes[write.key] = write
        self._writes.move_to_end(write.key)

    def forget_known(self, oldest_to_come: Mapping[str, Mapping[str, float]]) -> None:
        """Forget the oldest writes that all writes still to come know.

        `oldest_to_come` holds, for each other region, the `seen` of its oldest write still to come.
        """
        while self._writes:
            write = next(iter(self._writes.values()))
            regions = (region for region in oldest_to_come if region != write.region)
            if any(oldest_to_come[region].get(write.region, 0.0) < write.at for region in regions):
                return
            self._writes.popitem(last=False)

    def copy(self) -> LastWrites:
        """The same, for a new replica."""
        return LastWrites(self._writes.values())

    def __len__(self) -> int:
        return len(self._writes)
