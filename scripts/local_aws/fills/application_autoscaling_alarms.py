"""The CloudWatch alarms of target tracking on DynamoDB's throughput: they show what autoscaling acts on.

Contract: DynamoDB developer guide, "Managing throughput capacity automatically with DynamoDB auto scaling":
a policy makes alarms on the consumed capacity, over its target and clearly below it; Application Auto
Scaling keeps their thresholds at the provisioned capacity and deletes them with the policy.

Deviations: the tracker moves their state, at the pace of autoscaling, not CloudWatch's evaluation, which
knows real minutes only; the second pair, on the provisioned capacity, does not exist; provisioned
concurrency of Lambda has none, because it is not tracked here.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ministack.services import cloudwatch

from local_aws.metrics.alarm_decision import State
from local_aws.throughput.tracking import IN_MINUTES, IN_POINTS, MINUTE, OUT_MINUTES, Rule, Tracker

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Shown:
    """What the alarms of a policy say: for which capacity and target, and both states."""

    provisioned: int
    target: float
    high: State
    low: State


class TrackingAlarms:
    """Keeps the alarms of all policies as their trackers are. Call it in the scope of the policy's region."""

    def __init__(self) -> None:
        self._shown: dict[str, dict[str, _Shown]] = {}

    def show(self, region: str, policy: Mapping[str, Any], subject: Subject, tracker: Tracker) -> None:
        """Make the policy's alarms, and bring their thresholds and states up to date."""
        high, low = (State(word) for word in tracker.alarm_states())
        now = _Shown(subject.provisioned, subject.rule.target, high, low)
        known = self._shown.setdefault(region, {})
        before = known.get(policy["PolicyARN"])
        if before == now:
            return
        known[policy["PolicyARN"]] = now
        for alarm, state, is_high in zip(policy["Alarms"], (high, low), (True, False), strict=True):
            if before is None or before.provisioned != now.provisioned or before.target != now.target:
                _put(subject.definition(alarm["AlarmName"], policy["PolicyARN"], is_high=is_high))
            _move(alarm["AlarmName"], state)

    def forget_others(self, region: str, policies: Iterable[Mapping[str, Any]]) -> None:
        """Delete the alarms of policies that are not there any more."""
        known = self._shown.get(region, {})
        gone = known.keys() - {policy["PolicyARN"] for policy in policies}
        for policy_arn in gone:
            del known[policy_arn]
            for name in [one["AlarmName"] for one in cloudwatch._alarms.values() if acts(one, policy_arn)]:
                cloudwatch._delete_alarms({}, {"AlarmNames": [name]}, is_cbor=False, is_json=True)


@dataclass(frozen=True)
class Subject:
    """What a policy tracks: Read or Write units of a table, or of an index of it."""

    table: str
    index: str
    kind: str
    provisioned: int
    rule: Rule

    def definition(self, name: str, policy_arn: str, *, is_high: bool) -> dict[str, Any]:
        """PutMetricAlarm's request for the alarm over the target, or for the one below it."""
        percent = self.rule.target if is_high else self.rule.target - IN_POINTS
        dimensions = {"TableName": self.table} | (
            {"GlobalSecondaryIndexName": self.index} if self.index else {}
        )
        return {
            "AlarmName": name,
            "AlarmDescription": f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy_arn}.",
            "Namespace": "AWS/DynamoDB",
            "MetricName": f"Consumed{self.kind}CapacityUnits",
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
            "Statistic": "Sum",
            "Period": int(MINUTE),
            "EvaluationPeriods": OUT_MINUTES if is_high else IN_MINUTES,
            "Threshold": percent / 100 * self.provisioned * MINUTE,
            "ComparisonOperator": "GreaterThanThreshold" if is_high else "LessThanThreshold",
            "AlarmActions": [policy_arn],
        }


def acts(alarm: Mapping[str, Any], policy_arn: str = ":scalingPolicy:") -> bool:
    """Whether the alarm's action is that scaling policy, or any."""
    return any(policy_arn in action for action in alarm.get("AlarmActions") or ())


def _put(definition: dict[str, Any]) -> None:
    status, _headers, body = cloudwatch._put_metric_alarm({}, definition, is_cbor=False, is_json=True)
    if status >= 300:
        _LOG.warning("alarm %s could not be put: %s", definition["AlarmName"], body.decode())


def _move(name: str, state: State) -> None:
    alarm = cloudwatch._alarms.get(name)
    if alarm is None or alarm["StateValue"] == state:  # Somebody may have deleted it, as on AWS.
        return
    old, periods, threshold = alarm["StateValue"], alarm["EvaluationPeriods"], alarm["Threshold"]
    crossed = "crossed" if state is State.ALARM else "did not all cross"
    alarm["StateValue"] = str(state)
    alarm["StateReason"] = (
        f"Insufficient Data: {periods} datapoints were unknown."
        if state is State.INSUFFICIENT_DATA
        else f"Threshold Crossed: the last {periods} datapoints {crossed} the threshold ({threshold})."
    )
    alarm["StateReasonData"] = json.dumps({"version": "1.0", "threshold": threshold})
    cloudwatch._dispatch_alarm_actions(alarm, old, str(state), alarm["StateReason"])
