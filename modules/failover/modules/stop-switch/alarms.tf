locals {
  metric_dimensions = { service = local.service }
}

resource "aws_cloudwatch_metric_alarm" "engaged" {
  alarm_name          = "${var.name}-stop-engaged"
  alarm_description   = "Severity: ticket. The STOP switch keeps clients in the DR region until an operator resumes. Runbook: ${var.runbook_url}"
  namespace           = local.metric_namespace
  metric_name         = "StopEngaged"
  dimensions          = local.metric_dimensions
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "ignore" # The other alarm says that nothing is known.
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
  tags                = var.tags
}

# Route 53 finds the primary region unhealthy: the DR region hears it from where DNS leads, as the metrics of health
# checks are in us-east-1 only. What the latch then does is for modules/incident-response to check.
resource "aws_cloudwatch_metric_alarm" "failed_over" {
  alarm_name          = "${var.name}-failed-over"
  alarm_description   = "Severity: page. Route 53 leads clients to the DR region, and STOP did not keep them there yet. Runbook: ${var.runbook_url}"
  namespace           = local.metric_namespace
  metric_name         = "LedToDr"
  dimensions          = local.metric_dimensions
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching" # While STOP is engaged nobody looks; the alarm before says so.
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "latch" {
  alarm_name          = "${var.name}-latch-silent"
  alarm_description   = "Severity: ticket. The latch has not worked for five minutes: after a failover Route 53 would lead clients back by itself. Runbook: ${var.runbook_url}"
  namespace           = local.metric_namespace
  metric_name         = "LatchWorking"
  dimensions          = local.metric_dimensions
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 5
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
  tags                = var.tags
}
