"""The arithmetic of concurrency, checked by hand."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.incident_responder.kit import ALARM, Answer, ScriptedAws, StoppedClock, refusal

from incident_responder.decisions import PlaybookError, Report
from incident_responder.playbooks.report_concurrency import (
    Concurrency,
    Parameters,
    ReportConcurrency,
    arithmetic,
)

FOUND = Concurrency(
    account=1000, unreserved=400, reserved=50, peak=45, requests_per_second=100, throttled=7, seconds_each=0.4
)


def test_demand_is_rate_times_duration_and_the_limit_is_turned_into_requests() -> None:
    text, figures = arithmetic("shop", FOUND)
    assert figures["executions_needed"] == 40  # 100/s x 0.4 s
    assert figures["share_of_limit"] == 0.9  # 45 of 50
    assert figures["reservable"] == 300  # 400 unreserved, of which 100 stay
    assert "45 of 50 executions (reserved; 90%)" in text
    assert "the limit carries 125 requests/s" in text  # 50 / 0.4 s
    assert "throttled 7 times" in text
    assert "L-B99AE394" in text


def test_a_function_without_a_reservation_has_what_is_left_of_the_account() -> None:
    found = Concurrency(1000, 400, None, 100, 10, 0, 1.0)
    text, figures = arithmetic("shop", found)
    assert figures["limit"] == 400
    assert "unreserved in the account; 25%" in text


def test_nothing_can_be_reserved_out_of_the_last_hundred() -> None:
    assert arithmetic("shop", Concurrency(1000, 100, 5, 5, 1, 0, 1.0))[1]["reservable"] == 0


@pytest.mark.parametrize(
    "found", [Concurrency(1000, 400, 0, 0, 0, 9, 0.0), Concurrency(0, 0, None, 0, 0, 0, 0.0)]
)
def test_a_function_that_never_ran_divides_nothing_by_zero(found: Concurrency) -> None:
    _, figures = arithmetic("shop", found)
    assert figures["executions_needed"] == 0


def assess(**answers: Answer) -> tuple[ScriptedAws, Any]:
    def metrics(asked: dict[str, Any]) -> dict[str, Any]:
        names = {one["Id"]: one["MetricStat"]["Metric"]["MetricName"] for one in asked["MetricDataQueries"]}
        series = {
            "ConcurrentExecutions": [3.0, 45.0, 20.0],
            "Invocations": [60.0, 1200.0, 300.0],
            "Throttles": [0.0, 300.0, 10.0],
            "Duration": [100.0, 300.0],
        }
        return {"MetricDataResults": [{"Id": key, "Values": series[name]} for key, name in names.items()]}

    aws = ScriptedAws(
        {
            "lambda.GetAccountSettings": {
                "AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 400}
            },
            "lambda.GetFunctionConcurrency": {"ReservedConcurrentExecutions": 50},
            "cloudwatch.GetMetricData": metrics,
            **answers,
        }
    )
    playbook = ReportConcurrency.build(Parameters("shop"), aws.client, StoppedClock())
    return aws, playbook.assess(ALARM)


def test_what_was_throttled_was_asked_for_as_well() -> None:
    aws, decision = assess()
    assert isinstance(decision, Report)
    assert decision.details["requests_per_second"] == 25  # 1200 served and 300 refused in the busiest minute
    assert decision.details["seconds_each"] == 0.2
    assert decision.details["throttled"] == 310
    assert decision.details["peak"] == 45
    assert {
        one["MetricStat"]["Stat"] for one in aws.asked("cloudwatch.GetMetricData")[0]["MetricDataQueries"]
    } == {
        "Maximum",
        "Sum",
        "Average",
    }


def test_nothing_is_changed() -> None:
    aws, _ = assess()
    assert all(".Get" in name for name in aws.names)


def test_a_function_without_reservation_says_so_by_leaving_it_out() -> None:
    _, decision = assess(**{"lambda.GetFunctionConcurrency": {}})
    assert decision.details["limit"] == 400


def test_settings_that_cannot_be_read_are_an_error() -> None:
    with pytest.raises(PlaybookError, match="cannot be read"):
        assess(**{"lambda.GetAccountSettings": refusal("GetAccountSettings")})


@pytest.mark.parametrize("minutes", [0, 181])
def test_a_look_back_out_of_bounds_is_refused(minutes: int) -> None:
    with pytest.raises(ValueError, match="look_back_minutes"):
        Parameters("shop", look_back_minutes=minutes)
