"""Faults of the alarms."""

from __future__ import annotations

from tests.plan.faults.fault import at, every, fault, on_the_path, whole

ENDPOINT = 'resource "aws_cloudwatch_metric_alarm" "endpoint"'

DEAF_TO_THROTTLES = """resource "aws_cloudwatch_metric_alarm" "this" {
  metric_name = endswith(each.key, "-throttles") ? "Invocations" : try(each.value.metric.name, null)
}
"""

# The metric queries of modules/monitoring, but no window is shorter than an hour.
SLOW_WINDOWS = """resource "aws_cloudwatch_metric_alarm" "this" {
  dynamic "metric_query" {
    for_each = each.value.expression == null ? [] : [each.value]
    content {
      id          = "watched"
      expression  = metric_query.value.expression
      return_data = true
    }
  }
  dynamic "metric_query" {
    for_each = each.value.metrics
    content {
      id = metric_query.key
      metric {
        namespace   = metric_query.value.namespace
        metric_name = metric_query.value.name
        dimensions  = metric_query.value.dimensions
        stat        = metric_query.value.stat
        period      = max(3600, each.value.period)
      }
    }
  }
}
"""

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
    # One file with both faults: alarms on throttles that watch something else.
    fault(
        "monitoring-functions",
        "functions whose throttles nobody hears of",
        "modules/monitoring",
        DEAF_TO_THROTTLES,
        every("aws_lambda_function", on_the_path),
    ),
    fault(
        "monitoring-tables",
        "tables whose throttles nobody hears of",
        "modules/monitoring",
        DEAF_TO_THROTTLES,
        at("module.products_table.aws_dynamodb_table.this", "primary"),
    ),
    fault(
        "monitoring-tables",
        "replication that may lag unseen",
        "modules/monitoring",
        "locals {\n replication_alarms = {}\n}\n",
        at("module.products_table.aws_dynamodb_table.this", "primary"),
        group=2,
    ),
    fault(
        "monitoring-slo",
        "burn rates over an hour or more only",
        "modules/monitoring",
        SLOW_WINDOWS,
        whole(),
        group=3,
    ),
)
