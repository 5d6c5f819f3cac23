"""Lambda: how many executions a function gets, and how many of them start cold."""

from __future__ import annotations

import functools
import math

from techmoda_ha.capacity import rules
from techmoda_ha.capacity.configuration import Concurrency
from techmoda_ha.capacity.tracking import MINUTE, Policy, Tracker

_DEVIATIONS = 3.1  # The 99.9 % quantile of a normal distribution: how far the number at once swings up.
_STARTED_A_SECOND = rules.SCALING_ENVIRONMENTS / rules.SCALING_SECONDS
_LOAD_STEPS = 20  # Loads are rounded up to 1/20 execution, so that few losses are ever computed.


@functools.lru_cache(maxsize=65_536)
def _erlang_b(servers: int, load_steps: int) -> float:
    load = load_steps / _LOAD_STEPS
    inverse = 1.0
    for busy in range(1, servers + 1):
        inverse = 1 + inverse * busy / load
        if inverse > 1e12:
            return 0.0
    return 1 / inverse


def lost_share(servers: int, load: float) -> float:
    """Return the share of requests that find all `servers` busy (Erlang B).

    `load` is requests a second times mean seconds; `servers` is the limit of executions at a time.
    """
    if load <= 0:
        return 0.0
    return _erlang_b(servers, math.ceil(load * _LOAD_STEPS - 1e-9)) if servers > 0 else 1.0


class Function:
    """One function: its limit, its warm environments, and the rate at which new ones may start.

    A request that finds no idle environment starts one, cold; it is refused when the limit of executions
    is reached, or when new environments may not start that fast.
    """

    __slots__ = ("_budget", "_cold_seconds", "_limit", "_mean_seconds", "_minute", "_tracker", "cold_starts",
                 "in_use", "provisioned_seconds", "warm")  # fmt: skip

    def __init__(
        self, limits: Concurrency, limit: int, mean_seconds: float, cold_seconds: float, first_rate: float
    ) -> None:
        self._limit, self._mean_seconds, self._cold_seconds = limit, mean_seconds, cold_seconds
        self.in_use = first_rate * mean_seconds
        policy = Policy.of_concurrency(limits.provisioned_target) if limits.provisioned_maximum else None
        maximum = max(limits.provisioned_minimum, limits.provisioned_maximum)
        steady = math.ceil(self.in_use / limits.provisioned_target - 1e-9)
        self._tracker = Tracker(policy, limits.provisioned_minimum, maximum, steady)
        self.warm = max(self._swing(), self._tracker.capacity)
        self._budget = float(rules.SCALING_ENVIRONMENTS)
        self._minute = 0.0
        self.cold_starts = self.provisioned_seconds = 0.0

    def _swing(self) -> float:
        """Return how many environments the load uses when it swings up."""
        return min(float(self._limit), math.ceil(self.in_use + _DEVIATIONS * math.sqrt(self.in_use)))

    def take(self, second: int, requests: float) -> tuple[float, float]:
        """Return how many of this second's requests are served, and how many of those start cold."""
        provisioned, limit = self._tracker.capacity, self._limit
        warm = max(provisioned, self.warm)
        load = requests * self._mean_seconds
        without = requests * lost_share(int(warm) if warm < limit else limit, load)
        self._budget = min(rules.SCALING_ENVIRONMENTS, self._budget + _STARTED_A_SECOND)
        if without > 0:
            served, cold, warm = self._start(requests, load, without, warm)
        else:  # Who finds enough that idle loses nothing at the limit either.
            served, cold, self.in_use = requests, 0.0, load
        needed = self._swing()
        self.warm = warm if warm <= needed else warm - (warm - needed) / rules.IDLE_ENVIRONMENT_SECONDS
        self._count(second, provisioned, cold)
        return served, cold

    def _start(self, requests: float, load: float, without: float, warm: float) -> tuple[float, float, float]:
        """Start environments for requests that find none; return served, cold and how many there are then."""
        budget = self._budget
        started = min(without, budget, max(0.0, self._limit - warm))
        self._budget = budget - started
        self.in_use = load + started * self._cold_seconds
        served = requests * (1 - lost_share(self._limit, self.in_use))
        if without > budget:
            served = max(0.0, served - (without - budget))
        return served, min(started, served), warm + started

    def _count(self, second: int, provisioned: float, cold: float) -> None:
        self.cold_starts += cold
        self.provisioned_seconds += provisioned
        self._minute += min(provisioned, self.in_use)
        if second % MINUTE == MINUTE - 1:
            self._tracker.minute(second, self._minute / MINUTE)
            self._minute = 0.0
        self._tracker.apply(second)
