"""The surge drill's arithmetic: what the model says of the same run, and how far the two are apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from techmoda_ha.capacity.configuration import (
    TABLE_PARTS,
    Case,
    Concurrency,
    Configuration,
    Provisioned,
    Throttle,
    Workload,
)
from techmoda_ha.capacity.profiles import Profile
from techmoda_ha.capacity.report import PART_NAMES
from techmoda_ha.capacity.simulation import Result, simulate, unit_shares
from techmoda_ha.capacity.weakness import LOW_CONCURRENCY, Weakness, low_throttle
from techmoda_ha.drills.surge.plan import MINUTE, SurgePlan
from techmoda_ha.drills.watching import Sample

_DEVIATIONS = 3.0
FEW = 1.0
"""Percent of refused requests under which neither side has a bottleneck."""


@dataclass(frozen=True)
class Measured:
    """What a request cost in this run: read units, and seconds in the function."""

    read_units: float
    mean_seconds: float


@dataclass(frozen=True)
class Reality:
    """The run as it was set up: the table's limits, the functions' and the stage's, by part."""

    limits: Mapping[str, tuple[int, int]]
    target: float
    reserved: int
    authorizer_reserved: int
    throttle: Throttle
    write_throttle: Throttle


def model(plan: SurgePlan, reality: Reality, measured: Measured, workload: Workload) -> Result:
    """Return what the capacity model makes of the run.

    A second of the run is `pace` seconds of autoscaling, at the same rate of requests.
    """
    configuration = Configuration(
        name="drill",
        throttle=reality.throttle,
        write_throttle=reality.write_throttle,
        products=Concurrency(reality.reserved),
        authorizer=Concurrency(reality.authorizer_reserved),
        throughputs={
            part: Provisioned(reality.limits[part][0], reality.limits[part][1], reality.target)
            for part in TABLE_PARTS
        },
        regions=1,
    )
    # The model's mean is a log-normal's; one through the measured mean with its own spread.
    factor = measured.mean_seconds / workload.mean_seconds
    costs = replace(
        workload,
        read_units=measured.read_units,
        p50_seconds=workload.p50_seconds * factor,
        p99_seconds=workload.p99_seconds * factor,
        cold_start_seconds=0.0,  # Environments of a test bed share its cores; their starts say nothing.
    )
    times = round(plan.pace)
    rates = tuple(rate for rate in plan.scenario.rates for _ in range(times))
    return simulate(Case(configuration, rates[0], costs), Profile("drill", "The drill", rates, 0.0))


@dataclass(frozen=True)
class Alarm:
    """An alarm that fired while the drill watched; moments on its clock. `cleared` is None if it did not."""

    name: str
    fired: float
    cleared: float | None


def alarms_of(samples: Sequence[Sample[set[str]]]) -> list[Alarm]:
    """Return each alarm that began to fire, once for each time; what fired before is not the surge's."""
    found: list[Alarm] = []
    since: dict[str, float | None] = dict.fromkeys(samples[0].value) if samples else {}
    for sample in samples:
        since |= dict.fromkeys(sample.value - since.keys(), sample.at)
        over = {name: since.pop(name) for name in since.keys() - sample.value}
        found += [Alarm(name, fired, sample.at) for name, fired in over.items() if fired is not None]
    still = [Alarm(name, fired, None) for name, fired in since.items() if fired is not None]
    return sorted([*found, *still], key=lambda alarm: (alarm.fired, alarm.name))


@dataclass(frozen=True)
class Comparison:
    """Drill against model: highest capacities by part, percent of refused requests, bottlenecks.

    `chance` is by how many units the number of requests that happen to fall into one minute of autoscaling
    moves a capacity: three standard deviations. Short minutes and low rates make it large.
    """

    capacities: Mapping[str, int]
    model_capacities: Mapping[str, float]
    refused_percent: float
    model_refused_percent: float
    bottleneck: str | None
    model_bottleneck: str | None
    chance: Mapping[str, float]

    def in_words(self) -> str:
        """Return which part refused most, beside the part that the model names; empty when none did."""
        if self.bottleneck is None:
            return ""
        model = "none" if self.model_bottleneck is None else PART_NAMES[self.model_bottleneck]
        return (
            f"{self.refused_percent:.1f} % of the requests failed, most of them refused by "
            f"{PART_NAMES[self.bottleneck]}; the model names {model}"
        )

    def differences(self, plan: SurgePlan) -> list[str]:
        """Return in words what differs by more than the plan's tolerance."""
        found = []
        for part, capacity in self.capacities.items():
            expected = self.model_capacities[part]
            if abs(capacity - expected) > plan.capacity_tolerance * expected + self.chance[part]:
                found.append(f"{part} reached {capacity} units, the model says {expected:.0f}")
        apart = abs(self.refused_percent - self.model_refused_percent)
        if apart > plan.refused_tolerance_percent:
            found.append(
                f"{self.refused_percent:.1f} % of the requests were refused, the model says "
                f"{self.model_refused_percent:.1f} %"
            )
        if self.bottleneck != self.model_bottleneck:
            found.append(f"the bottleneck is {self.bottleneck}, the model says {self.model_bottleneck}")
        return found


def chance_of(plan: SurgePlan, found: Result, target: float) -> dict[str, float]:
    """Return by how many units chance moves each part's capacity, at the peak of the load."""
    minute, peak = MINUTE / plan.pace, plan.scenario.peak
    moved = {}
    for part, (share, units) in unit_shares(found.case.workload).items():
        requests = peak * share * minute
        # As many requests more or less as a Poisson process has by chance, each with its units.
        spread = _DEVIATIONS * math.sqrt(requests) * units / share / minute
        moved[part] = max(1.0, spread / target)
    return moved


def compare(
    samples: Sequence[Mapping[str, int]],
    refused_percent: float,
    refusals: Mapping[str, float],
    found: Result,
    chance: Mapping[str, float],
) -> Comparison:
    """Return the comparison. `samples` are capacities over time, `refusals` counts by part."""
    model_refused = 100 * found.throttled_share
    # Requests may fail without any part refusing them, for want of a faster machine for example.
    refused_by = max(
        (part for part in refusals if refusals[part]), key=lambda part: refusals[part], default=None
    )
    worst = max(found.throttled, key=lambda part: found.throttled[part])
    return Comparison(
        capacities={part: max(one[part] for one in samples) for part in TABLE_PARTS},
        model_capacities={part: max(found.series[f"{part}_capacity"]) for part in TABLE_PARTS},
        refused_percent=refused_percent,
        model_refused_percent=model_refused,
        bottleneck=refused_by if refused_percent > FEW else None,
        model_bottleneck=worst if model_refused > FEW else None,
        chance=chance,
    )


def weak_reality(plan: SurgePlan, usual: Reality) -> Reality:
    """Return the limits with the plan's weakness in the functions or the stage."""
    if plan.weakness is Weakness.RESERVED_CONCURRENCY:
        return replace(usual, reserved=LOW_CONCURRENCY)
    if plan.weakness is Weakness.STAGE_THROTTLE:
        return replace(usual, throttle=Throttle(*map(float, low_throttle(plan.scenario.peak))))
    return usual
