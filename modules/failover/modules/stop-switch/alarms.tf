locals {
  metric_dimensions = { service = local.service }

  alarm_tags = {
    for severity in ["page", "ticket"] : severity => merge(var.tags, { Severity = severity, Owner = var.owner, Runbook = var.runbook_url })
  }
}

resource "aws_cloudwatch_metric_alarm" "engaged" {
  alarm_name          = "${var.name}-stop-engaged"
  alarm_description   = "Severity: ticket. Owner: ${var.owner}. The STOP switch keeps clients in the DR region until an operator resumes. Without data nothing is known, so the alarm stays as it is; the alarm of the silent latch tells. Runbook: ${var.runbook_url}#stop-engaged"
  namespace           = local.metric_namespace
  metric_name         = "StopEngaged"
  dimensions          = local.metric_dimensions
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "ignore" # The other alarm says that nothing is known.
  alarm_actions       = var.alarm_actions.ticket
  ok_actions          = var.alarm_actions.ticket
  tags                = local.alarm_tags["ticket"]
}

# Route 53 finds the primary region unhealthy: the DR region hears it from where DNS leads, as the metrics of health
# checks are in us-east-1 only. What the latch then does is for modules/incident-response to check.
resource "aws_cloudwatch_metric_alarm" "failed_over" {
  alarm_name          = "${var.name}-failed-over"
  alarm_description   = "Severity: page. Owner: ${var.owner}. Route 53 leads clients to the DR region, and STOP did not keep them there yet. Without data nobody looks, as while STOP is engaged; the other two alarms tell. Runbook: ${var.runbook_url}#failed-over"
  namespace           = local.metric_namespace
  metric_name         = "LedToDr"
  dimensions          = local.metric_dimensions
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching" # While STOP is engaged nobody looks; the alarm before says so.
  alarm_actions       = var.alarm_actions.page
  ok_actions          = var.alarm_actions.page
  tags                = local.alarm_tags["page"]
}

resource "aws_cloudwatch_metric_alarm" "latch" {
  alarm_name          = "${var.name}-latch-silent"
  alarm_description   = "Severity: ticket. Owner: ${var.owner}. The latch has not worked for five minutes: after a failover Route 53 would lead clients back by itself. Without data it does not run at all: raised. Runbook: ${var.runbook_url}#latch-silent"
  namespace           = local.metric_namespace
  metric_name         = "LatchWorking"
  dimensions          = local.metric_dimensions
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 5
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = var.alarm_actions.ticket
  ok_actions          = var.alarm_actions.ticket
  tags                = local.alarm_tags["ticket"]
}
