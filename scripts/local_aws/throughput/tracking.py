"""Target tracking of DynamoDB's throughput: when it changes, and to what.

Contract: DynamoDB developer guide, "Provisioned capacity mode" and "Managing throughput capacity with
auto scaling"; AWS re:Post, "dynamodb-auto-scaling": out after 2 consecutive minutes over the target, in
after 15 consecutive minutes at 20 points or more below it. A minute without any use has no datapoint, so an
idle table is not scaled in. At most 4 decreases a day, and one more in each hour without one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

MINUTE = 60.0
OUT_MINUTES = 2
IN_MINUTES = 15
IN_POINTS = 20.0
ALARM_DELAY_SECONDS = 60.0
FREE_DECREASES = 4
DAY, HOUR = 86_400.0, 3600.0
_HAIR = 1e-9


@dataclass(frozen=True)
class Rule:
    """One target tracking policy with its target's bounds. `target` is in percent, cooldowns in seconds."""

    target: float
    minimum: int
    maximum: int
    out_cooldown: float = 0.0
    in_cooldown: float = 0.0
    scales_in: bool = True


@dataclass
class Tracker:
    """What one dimension's policy has seen. Times are seconds of capacity."""

    over: int = 0
    under: int = 0
    is_used: bool = False
    changed_at: float = -math.inf
    decreases: list[float] = field(default_factory=list)
    _due: tuple[float, int] | None = None

    def minute(self, now: float, used: float | None, capacity: int, rule: Rule) -> None:
        """Take the average use of the minute that ends now, in units a second; None when there was none."""
        self.is_used = used is not None
        if used is None:
            self.over = self.under = 0
            return
        share = 100.0 * used / capacity
        self.over = self.over + 1 if share > rule.target else 0
        self.under = self.under + 1 if share < rule.target - IN_POINTS else 0
        if self._due is not None:
            return
        wanted = math.ceil(100.0 * used / rule.target - _HAIR)
        wanted = min(max(wanted, rule.minimum), rule.maximum)
        since = now - self.changed_at
        out = self.over >= OUT_MINUTES and wanted > capacity and since >= rule.out_cooldown
        lower = self.under >= IN_MINUTES and wanted < capacity and since >= rule.in_cooldown
        if out or (lower and rule.scales_in and self._may_decrease(now)):
            self._due = (now + ALARM_DELAY_SECONDS, wanted)

    def alarm_states(self) -> tuple[str, str]:
        """What the alarms over the target and below it say now, in CloudWatch's words."""
        if not self.is_used:
            return "INSUFFICIENT_DATA", "INSUFFICIENT_DATA"
        return (
            "ALARM" if self.over >= OUT_MINUTES else "OK",
            "ALARM" if self.under >= IN_MINUTES else "OK",
        )

    def change(self, now: float, capacity: int) -> int | None:
        """The capacity that takes effect now, or None."""
        if self._due is None or now < self._due[0]:
            return None
        wanted, self._due = self._due[1], None
        if wanted < capacity:
            self.decreases.append(now)
        self.changed_at = now
        self.over = self.under = 0
        return wanted

    def _may_decrease(self, now: float) -> bool:
        today = [at for at in self.decreases if now - at < DAY]
        self.decreases = today
        return len(today) < FREE_DECREASES or now - today[-1] >= HOUR
