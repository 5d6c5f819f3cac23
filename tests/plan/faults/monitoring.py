"""Faults of the alarms."""

from __future__ import annotations

from tests.plan.faults.fault import at, every, fault

ENDPOINT = 'resource "aws_cloudwatch_metric_alarm" "endpoint"'

FAULTS = (
    fault(
        "monitoring-alarm-acts",
        "an alarm that tells nobody",
        "modules/failover",
        f"{ENDPOINT} {{\n alarm_actions = null\n}}\n",
        at("module.failover.aws_cloudwatch_metric_alarm.endpoint"),
    ),
    fault(
        "monitoring-alarm-acts",
        "an alarm whose actions are off",
        "modules/failover",
        f"{ENDPOINT} {{\n actions_enabled = false\n}}\n",
        at("module.failover.aws_cloudwatch_metric_alarm.endpoint"),
        group=2,
    ),
    fault(
        "monitoring-runbook",
        "an alarm that says what nobody knows how to mend",
        "modules/failover",
        f'{ENDPOINT} {{\n alarm_description = "The endpoint is down."\n}}\n',
        at("module.failover.aws_cloudwatch_metric_alarm.endpoint"),
    ),
    fault(
        "monitoring-endpoint",
        "a dead standby that looks healthy",
        "modules/failover",
        f'{ENDPOINT} {{\n treat_missing_data = "notBreaching"\n}}\n',
        at("module.failover.aws_cloudwatch_metric_alarm.endpoint"),
    ),
    fault(
        "monitoring-log-retention",
        "logs for ever",
        "modules/lambda-function",
        'resource "aws_cloudwatch_log_group" "function" {\n retention_in_days = 0\n}\n',
        every("aws_cloudwatch_log_group", lambda one: one.name == "function"),
    ),
)
