"""From stored values to a decision: windows, statistics, metric math, and the reason that is given."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local_aws.metrics.alarm_decision import Missing, State
from local_aws.metrics.alarm_definition import UnsupportedAlarmError, read_alarm
from local_aws.metrics.alarm_evaluation import Evaluation, due_at, evaluate
from local_aws.metrics.alarm_reasons import reason, reason_data
from local_aws.metrics.queries import QueryError
from local_aws.metrics.store import Datum, MetricStore, metric

REGION = "us-east-1"
ALARM: dict[str, Any] = {
    "AlarmName": "latency",
    "Namespace": "Shop",
    "MetricName": "Latency",
    "Statistic": "Average",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 500.0,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "missing",
}


def store_of(*data: tuple[float, float], name: str = "Latency", namespace: str = "Shop") -> MetricStore:
    store = MetricStore()
    add(store, name, *data, namespace=namespace)
    return store


def add(store: MetricStore, name: str, *data: tuple[float, float], namespace: str = "Shop") -> None:
    found = metric(namespace, name)
    store.add(REGION, [Datum(found, at, value, high_resolution=True) for at, value in data])


def evaluated(store: MetricStore, end: int, **changes: Any) -> Evaluation:
    return evaluate(read_alarm({**ALARM, **changes}), store, REGION, end)


def state(store: MetricStore, end: int, **changes: Any) -> State | None:
    return evaluated(store, end, **changes).decision.state


def stat(name: str, period: int = 60, statistic: str = "Sum") -> dict[str, Any]:
    described = {"Metric": {"Namespace": "Shop", "MetricName": name}, "Period": period, "Stat": statistic}
    return {"Id": name.lower(), "MetricStat": described, "ReturnData": False}


def math_alarm(expression: str, *queries: dict[str, Any], **changes: Any) -> dict[str, Any]:
    without_metric = {name: value for name, value in ALARM.items() if name not in {"Namespace", "MetricName"}}
    metrics = [{"Id": "result", "Expression": expression, "ReturnData": True}, *queries]
    return {**without_metric, "Metrics": metrics, **changes}


def test_an_alarm_is_due_at_each_minute_whatever_its_period_and_each_ten_seconds_below_a_minute() -> None:
    assert due_at(read_alarm({**ALARM, "Period": 300}), 599.9) == 540
    assert due_at(read_alarm(ALARM), 600) == 600
    assert due_at(read_alarm({**ALARM, "Period": 30}), 599.9) == 590


def test_the_window_slides_with_the_evaluation() -> None:
    store = store_of((310, 900))
    wide = {"Period": 300}
    assert state(store, 300, **wide) is State.INSUFFICIENT_DATA
    assert state(store, 360, **wide) is State.ALARM
    assert evaluated(store, 360, **wide).decision.evaluated[0].timestamp == 60


def test_the_period_that_has_not_ended_does_not_count() -> None:
    assert state(store_of((59, 100), (60, 900)), 60) is State.OK


def test_the_last_values_count_on_for_a_while_after_the_metric_stops() -> None:
    store = store_of((30, 900))
    assert state(store, 180) is State.ALARM
    assert state(store, 240) is State.INSUFFICIENT_DATA


@pytest.mark.parametrize(
    ("comparison", "value", "expected"),
    [
        ("GreaterThanThreshold", 500, State.OK),
        ("GreaterThanOrEqualToThreshold", 500, State.ALARM),
        ("LessThanThreshold", 500, State.OK),
        ("LessThanOrEqualToThreshold", 500, State.ALARM),
        ("LessThanThreshold", 499, State.ALARM),
    ],
)
def test_the_comparison_is_the_one_that_is_set(comparison: str, value: float, expected: State) -> None:
    assert state(store_of((30, value)), 60, ComparisonOperator=comparison) is expected


def test_a_percentile_is_evaluated_over_all_values_of_the_period() -> None:
    store = store_of(*((at * 0.5, 100.0) for at in range(98)), (50, 900), (51, 900))
    extended = {"Statistic": None, "ExtendedStatistic": "p99"}
    assert state(store, 60, **extended) is State.ALARM
    assert state(store, 60, Statistic=None, ExtendedStatistic="p90") is State.OK


def test_few_samples_leave_a_percentile_alarm_alone_when_told_to() -> None:
    extended = {
        "Statistic": None,
        "ExtendedStatistic": "p99",
        "EvaluateLowSampleCountPercentile": "ignore",
    }
    few = store_of(*((at / 100, 900.0) for at in range(999)))
    assert state(few, 60, **extended) is None
    add(few, "Latency", (59, 900.0))
    assert state(few, 60, **extended) is State.ALARM


def test_m_of_n_data_points_are_enough() -> None:
    store = store_of((30, 900), (90, 100), (150, 900))
    assert state(store, 180, EvaluationPeriods=3, DatapointsToAlarm=2) is State.ALARM
    assert state(store, 180, EvaluationPeriods=3) is State.OK


def test_a_unit_that_was_never_published_leaves_no_data() -> None:
    assert state(store_of((30, 900)), 60, Unit="Seconds") is State.INSUFFICIENT_DATA


def test_dynamodb_alarms_ignore_missing_data_unless_they_say_what_it_is() -> None:
    unset = {"Namespace": "AWS/DynamoDB", "TreatMissingData": None}
    assert read_alarm({**ALARM, **unset}).treatment is Missing.IGNORE
    assert (
        read_alarm({**ALARM, **unset, "TreatMissingData": "notBreaching"}).treatment is Missing.NOT_BREACHING
    )
    assert read_alarm({**ALARM, "TreatMissingData": None}).treatment is Missing.MISSING


def test_metric_math_decides_by_the_query_that_returns_data() -> None:
    store = store_of((30, 5), name="Errors")
    add(store, "Requests", (30, 1000))
    queries = (stat("Errors"), stat("Requests"))
    assert state(store, 60, **math_alarm("100 * errors / requests", *queries, Threshold=0.4)) is State.ALARM
    assert state(store, 60, **math_alarm("100 * errors / requests", *queries, Threshold=0.6)) is State.OK


def test_filled_metric_math_has_data_when_its_metrics_never_had() -> None:
    alarm = math_alarm("FILL(errors, 0)", stat("Errors"), Threshold=0)
    assert state(MetricStore(), 60, **alarm) is State.OK


def test_metric_math_without_data_is_missing_data() -> None:
    alarm = math_alarm("requests - errors", stat("Errors"), stat("Requests"), TreatMissingData="breaching")
    assert state(MetricStore(), 60, **alarm) is State.ALARM


def test_a_burn_rate_over_an_hour_sees_a_whole_hour() -> None:
    store = store_of(*((second, 1.0) for second in range(0, 3600, 10)), name="Requests")
    add(store, "Errors", (5, 1), (3599, 1))
    queries = (stat("Errors", 3600), stat("Requests", 3600))
    alarm = math_alarm("(errors / requests) / 0.0001", *queries, Threshold=14.4)
    decision = evaluated(store, 3600, **alarm).decision
    assert decision.state is State.ALARM
    assert decision.evaluated[0].value == pytest.approx(2 / 360 / 0.0001)


@pytest.mark.parametrize(
    "changes",
    [
        {"ComparisonOperator": "GreaterThanUpperThreshold", "ThresholdMetricId": "band"},
        {"ComparisonOperator": "LessThanLowerOrGreaterThanUpperThreshold"},
    ],
)
def test_anomaly_detection_is_said_to_be_unsupported(changes: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedAlarmError):
        read_alarm({**ALARM, **changes})


def test_an_expression_that_gives_several_series_cannot_be_watched() -> None:
    store = store_of((30, 5), name="Errors")
    with pytest.raises(QueryError, match="single time series"):
        evaluated(store, 60, **math_alarm("METRICS()", stat("Errors"), stat("Requests")))


def sentence(store: MetricStore, end: int, previous: State, **changes: Any) -> str:
    definition = read_alarm({**ALARM, **changes})
    decision = evaluate(definition, store, REGION, end).decision
    assert decision.state is not None
    return reason(definition, decision, previous, decision.state)


def test_the_reason_names_the_data_points_that_crossed_the_threshold() -> None:
    assert sentence(store_of((30, 900)), 60, State.OK) == (
        "Threshold Crossed: 1 out of the last 1 datapoints [900.0 (01/01/70 00:00:00)] was greater than "
        "the threshold (500.0) (minimum 1 datapoint for OK -> ALARM transition)."
    )
    assert sentence(store_of((30, 100)), 60, State.ALARM) == (
        "Threshold Crossed: 1 out of the last 1 datapoints [100.0 (01/01/70 00:00:00)] was not greater "
        "than the threshold (500.0) (minimum 1 datapoint for ALARM -> OK transition)."
    )
    two_of_three = {"EvaluationPeriods": 3, "DatapointsToAlarm": 2}
    assert sentence(store_of((30, 900), (90, 1), (150, 950)), 180, State.OK, **two_of_three) == (
        "Threshold Crossed: 2 out of the last 3 datapoints [950.0 (01/01/70 00:02:00), 900.0 (01/01/70 "
        "00:00:00)] were greater than the threshold (500.0) (minimum 2 datapoints for OK -> ALARM "
        "transition)."
    )


def test_the_reason_says_how_missing_data_was_treated() -> None:
    empty = MetricStore()
    assert sentence(empty, 60, State.OK) == "Insufficient Data: 1 datapoint was unknown."
    assert sentence(empty, 60, State.OK, TreatMissingData="breaching", EvaluationPeriods=2) == (
        "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were "
        "treated as [Breaching]."
    )
    assert sentence(
        store_of((30, 900)), 60, State.ALARM, TreatMissingData="notBreaching", EvaluationPeriods=2
    ) == (
        "Threshold Crossed: 1 missing datapoint was treated as [NonBreaching] (minimum 1 datapoint for "
        "ALARM -> OK transition)."
    )


def test_the_reason_data_holds_the_data_points_oldest_first() -> None:
    definition = read_alarm({**ALARM, "EvaluationPeriods": 2})
    evaluation = evaluate(definition, store_of((30, 900), (90, 950)), REGION, 120)
    assert json.loads(reason_data(definition, evaluation, 121.5)) == {
        "version": "1.0",
        "queryDate": "1970-01-01T00:02:01.500+0000",
        "startDate": "1970-01-01T00:00:00.000+0000",
        "statistic": "Average",
        "period": 60,
        "recentDatapoints": [900.0, 950.0],
        "threshold": 500.0,
        "evaluatedDatapoints": [
            {"timestamp": "1970-01-01T00:01:00.000+0000", "sampleCount": 1.0, "value": 950.0},
            {"timestamp": "1970-01-01T00:00:00.000+0000", "sampleCount": 1.0, "value": 900.0},
        ],
    }
