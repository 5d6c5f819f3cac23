"""The cheapest configuration that meets the objectives.

Each part is sized for what reaches it when nothing before it refuses, so the parts can be searched one by
one; the whole is simulated again at the end, because only that counts. Limits that cost nothing (throttles,
reserved concurrency) get the least that holds the profile.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from techmoda_ha.capacity.bill import bill, monthly, throughput_cost
from techmoda_ha.capacity.configuration import (
    TABLE_PARTS,
    Case,
    Concurrency,
    Configuration,
    Objectives,
    OnDemand,
    Provisioned,
    Throttle,
)
from techmoda_ha.capacity.profiles import Profile
from techmoda_ha.capacity.rules import Prices
from techmoda_ha.capacity.simulation import Result, part_of, simulate, unit_shares
from techmoda_ha.capacity.throughput import Store

_TARGET = 0.7
_LARGEST_BASELINE = 40_000  # DynamoDB's default quota of a table.
_AMPLE = 10**6
_SLACK = 1.1  # A tenth more than just enough, for what averages hide.
_RESERVE = 1.5  # Reserved concurrency is free.


@dataclass(frozen=True)
class Found:
    """A configuration, what the profile made of it, and what it costs (dollars)."""

    configuration: Configuration
    result: Result
    profile_cost: float
    monthly_cost: float


def meets(result: Result, objectives: Objectives) -> list[str]:
    """Return in words which objectives do not hold."""
    missed = []
    if result.throttled_share > objectives.throttled_share:
        missed.append(
            f"{result.throttled_share:.3%} of the requests are refused, over {objectives.throttled_share:.3%}"
        )
    if result.p99_seconds > objectives.p99_seconds:
        missed.append(f"p99 is {result.p99_seconds:.2f} s, over {objectives.p99_seconds:.2f} s")
    return missed


def cheapest(case: Case, profile: Profile, normal_day: Profile, objectives: Objectives) -> Found | None:
    """Return the cheapest configuration that holds the profile; None when none of those tried does.

    The price is that of 30 normal days plus the profile.
    """
    ample = replace(case, configuration=_ample(case.configuration))
    chosen = _with_cheapest_throughput(ample, profile, normal_day, objectives)
    chosen = _with_free_limits(chosen, ample, case, profile, objectives)
    result = simulate(chosen, profile)
    if meets(result, objectives):
        return None
    costs = sum(bill(result).values())
    return Found(chosen.configuration, result, costs, monthly(simulate(chosen, normal_day)))


def _ample(configuration: Configuration) -> Configuration:
    throttle = Throttle(_AMPLE, _AMPLE)
    memory = configuration.products.memory_gigabytes
    return replace(
        configuration,
        name="cheapest",
        throttle=throttle,
        write_throttle=throttle,
        requests_per_address=None,
        products=Concurrency(reserved=_AMPLE, memory_gigabytes=memory),
        authorizer=Concurrency(reserved=_AMPLE),
        events=(),
        throughputs=dict.fromkeys(TABLE_PARTS, OnDemand()),
    )


def _with_part(case: Case, part: str, limits: Provisioned | OnDemand) -> Case:
    throughputs = {**case.configuration.throughputs, part: limits}
    return replace(case, configuration=replace(case.configuration, throughputs=throughputs))


def _with_cheapest_throughput(
    ample: Case, profile: Profile, normal_day: Profile, objectives: Objectives
) -> Case:
    """Return it with each part provisioned or on demand, whichever costs less in a normal day."""
    chosen = ample
    for part in TABLE_PARTS:
        if limits := _smallest_provisioned(ample, part, profile, objectives):
            provisioned = _with_part(ample, part, limits)
            if _part_cost(provisioned, part, normal_day) < _part_cost(ample, part, normal_day):
                chosen = _with_part(chosen, part, limits)
    return chosen


def _part_cost(case: Case, part: str, day: Profile) -> float:
    """Return what one part costs on that day."""
    store, _refused = alone(case, part, day)
    return throughput_cost(case.configuration, part, store, len(day.rates), Prices())


def alone(case: Case, part: str, profile: Profile) -> tuple[Store, float]:
    """Let all requests of a profile reach one part; return it and the share of them that it refuses.

    A simulation of everything tells the same where nothing else refuses, ten times as slowly.
    """
    share, units = unit_shares(case.workload)[part]
    store, refused = part_of(case, part, profile.rates[0]), 0.0
    take = store.take
    for second, rate in enumerate(profile.rates):
        demand = rate * units
        taken = take(second, demand)
        if taken < demand:
            refused += rate * share * (1 - taken / demand)
    return store, refused / profile.requests if profile.requests else 0.0


def _smallest_provisioned(
    ample: Case, part: str, profile: Profile, objectives: Objectives
) -> Provisioned | None:
    """Return the smallest baseline that holds the profile until autoscaling acts; None when none does."""
    _share, units = unit_shares(ample.workload)[part]
    maximum = max(1, math.ceil(profile.peak * units / _TARGET * _SLACK))
    steepest = profile.steepest()
    # The parts share the budget of refusals.
    allowed = objectives.throttled_share / len(TABLE_PARTS)

    def held(baseline: int) -> bool:
        tried = _with_part(ample, part, Provisioned(baseline, maximum, _TARGET))
        return alone(tried, part, steepest)[1] <= allowed

    baseline = smallest(held, maximum)
    # A baseline just above what throttles is luck of the second in which the surge begins.
    return (
        None
        if baseline is None
        else Provisioned(min(maximum, math.ceil(baseline * _SLACK)), maximum, _TARGET)
    )


def smallest(held: Callable[[int], bool], largest: int) -> int | None:
    """Return the smallest number up to `largest` that holds, by bisection; None when `largest` does not."""
    low, high = 0, min(largest, _LARGEST_BASELINE)
    if not held(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if held(middle) else (middle, high)
    return high


def _with_free_limits(case: Case, ample: Case, usual: Case, profile: Profile, objectives: Objectives) -> Case:
    configuration, workload = case.configuration, case.workload
    largest, at_peak = usual.configuration.account_concurrency, profile.at_its_peak()

    def least(name: str) -> Concurrency:
        """Return the function with the least that holds the peak, whatever the tables would make of it."""
        function: Concurrency = getattr(ample.configuration, name)

        def held(reserved: int) -> bool:
            changed: Any = {name: replace(function, reserved=reserved)}
            tried = replace(ample, configuration=replace(ample.configuration, **changed))
            return not meets(simulate(tried, at_peak), objectives)

        found = smallest(held, largest) or largest
        # Exactly enough would be luck as well.
        return replace(function, reserved=min(largest, math.ceil(found * _RESERVE)))

    reads = max(workload.list_share + workload.category_share, workload.item_share)
    writes = max(workload.create_share, workload.update_share)
    rate, write_rate = (math.ceil(profile.peak * share * _SLACK) for share in (reads, writes))
    limited = replace(
        configuration,
        throttle=Throttle(rate, rate),
        write_throttle=Throttle(write_rate, write_rate),
        requests_per_address=usual.configuration.requests_per_address,
        products=least("products"),
        authorizer=least("authorizer"),
    )
    return replace(case, configuration=limited)
