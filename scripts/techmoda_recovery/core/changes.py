"""One write to one item, as DynamoDB Streams or a comparison of two tables tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from techmoda_recovery.core.images import Image, State


class Event(StrEnum):
    """What a write was, by the names of DynamoDB Streams."""

    INSERT = "INSERT"
    MODIFY = "MODIFY"
    REMOVE = "REMOVE"

    @classmethod
    def between(cls, old: State, new: State) -> Event:
        """Return what leads from one state to the other."""
        if old is None:
            return cls.INSERT
        return cls.REMOVE if new is None else cls.MODIFY


@dataclass(frozen=True, slots=True)
class Change:
    """One write. `at` is in whole epoch seconds, rounded down, as a stream gives it; None when unknown.

    `by_ttl` tells that DynamoDB itself removed the item because it had expired.
    """

    key: Image
    old: State
    new: State
    at: int | None
    by_ttl: bool = False

    @property
    def event(self) -> Event:
        """Return what the write was."""
        return Event.between(self.old, self.new)
