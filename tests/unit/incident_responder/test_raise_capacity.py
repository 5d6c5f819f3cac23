"""A throttled table gets more units, within its maximum, and gives them back by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from tests.unit.incident_responder.kit import ALARM, Answer, ScriptedAws, StoppedClock, refusal

from incident_responder.decisions import Act, Decision, Leave, PlaybookError, Report
from incident_responder.playbooks.raise_capacity import (
    RETURN_ACTION,
    Limits,
    Parameters,
    Raise,
    RaiseCapacity,
    decide,
    once_at,
)

NOW = datetime(2025, 11, 28, 10, 0, tzinfo=UTC)
WRITES = Parameters("shop-products", "write")
LIMITS = Limits(minimum=10, maximum=100, units=10, usual_minimum=None, next_change=None)


def limits(**changes: Any) -> Limits:
    known = {
        name: getattr(LIMITS, name)
        for name in ("minimum", "maximum", "units", "usual_minimum", "next_change")
    }
    return Limits(**{**known, **changes})


@pytest.mark.parametrize(
    ("found", "minimum"),
    [
        pytest.param(limits(), 20, id="the minimum is doubled"),
        pytest.param(limits(units=30), 60, id="what autoscaling has already given is doubled"),
        pytest.param(limits(minimum=80), 100, id="and never beyond the maximum"),
        pytest.param(limits(minimum=99), 100, id="whatever little is left"),
    ],
)
def test_the_minimum_is_raised_within_its_bounds(found: Limits, minimum: int) -> None:
    decided = decide(found, WRITES, NOW)
    assert decided == Raise(minimum, found.minimum, NOW + timedelta(minutes=60))


@pytest.mark.parametrize("factor", [1.001, 1.5, 10.0])
@pytest.mark.parametrize("minimum", [1, 7, 99, 100])
def test_a_raise_never_leaves_the_bounds(factor: float, minimum: int) -> None:
    decided = decide(limits(minimum=minimum, units=1000), Parameters("t", "read", factor=factor), NOW)
    assert (
        isinstance(decided, str)
        if minimum == 100
        else decided == Raise(100, minimum, NOW + timedelta(hours=1))
    )


def test_a_minimum_at_the_maximum_cannot_be_raised_and_people_are_told() -> None:
    said = decide(limits(minimum=100, units=100), WRITES, NOW)
    assert isinstance(said, str)
    assert "raise the maximum" in said


def test_a_second_raise_returns_to_the_usual_minimum_not_to_the_first_raise() -> None:
    decided = decide(limits(minimum=20, units=20, usual_minimum=10), WRITES, NOW)
    assert decided == Raise(40, 10, NOW + timedelta(minutes=60))


def test_a_raise_ends_before_a_known_event_begins() -> None:
    decided = decide(limits(next_change=NOW + timedelta(minutes=30)), WRITES, NOW)
    assert decided == Raise(20, 10, NOW + timedelta(minutes=29))


def test_a_raise_is_not_worth_it_when_the_event_begins_now() -> None:
    said = decide(limits(next_change=NOW + timedelta(minutes=2)), WRITES, NOW)
    assert isinstance(said, str)
    assert "within two minutes" in said


def scripted(
    actions: list[dict[str, Any]] | None = None, answers: Mapping[str, Answer] = MappingProxyType({})
) -> ScriptedAws:
    target = {"MinCapacity": 10, "MaxCapacity": 100}
    units = {"ReadCapacityUnits": 50, "WriteCapacityUnits": 12}
    index = {"IndexName": "by-category", "ProvisionedThroughput": {"WriteCapacityUnits": 15}}
    return ScriptedAws(
        {
            "application-autoscaling.DescribeScalableTargets": {"ScalableTargets": [target]},
            "application-autoscaling.DescribeScheduledActions": {"ScheduledActions": actions or []},
            "application-autoscaling.PutScheduledAction": {},
            "application-autoscaling.RegisterScalableTarget": {},
            "dynamodb.DescribeTable": {
                "Table": {"ProvisionedThroughput": units, "GlobalSecondaryIndexes": [index]}
            },
            **answers,
        }
    )


def assess(aws: ScriptedAws, parameters: Parameters = WRITES) -> Decision:
    return RaiseCapacity.build(parameters, aws.client, StoppedClock()).assess(ALARM)


def test_the_return_is_laid_down_before_the_minimum_is_raised() -> None:
    aws = scripted()
    decision = assess(aws)
    assert isinstance(decision, Act)
    assert "from 10 to 24 units" in decision.summary
    done = decision.perform()
    target = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/shop-products",
        "ScalableDimension": "dynamodb:table:WriteCapacityUnits",
    }
    assert aws.calls[-2:] == [
        (
            "application-autoscaling.PutScheduledAction",
            {
                **target,
                "ScheduledActionName": RETURN_ACTION,
                "Schedule": "at(2025-11-28T11:00:00)",
                "Timezone": "UTC",
                "ScalableTargetAction": {"MinCapacity": 10},
            },
        ),
        ("application-autoscaling.RegisterScalableTarget", {**target, "MinCapacity": 24}),
    ]
    assert done.details["returns_at"] == "2025-11-28T11:00:00.000Z"
    assert done.details["returns_to"] == 10


def test_assessing_changes_nothing() -> None:
    aws = scripted()
    assess(aws)
    assert all(".Describe" in name for name in aws.names)


def test_without_a_return_there_is_no_raise() -> None:
    aws = scripted(answers={"application-autoscaling.PutScheduledAction": refusal("PutScheduledAction")})
    decision = assess(aws)
    assert isinstance(decision, Act)
    with pytest.raises(PlaybookError, match="not PutScheduledAction"):
        decision.perform()
    assert "application-autoscaling.RegisterScalableTarget" not in aws.names


def test_an_index_is_raised_by_its_own_units() -> None:
    aws = scripted()
    decision = assess(aws, Parameters("shop-products", "write", index="by-category"))
    assert isinstance(decision, Act)
    decision.perform()
    raised = aws.asked("application-autoscaling.RegisterScalableTarget")[0]
    assert raised["ResourceId"] == "table/shop-products/index/by-category"
    assert raised["ScalableDimension"] == "dynamodb:index:WriteCapacityUnits"
    assert raised["MinCapacity"] == 30


def test_what_is_scheduled_is_heeded_and_what_is_past_is_not() -> None:
    bounds = {"MinCapacity": 5}
    aws = scripted(
        [
            {
                "ScheduledActionName": RETURN_ACTION,
                "Schedule": "at(2025-11-28T10:20:00)",
                "ScalableTargetAction": bounds,
            },
            {
                "ScheduledActionName": "old-start",
                "Schedule": "at(2025-11-28T09:59:59)",
                "ScalableTargetAction": bounds,
            },
            {"ScheduledActionName": "every-hour", "Schedule": "rate(1 hour)", "ScalableTargetAction": bounds},
            {
                "ScheduledActionName": "week-start",
                "Schedule": "at(2025-11-28T10:30:00)",
                "ScalableTargetAction": bounds,
            },
        ]
    )
    decision = assess(aws)
    assert isinstance(decision, Act)
    done = decision.perform()
    assert (done.details["returns_to"], done.details["returns_at"]) == (5, "2025-11-28T10:29:00.000Z")


def test_a_return_that_is_past_does_not_tell_the_usual_minimum() -> None:
    past = {
        "ScheduledActionName": RETURN_ACTION,
        "Schedule": "at(2025-11-28T09:00:00)",
        "ScalableTargetAction": {"MinCapacity": 5},
    }
    decision = assess(scripted([past]))
    assert isinstance(decision, Act)
    assert decision.perform().details["returns_to"] == 10


def test_a_table_that_is_not_autoscaled_is_left_alone() -> None:
    aws = scripted(answers={"application-autoscaling.DescribeScalableTargets": {"ScalableTargets": []}})
    assert isinstance(assess(aws), Leave)


def test_a_table_at_its_maximum_is_reported() -> None:
    full = {"ScalableTargets": [{"MinCapacity": 100, "MaxCapacity": 100}]}
    assert isinstance(
        assess(scripted(answers={"application-autoscaling.DescribeScalableTargets": full})), Report
    )


def test_limits_that_cannot_be_read_are_an_error() -> None:
    aws = scripted(answers={"application-autoscaling.DescribeScheduledActions": refusal("Describe")})
    with pytest.raises(PlaybookError, match="cannot be read"):
        assess(aws)


@pytest.mark.parametrize(
    "wrong", [{"throughput": "both"}, {"factor": 1.0}, {"factor": 11.0}, {"hold_minutes": 0}]
)
def test_parameters_out_of_bounds_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Parameters(**{"table": "t", "throughput": "read", **wrong})


@pytest.mark.parametrize("schedule", ["rate(5 minutes)", "cron(0 12 * * ? *)"])
def test_a_recurring_schedule_has_no_moment(schedule: str) -> None:
    assert once_at(schedule) is None
