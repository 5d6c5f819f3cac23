"""The surge drill without a deployment: its plan, what it changes and puts back, and the comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from techmoda_ha.capacity.configuration import TABLE_PARTS, Throttle, Workload
from techmoda_ha.capacity.weakness import Weakness, low_limits
from techmoda_ha.drills.experiment import load_experiment
from techmoda_ha.drills.surge.figures import (
    Alarm,
    Comparison,
    Measured,
    Reality,
    alarms_of,
    chance_of,
    compare,
    model,
    weak_reality,
)
from techmoda_ha.drills.surge.ground import Ground
from techmoda_ha.drills.surge.plan import SurgePlan
from techmoda_ha.drills.surge.report import alarms_amiss
from techmoda_ha.drills.watching import Sample
from techmoda_ha.errors import HaError
from techmoda_ha.load.throttles import CapacityParts

ROOT = Path(__file__).resolve().parents[3]
PLAN = SurgePlan(scale=0.3)
REALITY = Reality(
    limits={"table_read": (15, 150), "table_write": (5, 45), "index_read": (15, 150), "index_write": (5, 45)},
    target=0.7,
    reserved=100,
    authorizer_reserved=20,
    throttle=Throttle(200, 400),
    write_throttle=Throttle(50, 100),
)
MEASURED = Measured(read_units=1.0, mean_seconds=0.05)


def test_the_experiment_is_valid_and_its_configuration_is_the_plans() -> None:
    document = load_experiment(ROOT / "drills" / "surge.yaml")
    assert SurgePlan.from_configuration(document["configuration"]) == SurgePlan(settling_seconds=240)


def test_every_activity_of_the_experiment_exists() -> None:
    from techmoda_ha.drills.surge import activities

    document = yaml.safe_load((ROOT / "drills" / "surge.yaml").read_text())
    entries = [*document["steady-state-hypothesis"]["probes"], *document["method"], *document["rollbacks"]]
    assert all(callable(getattr(activities, entry["provider"]["func"])) for entry in entries)


def test_the_surge_is_ten_times_the_normal_rate_for_ten_minutes_of_autoscaling() -> None:
    rates = PLAN.scenario.rates
    assert (rates[0], PLAN.scenario.peak) == (3.0, 30.0)
    assert len(rates) == (4 + 10 + 22) * 3 + round(0.5 * 3)


def test_the_notes_say_what_was_scaled_and_what_is_weak_on_purpose() -> None:
    assert len(PLAN.notes()) == 2
    assert "20 times as fast" in PLAN.notes()[0]
    assert replace(PLAN, scale=1, pace=1).notes() == []
    assert "on purpose" in replace(PLAN, weakness=Weakness.STAGE_THROTTLE).notes()[-1]


def test_the_model_of_a_healthy_run_scales_out_and_refuses_nothing() -> None:
    found = model(PLAN, REALITY, MEASURED, Workload())
    assert found.throttled_requests < 0.5
    assert max(found.series["table_read_capacity"]) > 20


@pytest.mark.parametrize("weakness", list(Weakness))
def test_the_model_of_a_weak_run_names_what_was_made_too_small(weakness: Weakness) -> None:
    plan = replace(PLAN, weakness=weakness)
    limits = {**REALITY.limits, "table_read": low_limits(15)}
    usual = replace(REALITY, limits=limits) if weakness is Weakness.AUTOSCALING_MAXIMUM else REALITY
    weak = weak_reality(plan, usual)
    found = model(plan, weak, MEASURED, Workload())
    assert found.throttled_share > 0.05
    assert max(found.throttled, key=lambda part: found.throttled[part]) == weakness


def samples(most: int) -> list[dict[str, int]]:
    return [dict.fromkeys(TABLE_PARTS, 5), {**dict.fromkeys(TABLE_PARTS, 5), "table_read": most}]


def test_a_drill_that_agrees_with_the_model_differs_in_nothing() -> None:
    found = model(PLAN, REALITY, MEASURED, Workload())
    expected = {part: round(max(found.series[f"{part}_capacity"])) for part in TABLE_PARTS}
    comparison = compare([expected], 0.0, {"table_read": 0.0}, found, chance_of(PLAN, found, 0.7))
    assert comparison.differences(PLAN) == []
    assert comparison.bottleneck is None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"capacities": {"table_read": 50}}, "table_read reached 50 units, the model says 30"),
        ({"refused_percent": 12.0}, "12.0 % of the requests were refused"),
        ({"bottleneck": "products"}, "the bottleneck is products"),
    ],
)
def test_whatever_differs_by_more_than_the_tolerance_is_told(changed: Mapping[str, Any], said: str) -> None:
    alike = Comparison({"table_read": 31}, {"table_read": 30.0}, 2.0, 1.0, None, None, {"table_read": 1.0})
    assert alike.differences(PLAN) == []
    [difference] = replace(alike, **changed).differences(PLAN)
    assert said in difference


def test_a_run_that_was_refused_names_the_part_and_what_the_model_names() -> None:
    refused = Comparison({}, {}, 12.34, 30.0, "products", "products", {})
    assert refused.in_words() == (
        "12.3 % of the requests failed, most of them refused by products function's concurrency; "
        "the model names products function's concurrency"
    )
    assert "the model names none" in replace(refused, model_bottleneck=None).in_words()
    assert replace(refused, bottleneck=None).in_words() == ""


def test_failures_that_no_part_refused_have_no_bottleneck() -> None:
    found = model(PLAN, REALITY, MEASURED, Workload())
    assert compare(samples(20), 30.0, {"table_read": 0.0}, found, {}).bottleneck is None


def test_chance_matters_less_in_longer_minutes_and_at_higher_rates() -> None:
    found = model(PLAN, REALITY, MEASURED, Workload())
    usual = chance_of(PLAN, found, 0.7)
    assert all(chance_of(replace(PLAN, pace=1), found, 0.7)[part] < usual[part] for part in TABLE_PARTS)
    # 19.5 requests/s of a unit in minutes of 3 s: 3 x sqrt(58.5) / 3 / 0.7.
    assert usual["table_read"] == pytest.approx(10.9, abs=0.1)


def test_the_part_that_refused_most_is_the_bottleneck() -> None:
    found = model(PLAN, REALITY, MEASURED, Workload())
    comparison = compare(samples(20), 30.0, {"table_read": 5.0, "products": 90.0}, found, {})
    assert comparison.bottleneck == "products"


def test_an_alarm_counts_each_time_that_it_begins_to_fire() -> None:
    seen = [{"old"}, {"old", "a"}, {"a"}, set(), {"a", "b"}]
    found = alarms_of([Sample(float(at), names) for at, names in enumerate(seen)])
    assert found == [Alarm("a", 1.0, 3.0), Alarm("a", 4.0, None), Alarm("b", 4.0, None)]
    assert alarms_of([]) == []


@pytest.mark.parametrize(
    ("alarms", "said"),
    [
        ([Alarm("table_read AlarmHigh", 1.0, 2.0), Alarm("table_read AlarmLow", 3.0, None)], []),
        ([Alarm("table_read AlarmLow", 1.0, 2.0)], ["no alarm of autoscaling fired"]),
        ([Alarm("table_read AlarmHigh", 1.0, None)], ["these alarms still fire: table_read AlarmHigh"]),
    ],
)
def test_a_surge_must_set_autoscalings_alarm_off_and_let_it_clear(
    alarms: list[Alarm], said: list[str]
) -> None:
    assert alarms_amiss(alarms) == said


def test_autoscalings_alarms_are_named_by_the_part_that_they_watch() -> None:
    aws = FakeAws()
    assert ground(aws).firing() == {"alarm", "table_read AlarmHigh", "index_write AlarmLow"}


@dataclass
class FakeAws:
    """The clients of a region that remember what was changed."""

    limits: dict[str, tuple[int, int]] = field(default_factory=dict)
    units: dict[str, dict[str, int]] = field(default_factory=dict)
    concurrency: int = 100
    settings: dict[str, Any] = field(
        default_factory=lambda: {"throttlingRateLimit": 200.0, "throttlingBurstLimit": 400}
    )

    def __post_init__(self) -> None:
        for holder in ("table/t", "table/t/index/by-category"):
            kind = "index" if "index" in holder else "table"
            self.limits[f"{holder} dynamodb:{kind}:ReadCapacityUnits"] = (50, 500)
            self.limits[f"{holder} dynamodb:{kind}:WriteCapacityUnits"] = (15, 150)
            self.units[kind] = {"ReadCapacityUnits": 70, "WriteCapacityUnits": 15}

    def describe_scalable_targets(self, **asked: Any) -> dict[str, Any]:
        key = f"{asked['ResourceIds'][0]} {asked['ScalableDimension']}"
        targets = [self.limits[key]] if key in self.limits else []
        return {"ScalableTargets": [{"MinCapacity": low, "MaxCapacity": high} for low, high in targets]}

    def describe_scaling_policies(self, **asked: Any) -> dict[str, Any]:
        what = f"{asked['ResourceId']}-{asked['ScalableDimension'].rpartition(':')[2]}"
        names = [f"TargetTracking-{what}-{kind}-1234" for kind in ("AlarmHigh", "AlarmLow")]
        return {"ScalingPolicies": [{"Alarms": [{"AlarmName": name} for name in names]}]}

    def get_paginator(self, _operation: str) -> FakeAws:
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        tracking = (
            "TargetTracking-table/t-ReadCapacityUnits-AlarmHigh-1234",
            "TargetTracking-table/t/index/by-category-WriteCapacityUnits-AlarmLow-1234",
            "TargetTracking-table/another-ReadCapacityUnits-AlarmHigh-1234",
        )
        return [{"MetricAlarms": [{"AlarmName": name} for name in (*tracking, "alarm", "other")]}]

    def register_scalable_target(self, **asked: Any) -> None:
        key = f"{asked['ResourceId']} {asked['ScalableDimension']}"
        self.limits[key] = (asked["MinCapacity"], asked["MaxCapacity"])

    def describe_table(self, **_: Any) -> dict[str, Any]:
        index = {"IndexName": "by-category", "ProvisionedThroughput": self.units["index"]}
        table = {"ProvisionedThroughput": self.units["table"], "GlobalSecondaryIndexes": [index]}
        return {"Table": table}

    def update_table(self, **asked: Any) -> None:
        if "ProvisionedThroughput" in asked:
            self.units["table"] = asked["ProvisionedThroughput"]
        for one in asked.get("GlobalSecondaryIndexUpdates", []):
            self.units["index"] = one["Update"]["ProvisionedThroughput"]

    def get_function_concurrency(self, **_: Any) -> dict[str, int]:
        return {"ReservedConcurrentExecutions": self.concurrency}

    def put_function_concurrency(self, **asked: Any) -> None:
        self.concurrency = asked["ReservedConcurrentExecutions"]

    def get_stage(self, **_: Any) -> dict[str, Any]:
        return {"methodSettings": {"*/*": dict(self.settings)}}

    def update_stage(self, **asked: Any) -> None:
        for one in asked["patchOperations"]:
            name = "throttlingRateLimit" if one["path"].endswith("rateLimit") else "throttlingBurstLimit"
            self.settings[name] = float(one["value"])


def ground(aws: FakeAws) -> Ground:
    parts = CapacityParts("t", "by-category", "products", "authorizer")
    return Ground(parts, "api", "live", ("alarm",), lambda _service: aws)


def test_the_tables_limits_are_scaled_and_its_capacity_starts_at_the_minimum() -> None:
    aws = FakeAws()
    narrowed = ground(aws).narrow(PLAN)
    assert narrowed["table_read"] == (15, 150)
    assert narrowed["index_write"] == (5, 45)
    assert aws.units["table"] == {"ReadCapacityUnits": 15, "WriteCapacityUnits": 5}


@pytest.mark.parametrize("weakness", [None, *Weakness])
def test_everything_is_put_back(weakness: Weakness | None) -> None:
    aws, usual = FakeAws(), FakeAws()
    place = ground(aws)
    place.narrow(replace(PLAN, weakness=weakness))
    assert aws != usual
    place.restore()
    place.restore()
    assert (aws.limits, aws.concurrency, aws.settings) == (usual.limits, usual.concurrency, usual.settings)
    assert aws.units["table"] == {"ReadCapacityUnits": 50, "WriteCapacityUnits": 15}


def test_a_table_that_nothing_scales_cannot_be_drilled() -> None:
    aws = FakeAws()
    del aws.limits["table/t dynamodb:table:WriteCapacityUnits"]
    with pytest.raises(HaError, match="Nothing scales table_write"):
        ground(aws).limits()


def test_a_change_that_fails_can_be_tried_again() -> None:
    aws = FakeAws()
    place = ground(aws)
    place.narrow(replace(PLAN, weakness=Weakness.RESERVED_CONCURRENCY))
    put, aws_fails = aws.put_function_concurrency, True

    def fails(**asked: Any) -> None:
        if aws_fails:
            raise HaError("no", "again")
        put(**asked)

    aws.put_function_concurrency = fails  # type: ignore[method-assign]
    with pytest.raises(HaError):
        place.restore()
    aws_fails = False
    place.restore()
    assert aws.concurrency == 100
