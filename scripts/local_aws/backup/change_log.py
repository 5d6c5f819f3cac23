"""The log of a table's changes, from which its items at an earlier time are computed.

Each entry holds what a key had before a change, so the items at a time T are today's with every change
after T undone, newest first: the work grows with the changes since T and not with the log. Items are
never changed in place (MiniStack replaces them), so the log and a computed state share them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import Any, NamedTuple

Item = Mapping[str, Any]
Items = dict[Any, dict[Any, Any]]
"""Partition key → sort key → item, as MiniStack keeps a table's items."""

DAY_SECONDS = 86_400
LONGEST_PERIOD_DAYS = 35


class Change(NamedTuple):
    """What the key (partition, sort) held before a change at that time; None when it held nothing."""

    at: float
    partition: Any
    sort: Any
    before: Item | None


class ChangeLog:
    """The changes of one table since its point-in-time recovery was enabled. Times are epoch seconds."""

    def __init__(self, since: float, period_days: int = LONGEST_PERIOD_DAYS) -> None:
        self.since = since
        self.period_days = period_days
        # A list, as the thread that expires items may append while a restore reads from the end.
        self._changes: list[Change] = []

    @property
    def length(self) -> int:
        """How many changes are kept."""
        return len(self._changes)

    def record(self, at: float, partition: Any, sort: Any, before: Item | None) -> None:
        """Note a change; changes are recorded in the order in which they happen."""
        self._changes.append(Change(at, partition, sort, before))

    def earliest(self, now: float) -> float:
        """The earliest time that can be restored: since enabled, or the period ago if that is later."""
        return max(self.since, now - self.period_days * DAY_SECONDS)

    def latest(self, now: float, lag_seconds: float) -> float:
        """The latest time that can be restored."""
        return max(self.earliest(now), now - lag_seconds)

    def forget(self, now: float) -> None:
        """Drop the changes that no restore can need any more."""
        horizon = self.earliest(now)
        del self._changes[: bisect_left(self._changes, horizon, key=lambda change: change.at)]

    def items_at(self, moment: float, items: Items) -> Items:
        """The items at that moment, given those of now. A change at the moment itself counts as made."""
        then = copy_of(items)
        for change in reversed(self._changes):
            if change.at <= moment:
                break
            if change.before is not None:
                then.setdefault(change.partition, {})[change.sort] = change.before
            elif change.sort in then.get(change.partition, {}):
                del then[change.partition][change.sort]
                if not then[change.partition]:
                    del then[change.partition]
        return then


def copy_of(items: Items) -> Items:
    """The same items in containers of their own."""
    return {partition: dict(by_sort) for partition, by_sort in items.items()}
