"""DynamoDB's throughput of one direction of a table or an index, in units a second."""

from __future__ import annotations

import math
from typing import Protocol

from techmoda_ha.capacity import rules
from techmoda_ha.capacity.configuration import OnDemand, Provisioned, Throughput
from techmoda_ha.capacity.tracking import MINUTE, Policy, Tracker


class Store(Protocol):
    """What takes units, second by second. `capacity` is what it can take for long, for the charts."""

    capacity: float
    capacity_seconds: float
    consumed: float

    def take(self, second: int, units: float) -> float:
        """Return how many of this second's units are served."""

    def set_limits(self, minimum: float, maximum: float) -> None:
        """Do what a scheduled action does."""


class ProvisionedStore:
    """Provisioned throughput: what is left unused for 300 s can be used later; target tracking moves it.

    It starts as after a long time at the first second's use: scaled to the target, the bucket filled with
    300 s of what that use leaves. `ceiling` is what the partition of the hottest key gives.
    """

    __slots__ = ("_bucket", "_ceiling", "_minute", "_tracker", "capacity", "capacity_seconds", "consumed")

    def __init__(self, limits: Provisioned, first_units: float, ceiling: float) -> None:
        policy = None if limits.target is None else Policy.of_throughput(limits.target)
        steady = limits.baseline if limits.target is None else math.ceil(first_units / limits.target - 1e-9)
        self._tracker = Tracker(policy, limits.baseline, limits.maximum, steady)
        self.capacity = self._tracker.capacity
        self._bucket = rules.BURST_SECONDS * max(0.0, self.capacity - first_units)
        self._ceiling = ceiling
        self._minute = 0.0
        self.capacity_seconds = self.consumed = 0.0

    def take(self, second: int, units: float) -> float:
        """Return how many of this second's units are served."""
        capacity = self.capacity
        available, most = capacity + self._bucket, rules.BURST_SECONDS * capacity
        served = units if units <= available and units <= self._ceiling else min(available, self._ceiling)
        self._bucket = min(most, available - served)
        self._minute += served
        self.consumed += served
        self.capacity_seconds += capacity
        if second % MINUTE == MINUTE - 1:
            self._tracker.minute(second, self._minute / MINUTE)
            self._minute = 0.0
        self._tracker.apply(second)
        self.capacity = self._tracker.capacity
        return served

    def set_limits(self, minimum: float, maximum: float) -> None:
        """Do what a scheduled action does."""
        self._tracker.set_limits(minimum, maximum)
        self.capacity = self._tracker.capacity


class OnDemandStore:
    """On-demand throughput: twice the highest use of until half an hour ago, at least what it starts with."""

    __slots__ = ("_ceiling", "_highest", "_old_peak", "_start", "capacity", "capacity_seconds", "consumed")

    def __init__(self, limits: OnDemand, start: float, first_units: float, ceiling: float) -> None:
        self._start = start
        self._old_peak = first_units
        self._highest: list[float] = []  # the highest use up to each minute
        self._ceiling = min(ceiling, limits.ceiling or math.inf)
        self.capacity_seconds = self.consumed = 0.0
        self.capacity = self._allowed()

    def _allowed(self) -> float:
        return min(max(self._start, rules.ON_DEMAND_GROWTH * self._old_peak), self._ceiling)

    def take(self, second: int, units: float) -> float:
        """Return how many of this second's units are served."""
        minute = second // MINUTE
        if minute == len(self._highest):
            self._begin(minute)
        served = min(self.capacity, units)
        self.consumed += served
        self._highest[-1] = max(self._highest[-1], served)
        return served

    def _begin(self, minute: int) -> None:
        settled = minute - rules.ON_DEMAND_WINDOW_SECONDS // MINUTE
        if settled >= 0:
            self._old_peak = max(self._old_peak, self._highest[settled])
            self.capacity = self._allowed()
        self._highest.append(self._highest[-1] if self._highest else 0.0)

    def set_limits(self, minimum: float, maximum: float) -> None:
        """Events change nothing here: there are no limits of autoscaling."""


def store_of(limits: Throughput, *, reads: bool, first_units: float, hottest_share: float) -> Store:
    """Return the store for these limits; `hottest_share` of the units go to one key, so one partition."""
    partition = rules.PARTITION_READ_UNITS if reads else rules.PARTITION_WRITE_UNITS
    ceiling = partition / hottest_share if hottest_share else math.inf
    if isinstance(limits, Provisioned):
        return ProvisionedStore(limits, first_units, ceiling)
    start = rules.ON_DEMAND_START_READ if reads else rules.ON_DEMAND_START_WRITE
    return OnDemandStore(limits, start, first_units, ceiling)
