"""What is on its way from one replica to another, and how long it takes."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from local_aws.replication.versions import Key, Write


@dataclass(frozen=True)
class Replica:
    """One region's replica of a global table. `id` is unlike that of every other table that ever was."""

    id: str
    table: str
    region: str


@dataclass(frozen=True)
class Lag:
    """How many seconds a write takes to reach another region: at least and at most."""

    least: float
    most: float

    def __post_init__(self) -> None:
        if not 0 <= self.least <= self.most:
            raise ValueError(f"a lag of {self.least} to {self.most} seconds cannot be")

    def of(self, chance: float) -> float:
        """The seconds that a write takes, by its luck between 0 and 1."""
        return self.least + chance * (self.most - self.least)


@dataclass
class Link:
    """The writes on their way from `source` to `destination`, oldest first. They never overtake."""

    source: Replica
    destination: Replica
    writes: deque[tuple[Write, float]] = field(default_factory=deque)
    last_latency: float | None = None
    _of_key: Counter[Key] = field(default_factory=Counter)

    def add(self, write: Write, chance: float) -> None:
        """Send a write; `chance` between 0 and 1 decides how long it takes within the lag's bounds."""
        self.writes.append((write, chance))
        self._of_key[write.key] += 1

    def send_again(self, writes: Iterable[tuple[Write, float]]) -> None:
        """Send the writes that another link holds as well."""
        for write, chance in writes:
            self.add(write, chance)

    def due_at(self, lag: Lag) -> float:
        """When the oldest write arrives. The link must not be empty."""
        write, chance = self.writes[0]
        return write.at + lag.of(chance)

    def take(self) -> Write:
        """The oldest write, which is on its way no longer."""
        write, _ = self.writes.popleft()
        self._of_key[write.key] -= 1
        if not self._of_key[write.key]:
            del self._of_key[write.key]
        return write

    def brings_more_of(self, key: Key) -> bool:
        """Whether a later write to the item is on its way."""
        return key in self._of_key
