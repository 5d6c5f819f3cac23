"""The metric operations as boto3 and the query protocol see them. On AWS these tests pass as well."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.local_aws.deployer import Deployer
from tests.local_aws.waiting import eventually

pytestmark = pytest.mark.local

_DIMENSIONS = [{"Name": "Api", "Value": "shop"}]


@pytest.fixture
def cloudwatch(east: Deployer) -> Any:
    return east.client("cloudwatch")


@pytest.fixture
def namespace() -> str:
    """A namespace that no other test uses."""
    return f"Test/{uuid.uuid4().hex[:8]}"


@pytest.fixture
def published(cloudwatch: Any, namespace: str) -> str:
    """A namespace with ten latencies from 10 to 100 ms and two errors, in the minute before this one."""
    at = datetime.fromtimestamp(time.time() // 60 * 60 - 30, UTC)
    latency = {"MetricName": "Latency", "Dimensions": _DIMENSIONS, "Timestamp": at, "Unit": "Milliseconds"}
    error = {"MetricName": "Errors", "Dimensions": _DIMENSIONS, "Timestamp": at, "Unit": "Count"}
    cloudwatch.put_metric_data(
        Namespace=namespace,
        MetricData=[
            {**latency, "Values": [10.0 * step for step in range(1, 11)], "Counts": [1.0] * 10},
            {**error, "StatisticValues": {"SampleCount": 10, "Sum": 2, "Minimum": 0, "Maximum": 1}},
        ],
    )
    eventually(lambda: len(data(cloudwatch, query(namespace, "Latency", "Sum"))[0]["Values"]) == 1, 60)
    return namespace


def query(namespace: str, name: str, statistic: str, **settings: Any) -> dict[str, Any]:
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": _DIMENSIONS}
    return {
        "Id": name.lower(),
        "MetricStat": {"Metric": metric, "Period": 60, "Stat": statistic},
        **settings,
    }


def data(cloudwatch: Any, *queries: dict[str, Any], **settings: Any) -> list[Any]:
    """The results of queries over the last ten minutes."""
    end = time.time()
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=list(queries), StartTime=end - 600, EndTime=end, **settings
    )
    results: list[Any] = answer["MetricDataResults"]
    return results


def refusal(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


@pytest.mark.parametrize(
    ("statistic", "value"),
    [("Sum", 550), ("Average", 55), ("SampleCount", 10), ("Maximum", 100), ("p90", 91), ("tm50", 30)],
)
def test_a_statistic_is_computed_from_all_values(
    cloudwatch: Any, published: str, statistic: str, value: float
) -> None:
    (result,) = data(cloudwatch, query(published, "Latency", statistic))
    assert result["StatusCode"] == "Complete"
    assert result["Values"] == [pytest.approx(value, rel=0.1)]


def test_an_expression_combines_metrics_and_hides_what_returns_no_data(
    cloudwatch: Any, published: str
) -> None:
    (result,) = data(
        cloudwatch,
        query(published, "Errors", "Sum", ReturnData=False),
        query(published, "Latency", "SampleCount", ReturnData=False),
        {"Id": "rate", "Expression": "100 * errors / latency", "Label": "error rate"},
    )
    assert (result["Id"], result["Label"], result["Values"]) == ("rate", "error rate", [20.0])


def test_filled_metric_math_has_a_value_for_every_period(cloudwatch: Any, published: str) -> None:
    (result,) = data(
        cloudwatch,
        query(published, "Errors", "Sum", ReturnData=False),
        {"Id": "filled", "Expression": "FILL(errors, 0)"},
        ScanBy="TimestampAscending",
    )
    assert len(result["Values"]) in {10, 11}
    assert sum(result["Values"]) == 2
    assert result["Timestamps"] == sorted(result["Timestamps"])


def test_a_search_finds_the_metrics_of_a_namespace(cloudwatch: Any, published: str) -> None:
    expression = f"SEARCH('{{{published},Api}} MetricName=\"Latency\"', 'Average', 60)"
    found = eventually(lambda: data(cloudwatch, {"Id": "found", "Expression": expression}), 60)
    assert [result["Values"] for result in found] == [[55.0]]


def test_a_query_without_the_dimensions_finds_another_metric(cloudwatch: Any, published: str) -> None:
    metric = {"Namespace": published, "MetricName": "Latency"}
    plain = {"Id": "plain", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
    assert data(cloudwatch, plain)[0]["Values"] == []


def test_another_unit_finds_nothing(cloudwatch: Any, published: str) -> None:
    seconds = query(published, "Latency", "Sum")
    seconds["MetricStat"]["Unit"] = "Seconds"
    assert data(cloudwatch, seconds)[0]["Values"] == []


@pytest.mark.parametrize("expression", ["1 +", "nosuch * 2", "SUM(errors)"])
def test_a_wrong_expression_is_a_validation_error(cloudwatch: Any, published: str, expression: str) -> None:
    queries = [query(published, "Errors", "Sum"), {"Id": "wrong", "Expression": expression}]
    end = time.time()
    code = refusal(cloudwatch.get_metric_data, MetricDataQueries=queries, StartTime=end - 600, EndTime=end)
    assert code == "ValidationError"


def test_statistics_come_with_percentiles_and_unit(cloudwatch: Any, published: str) -> None:
    end = time.time()
    (point,) = cloudwatch.get_metric_statistics(
        Namespace=published,
        MetricName="Latency",
        Dimensions=_DIMENSIONS,
        StartTime=end - 600,
        EndTime=end,
        Period=60,
        Statistics=["Sum", "Maximum"],
        ExtendedStatistics=["p50", "p100"],
    )["Datapoints"]
    assert (point["Sum"], point["Maximum"], point["Unit"]) == (550, 100, "Milliseconds")
    assert point["ExtendedStatistics"] == {"p50": pytest.approx(55, rel=0.1), "p100": 100}
    assert point["Timestamp"].second == 0


def test_a_statistic_set_has_no_percentiles(cloudwatch: Any, published: str) -> None:
    assert data(cloudwatch, query(published, "Errors", "p50"))[0]["Values"] == []


def test_metrics_are_listed_by_name_and_dimensions(cloudwatch: Any, published: str) -> None:
    def listed(**wanted: Any) -> list[str]:
        found = cloudwatch.list_metrics(Namespace=published, **wanted)["Metrics"]
        return [metric["MetricName"] for metric in found]

    eventually(lambda: listed() == ["Errors", "Latency"], 60)
    assert listed(MetricName="Latency") == ["Latency"]
    assert listed(Dimensions=[{"Name": "Api"}]) == ["Errors", "Latency"]
    assert listed(Dimensions=[{"Name": "Api", "Value": "other"}]) == []
    assert listed(RecentlyActive="PT3H") == ["Errors", "Latency"]


@pytest.mark.parametrize(
    ("datum", "code"),
    [
        ({"Value": float("inf")}, "InvalidParameterValue"),
        ({"Value": 1, "Timestamp": datetime(2001, 1, 1, tzinfo=UTC)}, "InvalidParameterValue"),
        ({"Values": [1.0, 2.0], "Counts": [1.0]}, "InvalidParameterValue"),
    ],
    ids=["infinite", "too old", "counts do not match"],
)
def test_a_wrong_value_is_refused(cloudwatch: Any, namespace: str, datum: dict[str, Any], code: str) -> None:
    arguments = {"Namespace": namespace, "MetricData": [{"MetricName": "Wrong", **datum}]}
    assert refusal(cloudwatch.put_metric_data, **arguments) == code


def test_the_namespaces_of_aws_take_no_custom_metrics(cloudwatch: Any) -> None:
    arguments = {"Namespace": "AWS/Lambda", "MetricData": [{"MetricName": "Errors", "Value": 1}]}
    assert refusal(cloudwatch.put_metric_data, **arguments) == "InvalidParameterValue"


def test_too_many_data_points_are_refused(cloudwatch: Any, namespace: str) -> None:
    end = time.time()
    code = refusal(
        cloudwatch.get_metric_statistics,
        Namespace=namespace,
        MetricName="Latency",
        StartTime=end - 2 * 24 * 3600,
        EndTime=end,
        Period=60,
        Statistics=["Sum"],
    )
    assert code == "InvalidParameterCombination"


def test_a_long_request_may_be_compressed(cloudwatch: Any, namespace: str) -> None:
    many = [{"MetricName": f"Metric{number}", "Value": 1, "Dimensions": _DIMENSIONS} for number in range(500)]
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=many)
    paginator = cloudwatch.get_paginator("list_metrics")
    eventually(lambda: len(list(paginator.paginate(Namespace=namespace).search("Metrics"))) == 500, 60)


def test_regions_keep_their_metrics_apart(published: str, west: Deployer) -> None:
    assert data(west.client("cloudwatch"), query(published, "Latency", "Sum"))[0]["Values"] == []
