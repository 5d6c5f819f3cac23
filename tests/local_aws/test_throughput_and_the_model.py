"""The local AWS's reading of DynamoDB's rules and the capacity model's, under the surge drill's load.

The two are written apart (docs/decisions/0142); without a server and with a clock that a test moves, a run of
minutes takes a moment.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

import pytest

from local_aws.throughput.ledger import Ledger
from local_aws.throughput.pace import Pace
from local_aws.throughput.tracking import MINUTE, Rule, Tracker
from techmoda_ha.capacity.configuration import Throttle, Workload
from techmoda_ha.capacity.simulation import unit_shares
from techmoda_ha.capacity.weakness import Weakness, low_limits
from techmoda_ha.drills.surge.figures import Comparison, Measured, Reality, chance_of, compare, model
from techmoda_ha.drills.surge.plan import SurgePlan

PLAN = SurgePlan(scale=0.3)
LIMITS = {"table_read": (15, 150), "table_write": (5, 45), "index_read": (15, 150), "index_write": (5, 45)}
REALITY = Reality(LIMITS, 0.7, 100, 20, Throttle(200, 400), Throttle(50, 100))
WORKLOAD = Workload()


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Outcome:
    """What the local AWS's rules made of one part: capacities over time, requests and refusals."""

    capacities: list[int]
    requests: int
    refused: int


def run_part(plan: SurgePlan, part: str, limits: tuple[int, int], chance: random.Random) -> Outcome:
    """Send the part's share of the drill's requests at random moments, and let autoscaling act."""
    share, units = unit_shares(WORKLOAD)[part]
    clock = Clock()
    pace = Pace(clock)
    pace.set(plan.pace)
    ledger, tracker, rule = Ledger(pace, clock), Tracker(), Rule(70.0, *limits)
    key, capacity = ("us-east-1", "t", "", part), limits[0]
    ledger.admits(key, capacity)
    outcome, minute, taken = Outcome([capacity], 0, 0), 0, 0.0
    for second, rate in enumerate(plan.scenario.rates):
        arrivals = sorted(second + chance.random() for _ in range(_poisson(rate * share, chance)))
        for at in [*arrivals, second + 1.0]:
            clock.now = at
            if (now := int(pace.now() // MINUTE)) != minute:
                used = (ledger.taken(key) - taken) / pace.wall(MINUTE)
                tracker.minute(pace.now(), used or None, capacity, rule)
                minute, taken = now, ledger.taken(key)
            capacity = tracker.change(pace.now(), capacity) or capacity
            if at in arrivals:
                outcome.requests += 1
                if ledger.admits(key, capacity):
                    ledger.take(key, capacity, units / share)
                else:
                    outcome.refused += 1
        outcome.capacities.append(capacity)
    return outcome


def _poisson(mean: float, chance: random.Random) -> int:
    """A number of events with that mean, as many small chances."""
    return sum(chance.random() < mean / 1000 for _ in range(1000))


def run(plan: SurgePlan, reality: Reality, seed: int) -> Comparison:
    chance = random.Random(seed)  # noqa: S311
    parts = {part: run_part(plan, part, limits, chance) for part, limits in reality.limits.items()}
    requests = sum(plan.scenario.rates)
    samples = [
        {part: outcome.capacities[second] for part, outcome in parts.items()}
        for second in range(len(plan.scenario.rates))
    ]
    found = model(plan, reality, Measured(1.0, 0.03), WORKLOAD)
    refused = {part: float(outcome.refused) for part, outcome in parts.items()}
    percent = 100 * sum(refused.values()) / requests
    return compare(samples, percent, refused, found, chance_of(plan, found, reality.target))


@pytest.mark.parametrize("seed", range(8))
def test_in_a_healthy_surge_both_say_the_same_within_the_drills_tolerance(seed: int) -> None:
    comparison = run(PLAN, REALITY, seed)
    assert comparison.differences(PLAN) == []
    assert comparison.refused_percent == 0
    assert comparison.capacities["table_read"] > 20


@pytest.mark.parametrize("seed", range(4))
def test_of_a_maximum_that_is_too_low_both_say_that_it_is_the_bottleneck(seed: int) -> None:
    plan = replace(PLAN, weakness=Weakness.AUTOSCALING_MAXIMUM)
    weak = replace(REALITY, limits={**LIMITS, "table_read": low_limits(LIMITS["table_read"][0])})
    comparison = run(plan, weak, seed)
    assert comparison.differences(plan) == []
    assert comparison.bottleneck == comparison.model_bottleneck == "table_read"
    assert comparison.refused_percent > 5


def test_both_scale_in_again_when_the_surge_is_over() -> None:
    outcome = run_part(PLAN, "table_read", LIMITS["table_read"], random.Random(1))  # noqa: S311
    assert outcome.capacities[-1] < max(outcome.capacities)
    series = model(PLAN, REALITY, Measured(1.0, 0.03), WORKLOAD).series["table_read_capacity"]
    assert series[-1] < max(series)
