"""Target tracking: when Application Auto Scaling changes a capacity, and to what.

It looks at whole minutes. Out: the average use was over the target for some minutes in a row. In: it was
clearly below for 15. The new capacity is what would have put the last minute's use at the target.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from techmoda_ha.capacity import rules

MINUTE = 60
_HAIR = 1e-9  # 9 / 0.9 must not become 11 units because binary fractions are not exact.


@dataclass(frozen=True)
class Policy:
    """How one kind of resource is tracked. `in_below` is the use under which it scales in."""

    target: float
    in_below: float
    out_minutes: int
    in_minutes: int = rules.TRACKING_IN_MINUTES
    delay_seconds: int = rules.TRACKING_DELAY_SECONDS

    @classmethod
    def of_throughput(cls, target: float) -> Policy:
        """Return DynamoDB's."""
        return cls(target, target - rules.TRACKING_IN_POINTS_BELOW, rules.TRACKING_OUT_MINUTES)

    @classmethod
    def of_concurrency(cls, target: float) -> Policy:
        """Return that of Lambda's provisioned concurrency."""
        return cls(target, target * rules.PROVISIONED_IN_FACTOR, rules.PROVISIONED_OUT_MINUTES)


class Decreases:
    """How often DynamoDB lets a capacity be lowered: 4 times a day, and once in each further hour without."""

    def __init__(self) -> None:
        self._day, self._today, self._last = -1, 0, -math.inf

    def allow(self, second: int) -> bool:
        """Tell whether it may be lowered now, and count it if so."""
        day = second // 86_400
        if day != self._day:
            self._day, self._today = day, 0
        free = self._today < rules.FREE_DECREASES_A_DAY
        if not free and second - self._last < rules.SECONDS_BETWEEN_FURTHER_DECREASES:
            return False
        self._today += 1
        self._last = second
        return True


class Tracker:
    """Follows one resource. `capacity` is what it has now; limits may be changed by scheduled actions."""

    def __init__(self, policy: Policy | None, minimum: float, maximum: float, capacity: float) -> None:
        self._policy, self.minimum, self.maximum = policy, minimum, maximum
        self.capacity = min(max(capacity, minimum), maximum)
        self._over = self._under = 0
        self._due: int | None = None
        self._wanted = self.capacity
        self._decreases = Decreases()

    def set_limits(self, minimum: float, maximum: float) -> None:
        """Do what a scheduled action does: new limits hold at once, and the capacity obeys them."""
        self.minimum, self.maximum = minimum, maximum
        self.capacity = min(max(self.capacity, minimum), maximum)
        self._due = None
        self._over = self._under = 0

    def minute(self, second: int, used: float) -> None:
        """Take the average use of the minute that ends now (units a second) and decide."""
        policy = self._policy
        if policy is None or self._due is not None:
            return
        if used <= 0:  # A minute without any use has no datapoint.
            self._over = self._under = 0
            return
        self._over = self._over + 1 if used > policy.target * self.capacity else 0
        self._under = self._under + 1 if used < policy.in_below * self.capacity else 0
        wanted = min(max(math.ceil(used / policy.target - _HAIR), self.minimum), self.maximum)
        out = self._over >= policy.out_minutes and wanted > self.capacity
        lower = self._under >= policy.in_minutes and wanted < self.capacity
        if out or (lower and self._decreases.allow(second)):
            self._due, self._wanted = second + policy.delay_seconds, wanted
            self._over = self._under = 0

    def apply(self, second: int) -> None:
        """Let a change that is due take effect."""
        if self._due is not None and second >= self._due:
            self.capacity = min(max(self._wanted, self.minimum), self.maximum)
            self._due = None
