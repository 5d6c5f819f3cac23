"""CloudWatch's contract for alarms, over the protocols of Terraform (query) and boto3 (JSON).

On AWS these tests pass as well.
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Iterator
from typing import Any

import botocore.loaders
import botocore.session
import pytest
from botocore.exceptions import ClientError

from local_aws.settings import SECRET_ACCESS_KEY
from local_aws.testing import LocalAws

REGION = "us-east-1"
LATENCY: dict[str, Any] = {
    "AlarmDescription": "p99 <is> too high & rising",
    "ActionsEnabled": False,
    "Namespace": "AWS/ApiGateway",
    "MetricName": "Latency",
    "Dimensions": [{"Name": "ApiName", "Value": "shop"}, {"Name": "Stage", "Value": "live"}],
    "ExtendedStatistic": "p99",
    "Period": 60,
    "EvaluationPeriods": 3,
    "DatapointsToAlarm": 2,
    "Threshold": 0.5,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching",
    "Unit": "Milliseconds",
}
BURN_RATE: dict[str, Any] = {
    "EvaluationPeriods": 1,
    "Threshold": 0.00144,
    "ComparisonOperator": "GreaterThanThreshold",
    "Metrics": [
        {"Id": "rate", "Expression": "errors / total", "Label": "error rate", "ReturnData": True},
        {
            "Id": "errors",
            "ReturnData": False,
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/ApiGateway",
                    "MetricName": "5XXError",
                    "Dimensions": [{"Name": "ApiName", "Value": "shop"}],
                },
                "Period": 300,
                "Stat": "Sum",
            },
        },
        {
            "Id": "total",
            "ReturnData": False,
            "MetricStat": {
                "Metric": {"Namespace": "AWS/ApiGateway", "MetricName": "Count"},
                "Period": 300,
                "Stat": "Sum",
            },
        },
    ],
}
ANOMALY: dict[str, Any] = {
    "EvaluationPeriods": 2,
    "ComparisonOperator": "GreaterThanUpperThreshold",
    "ThresholdMetricId": "band",
    "Metrics": [
        {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m, 2)", "ReturnData": True},
        {**BURN_RATE["Metrics"][2], "Id": "m", "ReturnData": True},
    ],
}


class _OneProtocol(botocore.loaders.Loader):
    """Loads CloudWatch's model as if the service spoke one protocol only."""

    def __init__(self, protocol: str) -> None:
        super().__init__()
        self._protocol = protocol

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
        model = super().load_service_model(service_name, type_name, api_version)
        if (service_name, type_name) == ("cloudwatch", "service-2"):
            model = copy.deepcopy(model)
            model["metadata"] |= {"protocol": self._protocol, "protocols": [self._protocol]}
        return model


@pytest.fixture(params=["query", "json"])
def cloudwatch(aws: LocalAws, request: pytest.FixtureRequest) -> Any:
    session = botocore.session.Session()
    session.register_component("data_loader", _OneProtocol(request.param))
    return session.create_client(
        "cloudwatch",
        region_name=REGION,
        endpoint_url=aws.settings.endpoint_url,
        aws_access_key_id=aws.settings.account_id,
        aws_secret_access_key=SECRET_ACCESS_KEY,
    )


@pytest.fixture
def name(cloudwatch: Any) -> Iterator[str]:
    made = f"alarm-{uuid.uuid4().hex[:8]}"
    yield made
    # A composite alarm goes before the alarms that its rule names.
    cloudwatch.delete_alarms(AlarmNames=[f"{made}-both"])
    cloudwatch.delete_alarms(AlarmNames=[made])


def described(cloudwatch: Any, name: str) -> dict[str, Any]:
    [alarm] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return dict(alarm)


@pytest.mark.parametrize("alarm", [LATENCY, BURN_RATE, ANOMALY], ids=["latency", "burn rate", "anomaly"])
def test_an_alarm_is_described_as_it_was_put(cloudwatch: Any, name: str, alarm: dict[str, Any]) -> None:
    cloudwatch.put_metric_alarm(AlarmName=name, **alarm)
    seen = described(cloudwatch, name)
    assert {key: seen[key] for key in alarm} == alarm
    assert seen["AlarmArn"].endswith(f":alarm:{name}")
    assert seen["StateValue"] in {"INSUFFICIENT_DATA", "OK"}
    assert seen["AlarmConfigurationUpdatedTimestamp"].year > 2000


def test_what_was_not_set_is_not_described(cloudwatch: Any, name: str) -> None:
    cloudwatch.put_metric_alarm(AlarmName=name, **BURN_RATE)
    assert not {"MetricName", "Namespace", "Period", "Statistic", "Dimensions"} & {
        key for key, value in described(cloudwatch, name).items() if value
    }


def test_actions_for_every_state_are_kept(cloudwatch: Any, name: str) -> None:
    topic = f"arn:aws:sns:{REGION}:111111111111:alarms"
    kinds = ("AlarmActions", "OKActions", "InsufficientDataActions")
    cloudwatch.put_metric_alarm(AlarmName=name, **LATENCY, **{kind: [topic] for kind in kinds})
    assert all(described(cloudwatch, name)[kind] == [topic] for kind in kinds)


def test_an_update_replaces_what_was_set_before(cloudwatch: Any, name: str) -> None:
    cloudwatch.put_metric_alarm(AlarmName=name, **LATENCY)
    plain = {key: value for key, value in LATENCY.items() if key not in {"ExtendedStatistic", "Unit"}}
    cloudwatch.put_metric_alarm(AlarmName=name, **plain, Statistic="Average")
    seen = described(cloudwatch, name)
    assert seen["Statistic"] == "Average"
    assert not seen.get("ExtendedStatistic")
    assert not seen.get("Unit")


def test_tags_are_listed(cloudwatch: Any, name: str) -> None:
    tags = [{"Key": "severity", "Value": "page"}]
    cloudwatch.put_metric_alarm(AlarmName=name, **LATENCY, Tags=tags)
    arn = described(cloudwatch, name)["AlarmArn"]
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == tags


def test_a_composite_alarm_is_described_as_it_was_put(cloudwatch: Any, name: str) -> None:
    cloudwatch.put_metric_alarm(AlarmName=name, **LATENCY)
    both = {
        "AlarmName": f"{name}-both",
        "AlarmRule": f'ALARM("{name}") OR NOT OK("{name}")',
        "AlarmDescription": "both <of> them",
        "ActionsEnabled": True,
        "ActionsSuppressor": name,
        "ActionsSuppressorWaitPeriod": 10,
        "ActionsSuppressorExtensionPeriod": 20,
    }
    cloudwatch.put_composite_alarm(**both)
    answer = cloudwatch.describe_alarms(AlarmNames=[both["AlarmName"]], AlarmTypes=["CompositeAlarm"])
    [seen] = answer["CompositeAlarms"]
    assert {key: seen[key] for key in both} == both


def test_alarms_are_listed_in_pages(cloudwatch: Any, name: str) -> None:
    others = [f"{name}-{number}" for number in range(3)]
    for each in others:
        cloudwatch.put_metric_alarm(AlarmName=each, **LATENCY)
    pages = cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=f"{name}-", PaginationConfig={"PageSize": 2}
    )
    seen = [alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]]
    cloudwatch.delete_alarms(AlarmNames=others)
    assert seen == others


@pytest.mark.parametrize(
    "change",
    [
        {"Statistic": "Average"},
        {"Metrics": BURN_RATE["Metrics"]},
        {"ComparisonOperator": "Above"},
    ],
    ids=["two statistics", "a metric and metrics", "an unknown operator"],
)
def test_an_alarm_that_contradicts_itself_is_refused(
    cloudwatch: Any, name: str, change: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as error:
        cloudwatch.put_metric_alarm(AlarmName=name, **{**LATENCY, **change})
    assert error.value.response["Error"]["Code"].startswith("Validation")
    assert cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"] == []


def test_metric_math_returns_one_series(cloudwatch: Any, name: str) -> None:
    every = [{**query, "ReturnData": True} for query in BURN_RATE["Metrics"]]
    with pytest.raises(ClientError) as error:
        cloudwatch.put_metric_alarm(AlarmName=name, **{**BURN_RATE, "Metrics": every})
    assert "Exactly one element of the metrics list should return data" in str(error.value)
