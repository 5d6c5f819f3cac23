"""What an outage of a region means for its alarms."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from tests.local_aws.waiting import eventually

from local_aws import testing

pytestmark = [pytest.mark.local, pytest.mark.slow]

_ALARM: dict[str, Any] = {
    "AlarmName": "errors",
    "Namespace": "Test",
    "MetricName": "Errors",
    "Statistic": "Sum",
    "Period": 10,
    "EvaluationPeriods": 2,
    "DatapointsToAlarm": 1,
    "Threshold": 0,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching",
}


def _state(cloudwatch: Any) -> str:
    return str(cloudwatch.describe_alarms(AlarmNames=["errors"])["MetricAlarms"][0]["StateValue"])


def _publish_early_in_a_period(cloudwatch: Any) -> None:
    """Publish an error with most of a period of ten seconds still to come."""
    time.sleep(11 - time.time() % 10)
    data = {"MetricName": "Errors", "Value": 1, "StorageResolution": 1}
    cloudwatch.put_metric_data(Namespace="Test", MetricData=[data])


def test_the_alarms_of_a_region_that_is_cut_off_sleep_and_wake_up_with_it(test_dir: Path) -> None:
    with testing.started(test_dir) as aws:
        east, west = (aws.client("cloudwatch", region) for region in aws.settings.regions)
        for cloudwatch in (east, west):
            cloudwatch.put_metric_alarm(**_ALARM)
        eventually(lambda: _state(east) == _state(west) == "OK", 60)
        _publish_early_in_a_period(east)
        west.put_metric_data(
            Namespace="Test", MetricData=[{"MetricName": "Errors", "Value": 1, "StorageResolution": 1}]
        )
        with aws.cut_off("us-east-1", "unavailable"):
            eventually(lambda: _state(west) == "ALARM", 60)
            time.sleep(1)
            healed = time.time()
        eventually(lambda: _state(east) == "ALARM", 60)
        history = east.describe_alarm_history(AlarmName="errors", HistoryItemType="StateUpdate")
        newest = history["AlarmHistoryItems"][0]
        assert json.loads(newest["HistoryData"])["newState"]["stateValue"] == "ALARM"
        assert newest["Timestamp"].timestamp() > healed
