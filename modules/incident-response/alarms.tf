# Who watches the responder: it must be heard to look, to work its events off, and to leave none behind.

locals {
  runbook = "${trimsuffix(var.runbook_base_url, "/")}/incident-response.md"

  alarms = {
    responder-silent = {
      severity   = "page"
      summary    = "The incident responder of ${local.region} has not looked for five minutes, so it would not answer an incident either."
      namespace  = local.metric_namespace
      metric     = "Invocations"
      dimensions = { service = local.service }
      statistic  = "Sum"
      periods    = 5
      comparison = "LessThanThreshold"
      threshold  = 1
      # Silence is the fault.
      missing = "breaching"
    }
    responder-failed = {
      severity   = "page"
      summary    = "A playbook of the incident responder of ${local.region} failed: an incident waits for a person."
      namespace  = "AWS/Lambda"
      metric     = "Errors"
      dimensions = { FunctionName = module.function.function_name, Resource = "${module.function.function_name}:${module.function.alias_name}" }
      statistic  = "Sum"
      periods    = 1
      comparison = "GreaterThanThreshold"
      threshold  = 0
      # Nothing happened.
      missing = "notBreaching"
    }
    incidents-parked = {
      severity   = "ticket"
      summary    = "Events for the incident responder of ${local.region} are parked, as it knows no answer to them or could not finish."
      namespace  = "AWS/SQS"
      metric     = "ApproximateNumberOfMessagesVisible"
      dimensions = { QueueName = aws_sqs_queue.parked.name }
      statistic  = "Maximum"
      periods    = 1
      comparison = "GreaterThanThreshold"
      threshold  = 0
      # A queue that nobody used for hours tells nothing: it is empty, or was full before and the alarm is on.
      missing = "ignore"
    }
    responder-unheard = {
      severity   = "ticket"
      summary    = "The incident responder of ${local.region} acted, and its message did not reach the topic; the record in the table has what it did."
      namespace  = local.metric_namespace
      metric     = "NoticesFailed"
      dimensions = { service = local.service }
      statistic  = "Sum"
      periods    = 1
      comparison = "GreaterThanThreshold"
      threshold  = 0
      # It is counted only when it happens.
      missing = "notBreaching"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "responder" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.summary} Runbook: ${local.runbook}#${each.key}"
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = 60
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = each.value.periods
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  treat_missing_data  = each.value.missing
  alarm_actions       = var.alarm_actions[each.value.severity]
  ok_actions          = var.alarm_actions[each.value.severity]

  tags = merge(var.tags, {
    Severity = each.value.severity
    Owner    = var.owner
    Runbook  = local.runbook # A tag's value takes no "#".
  })
}
