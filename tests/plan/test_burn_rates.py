"""The planned alarms, evaluated on made traffic: which of them go off, and which stay quiet.

The alarms are those of the plan, the evaluation that of the local AWS (CloudWatch's rules without I/O).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from tests.plan.bench import Document, read

from local_aws.metrics.alarm_decision import State
from local_aws.metrics.alarm_definition import read_alarm
from local_aws.metrics.alarm_evaluation import evaluate
from local_aws.metrics.store import Datum, MetricStore, metric
from techmoda_ha.plan.alarms import COMPOSITE_ALARM, METRIC_ALARM, parts_of
from techmoda_ha.plan.model import Plan, Resource

REGION = "us-east-1"
NAME = "techmoda-api-"
NOW = 1_764_324_000  # 2025-11-28T10:00:00Z
MINUTE, HOUR, DAY = 60, 3600, 86_400
API = {"ApiName": "techmoda-api", "Stage": "live"}
TABLE = "techmoda-api-products"


@pytest.fixture(scope="module")
def plan(documents: dict[str, Document]) -> Plan:
    return read(documents["primary"])


def planned(alarm: Resource) -> dict[str, Any]:
    """Return a planned alarm as PutMetricAlarm takes it."""
    request: dict[str, Any] = {
        "AlarmName": alarm.value("alarm_name"),
        "EvaluationPeriods": alarm.value("evaluation_periods"),
        "DatapointsToAlarm": alarm.value("datapoints_to_alarm"),
        "Threshold": alarm.value("threshold"),
        "ComparisonOperator": alarm.value("comparison_operator"),
        "TreatMissingData": alarm.value("treat_missing_data"),
    }
    if alarm.value("metric_name"):
        return request | single(alarm.values) | {"Statistic": alarm.value("statistic")}
    return request | {"Metrics": [query(one.values) for one in alarm.blocks("metric_query")]}


def query(given: Any) -> dict[str, Any]:
    made = {"Id": given["id"], "ReturnData": bool(given["return_data"])}
    if given["expression"]:
        return made | {"Expression": given["expression"]}
    (stat,) = given["metric"]
    described = single(stat)
    period = described.pop("Period")
    return made | {"MetricStat": {"Metric": described, "Period": period, "Stat": stat["stat"]}}


def single(given: Any) -> dict[str, Any]:
    # An id that only the apply tells is left out of the planned values.
    dimensions = given.get("dimensions") or {}
    return {
        "Namespace": given["namespace"],
        "MetricName": given["metric_name"],
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        "Period": given["period"],
    }


def raised(plan: Plan, store: MetricStore) -> set[str]:
    """Return the alarms that are in ALARM, without the parts of composite ones; names without the prefix."""
    metric_alarms = {alarm.value("alarm_name"): alarm for alarm in plan.of(METRIC_ALARM)}
    going = {
        name
        for name, alarm in metric_alarms.items()
        if evaluate(read_alarm(planned(alarm)), store, REGION, NOW).decision.state is State.ALARM
    }
    parts: set[str] = set()
    for composite in plan.of(COMPOSITE_ALARM):
        names = parts_of(composite)
        assert len(names) == 2
        parts |= set(names)
        if going.issuperset(names):
            going.add(composite.value("alarm_name"))
    return {name.removeprefix(NAME) for name in going - parts}


def silent(plan: Plan) -> set[str]:
    """Return what is raised because nothing at all is heard: checkers, canary, and the like."""
    return raised(plan, MetricStore())


def requests(
    store: MetricStore, seconds: int, every: int, count: float, *, failed: float = 0, milliseconds: float = 40
) -> None:
    """Let `count` requests come in every step until now, of which some fail or all take that long."""
    for at in range(NOW - seconds, NOW, every):
        add(store, "AWS/ApiGateway", API, at, Count=[(1, count)], Latency=[(milliseconds, count)])
        add(store, "AWS/ApiGateway", API, at, **{"5XXError": [(1, failed), (0, count - failed)]})


def add(
    store: MetricStore,
    space: str,
    dimensions: dict[str, str],
    at: int,
    **values: Iterable[tuple[float, float]],
) -> None:
    data = [
        Datum(metric(space, name, dimensions), at, value, weight)
        for name, pairs in values.items()
        for value, weight in pairs
        if weight
    ]
    store.add(REGION, data)


def slo(plan: Plan, store: MetricStore) -> set[str]:
    return {name for name in raised(plan, store) if name.startswith(("slo-", "api-"))}


def test_a_region_without_any_traffic_pages_for_those_who_should_look_and_for_nothing_else(
    plan: Plan,
) -> None:
    names = {name for name in silent(plan) if not name.startswith("responder-")}
    assert names == {
        "canary-dr", "canary-primary", "canary-public", "endpoint-down", "health-check-primary-endpoint",
    }  # fmt: skip


def test_healthy_traffic_raises_nothing_more(plan: Plan) -> None:
    store = MetricStore()
    requests(store, 3 * DAY, 10 * MINUTE, 6000)
    assert raised(plan, store) == silent(plan)


def test_a_burst_of_errors_pages_at_once_and_by_the_fast_alert(plan: Plan) -> None:
    store = MetricStore()
    requests(store, 3 * DAY, 10 * MINUTE, 6000)
    requests(store, 10 * MINUTE, MINUTE, 600, failed=60)
    # 600 of 42,000 requests of the hour are 1.4 %, 143 times the budget; of three days more than 0.01 %.
    assert slo(plan, store) == {
        "api-5xx",
        "slo-availability-fast",
        "slo-availability-medium",
        "slo-availability-slow",
    }


def test_a_burst_that_is_over_raises_no_page(plan: Plan) -> None:
    store = MetricStore()
    requests(store, 50 * MINUTE, MINUTE, 600, failed=0)
    for at in range(NOW - 50 * MINUTE, NOW - 40 * MINUTE, MINUTE):
        add(store, "AWS/ApiGateway", API, at, **{"5XXError": [(1, 60)], "Count": [(1, 60)]})
    # The long windows still burn, the last 5 and 30 minutes do not; the slow alert's short one is six hours.
    assert slo(plan, store) == {"slo-availability-slow"}


def test_a_steady_trickle_of_errors_is_a_ticket_only(plan: Plan) -> None:
    store = MetricStore()
    requests(store, 3 * DAY, 10 * MINUTE, 10_000, failed=2)
    assert slo(plan, store) == {"slo-availability-slow"}


def test_a_few_errors_in_a_quiet_night_wake_nobody(plan: Plan) -> None:
    store = MetricStore()
    requests(store, 3 * HOUR, MINUTE, 1)
    for at in (NOW - 40 * MINUTE, NOW - 20 * MINUTE, NOW - 2 * MINUTE):
        add(store, "AWS/ApiGateway", API, at, **{"5XXError": [(1, 1)]})
    assert slo(plan, store) == set()


def test_a_complete_outage_in_a_quiet_night_does(plan: Plan) -> None:
    store = MetricStore()
    requests(store, 3 * HOUR, MINUTE, 1)
    requests(store, 12 * MINUTE, MINUTE, 1, failed=1)
    assert {"api-5xx", "slo-availability-fast"} <= slo(plan, store)


def test_slow_answers_raise_the_seeds_alarm_and_the_latency_objectives(plan: Plan) -> None:
    store = MetricStore()
    requests(store, HOUR, MINUTE, 100)
    requests(store, 20 * MINUTE, MINUTE, 100, milliseconds=900)
    # 2,000 of 8,000 requests of the hour are slow: 25 %, of which 14.4 % page.
    assert {"slo-latency-fast", "slo-latency-medium"} <= slo(plan, store)
    assert not {name for name in slo(plan, store) if name.startswith("slo-availability")}


def test_the_average_over_half_a_second_for_three_minutes_is_the_seeds_alarm(plan: Plan) -> None:
    store = MetricStore()
    requests(store, 3 * MINUTE, MINUTE, 10, milliseconds=501)
    assert "api-latency" in raised(plan, store)
    quicker = MetricStore()
    requests(quicker, 3 * MINUTE, MINUTE, 10, milliseconds=499)
    assert "api-latency" not in raised(plan, quicker)


def writes(store: MetricStore, minutes: int) -> None:
    for at in range(NOW - minutes * MINUTE, NOW, MINUTE):
        add(store, "AWS/DynamoDB", {"TableName": TABLE, "Operation": "PutItem"}, at,
            SuccessfulRequestLatency=[(5, 3)])  # fmt: skip


def arrivals(store: MetricStore, minutes: int, milliseconds: float) -> None:
    for at in range(NOW - minutes * MINUTE, NOW, MINUTE):
        add(store, "AWS/DynamoDB", {"TableName": TABLE, "ReceivingRegion": "us-west-2"}, at,
            ReplicationLatency=[(milliseconds, 3)])  # fmt: skip


@pytest.mark.parametrize(
    ("milliseconds", "expected"),
    [
        (900, set()),
        (61_000, {"table-products-replication-us-west-2"}),
        (900_000, {"table-products-replication-us-west-2", "table-products-replication-us-west-2-rpo"}),
    ],
)
def test_replication_that_lags_is_a_ticket_and_beyond_the_objective_a_page(
    plan: Plan, milliseconds: float, expected: set[str]
) -> None:
    store = MetricStore()
    writes(store, 10)
    arrivals(store, 10, milliseconds)
    assert raised(plan, store) - silent(plan) == expected


def test_replication_that_stands_still_pages_although_there_is_no_latency_to_measure(plan: Plan) -> None:
    store = MetricStore()
    writes(store, 10)
    assert raised(plan, store) - silent(plan) == {"table-products-replication-us-west-2-silent"}
    recent = MetricStore()
    writes(recent, 4)
    assert raised(plan, recent) == silent(plan)


@pytest.mark.parametrize(("products", "expected"), [(4, set()), (5, {"implausible-products-us-east-1"})])
def test_five_implausible_products_in_a_minute_page(plan: Plan, products: int, expected: set[str]) -> None:
    store = MetricStore()
    add(store, "TechModa/API", {"service": "products-api"}, NOW - MINUTE, ImplausibleProducts=[(products, 1)])
    assert raised(plan, store) - silent(plan) == expected
