"""A table, a DNS and a clock in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from failover_control.switch import Switch, SwitchChangedError, SwitchError
from failover_control.whereabouts import Led


@dataclass
class StoppedClock:
    """Time that passes only by sleeping."""

    time: datetime = datetime(2025, 11, 28, 10, 0, tzinfo=UTC)
    slept: float = 0.0

    def now(self) -> datetime:
        """Return the time of day."""
        return self.time

    def monotonic(self) -> float:
        """Return the seconds since the start."""
        return self.slept

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        self.slept += seconds
        self.time += timedelta(seconds=seconds)


@dataclass
class Store:
    """A switch that can be read and changed; `before_change` runs when a change is under way."""

    switch: Switch = field(default_factory=Switch)
    trail: list[Switch] = field(default_factory=list)
    unreadable: bool = False
    before_change: Callable[[], None] = lambda: None

    def read(self) -> Switch:
        """Return the present state."""
        if self.unreadable:
            raise SwitchError("the table does not answer")
        return self.switch

    def change(self, seen: Switch, **state: Any) -> Switch:
        """Replace the state that was seen."""
        self.before_change()
        if seen != self.switch:
            raise SwitchChangedError("the switch was changed meanwhile")
        return self.put(**state)

    def put(self, **state: Any) -> Switch:
        """Set the state, as an operator would elsewhere."""
        self.switch = replace(self.switch, version=self.switch.version + 1, **state)
        self.trail.append(self.switch)
        return self.switch


@dataclass
class Looks:
    """What DNS says at each look: the given answers one by one, then the last for ever."""

    answers: list[Led]
    taken: int = 0

    def __call__(self) -> Led:
        """Look once."""
        answer = self.answers[min(self.taken, len(self.answers) - 1)]
        self.taken += 1
        return answer
