"""What CloudWatch tells others about a change of state: SNS, EventBridge and Lambda each in its own form.

Contract: CloudWatch user guide, "Alarm events and EventBridge", "Create a CloudWatch alarm ... Lambda
action" (the event of a Lambda action), and the message that SNS topics get, of which the user guide
shows no sample; its members are those that AWS's own parsers of it read (aws-lambda-java-events and the
CloudWatch pages of re:Post).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.metrics.alarm_reasons import timestamp

Alarm = Mapping[str, Any]

_REGION_NAMES = {"us-east-1": "US East (N. Virginia)", "us-west-2": "US West (Oregon)"}
_COMPOSITE_SETTINGS = (
    "AlarmRule",
    "ActionsSuppressor",
    "ActionsSuppressorWaitPeriod",
    "ActionsSuppressorExtensionPeriod",
)
_TRIGGER_MEMBERS = ("Period", "EvaluationPeriods", "DatapointsToAlarm", "ComparisonOperator", "Threshold")


@dataclass(frozen=True)
class AlarmState:
    """The state of an alarm as of a moment. `at` is in Unix seconds, `reason_data` a JSON document."""

    value: str
    reason: str
    reason_data: str
    at: float
    suppressed_by: str = ""

    def as_event(self) -> dict[str, str]:
        """The state as events show it."""
        event = {"value": self.value, "reason": self.reason, "timestamp": timestamp(self.at)}
        if self.reason_data:
            event["reasonData"] = self.reason_data
        if self.suppressed_by:
            event["actionsSuppressedBy"] = self.suppressed_by
            event["actionsSuppressedReason"] = suppression_reason(self.suppressed_by)
        return event


@dataclass(frozen=True)
class Change:
    """A change of an alarm's state."""

    alarm: Alarm
    previous: AlarmState
    current: AlarmState
    account_id: str
    region: str

    @property
    def is_composite(self) -> bool:
        """Whether the alarm is a composite one."""
        return "AlarmRule" in self.alarm


def suppression_reason(suppressed_by: str) -> str:
    """The sentence on why the actions of a composite alarm do not happen."""
    return f"Actions suppressed by {suppressed_by}"


def event_detail(change: Change) -> dict[str, Any]:
    """The detail of "CloudWatch Alarm State Change"."""
    return {
        "alarmName": change.alarm["AlarmName"],
        "state": change.current.as_event(),
        "previousState": change.previous.as_event(),
        "configuration": _configuration(change.alarm),
    }


def lambda_event(change: Change) -> dict[str, Any]:
    """The event of a Lambda function that is an alarm's action."""
    return {
        "source": "aws.cloudwatch",
        "alarmArn": change.alarm["AlarmArn"],
        "accountId": change.account_id,
        "time": timestamp(change.current.at),
        "region": change.region,
        "alarmData": event_detail(change),
    }


def topic_subject(change: Change) -> str:
    """The subject of a notification, cut to the 100 characters that SNS allows."""
    region = _REGION_NAMES.get(change.region, change.region)
    return f'{change.current.value}: "{change.alarm["AlarmName"]}" in {region}'[:100]


def topic_message(change: Change) -> str:
    """The JSON message of a notification."""
    alarm = change.alarm
    message: dict[str, Any] = {
        "AlarmName": alarm["AlarmName"],
        "AlarmDescription": alarm.get("AlarmDescription") or None,
        "AWSAccountId": change.account_id,
        "AlarmConfigurationUpdatedTimestamp": timestamp(alarm["AlarmConfigurationUpdatedTimestamp"]),
        "NewStateValue": change.current.value,
        "NewStateReason": change.current.reason,
        "StateChangeTime": timestamp(change.current.at),
        "Region": _REGION_NAMES.get(change.region, change.region),
        "AlarmArn": alarm["AlarmArn"],
        "OldStateValue": change.previous.value,
        "OKActions": list(alarm.get("OKActions") or ()),
        "AlarmActions": list(alarm.get("AlarmActions") or ()),
        "InsufficientDataActions": list(alarm.get("InsufficientDataActions") or ()),
    }
    if change.is_composite:
        message |= {"AlarmRule": alarm["AlarmRule"], "TriggeringChildren": _children(change.current)}
    else:
        message["Trigger"] = _trigger(alarm)
    return json.dumps(message)


def history_data(change: Change) -> str:
    """The data of a "StateUpdate" item of the alarm's history."""
    states = {"oldState": change.previous, "newState": change.current}
    described: dict[str, Any] = {"version": "1.0"}
    for name, state in states.items():
        entry: dict[str, Any] = {"stateValue": state.value, "stateReason": state.reason}
        if state.reason_data:
            entry["stateReasonData"] = json.loads(state.reason_data)
        described[name] = entry
    return json.dumps(described)


def _configuration(alarm: Alarm) -> dict[str, Any]:
    described = {"description": alarm["AlarmDescription"]} if alarm.get("AlarmDescription") else {}
    if "AlarmRule" in alarm:
        given = {name: alarm[name] for name in _COMPOSITE_SETTINGS if alarm.get(name) is not None}
        return described | {name[0].lower() + name[1:]: value for name, value in given.items()}
    return described | {"metrics": [_metric(query) for query in _queries(alarm)]}


def _queries(alarm: Alarm) -> list[Mapping[str, Any]]:
    """The alarm's metrics; that of an alarm on a single metric in the same form."""
    if alarm.get("Metrics"):
        return list(alarm["Metrics"])
    metric = {name: alarm.get(name) for name in ("Namespace", "MetricName", "Dimensions")}
    stat = alarm.get("ExtendedStatistic") or alarm.get("Statistic")
    return [{"Id": "m1", "MetricStat": {"Metric": metric, "Period": alarm.get("Period"), "Stat": stat}}]


def _metric(query: Mapping[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {"id": query["Id"], "returnData": query.get("ReturnData", True)}
    if query.get("Label"):
        described["label"] = query["Label"]
    if query.get("Expression"):
        return described | {"expression": query["Expression"]}
    stat = query["MetricStat"]
    metric = stat["Metric"]
    described["metricStat"] = {
        "metric": {
            "namespace": metric.get("Namespace"),
            "name": metric.get("MetricName"),
            "dimensions": {item["Name"]: item["Value"] for item in metric.get("Dimensions") or ()},
        },
        "period": stat["Period"],
        "stat": stat["Stat"],
    }
    return described


def _trigger(alarm: Alarm) -> dict[str, Any]:
    trigger: dict[str, Any] = {name: alarm[name] for name in _TRIGGER_MEMBERS if alarm.get(name) is not None}
    trigger["TreatMissingData"] = alarm.get("TreatMissingData") or ""
    trigger["EvaluateLowSampleCountPercentile"] = alarm.get("EvaluateLowSampleCountPercentile") or ""
    if alarm.get("Metrics"):
        return trigger | {"Metrics": [_trigger_metric(query) for query in alarm["Metrics"]]}
    extended = alarm.get("ExtendedStatistic")
    trigger |= {
        "MetricName": alarm.get("MetricName"),
        "Namespace": alarm.get("Namespace"),
        "StatisticType": "ExtendedStatistic" if extended else "Statistic",
        "Statistic": extended or str(alarm.get("Statistic", "")).upper(),
        "Unit": alarm.get("Unit"),
        "Dimensions": _lower_case_dimensions(alarm.get("Dimensions")),
    }
    return trigger


def _trigger_metric(query: Mapping[str, Any]) -> dict[str, Any]:
    described = {name: query[name] for name in ("Id", "Label", "Expression") if query.get(name)}
    described["ReturnData"] = query.get("ReturnData", True)
    if stat := query.get("MetricStat"):
        metric = {**stat["Metric"], "Dimensions": _lower_case_dimensions(stat["Metric"].get("Dimensions"))}
        described["MetricStat"] = {**stat, "Metric": metric}
    return described


def _lower_case_dimensions(dimensions: Any) -> list[dict[str, str]]:
    return [{"value": item["Value"], "name": item["Name"]} for item in dimensions or ()]


def _children(state: AlarmState) -> list[dict[str, Any]]:
    triggering = json.loads(state.reason_data or "{}").get("triggeringAlarms", [])
    return [
        {
            "Arn": child["arn"],
            "State": {"Value": child["state"]["value"], "Timestamp": child["state"]["timestamp"]},
        }
        for child in triggering
    ]
