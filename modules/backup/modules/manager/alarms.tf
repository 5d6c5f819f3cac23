# The function writes a figure only when it has looked, so that silence says nothing: its own failures are an alarm too.

locals {
  own_dimensions = { service = local.service }

  # Judged minute by minute, but for a restore, which AWS may take an hour for.
  alarms = {
    restore-unfinished = {
      severity   = "ticket"
      runbook    = "failed-backup.md#restore-unfinished"
      summary    = "A restored table has not become ready for two hours"
      namespace  = local.metric_namespace
      metric     = "RestoresUnfinished"
      dimensions = local.own_dimensions
      statistic  = "Minimum"
      period     = 300
      periods    = 24
    }
    backup-missing = {
      severity   = "page"
      runbook    = "failed-backup.md#backup-missing"
      summary    = "There is no backup of ${var.table.name} that was completed in the last ${var.recent_hours} hours"
      namespace  = local.metric_namespace
      metric     = "BackupsMissing"
      dimensions = local.own_dimensions
      statistic  = "Sum"
      period     = 60
      periods    = 1
    }
    restore-invalid = {
      severity   = "page"
      runbook    = "failed-backup.md#restore-invalid"
      summary    = "A recovery point was restored for a test, and its data are not those of ${var.table.name}"
      namespace  = local.metric_namespace
      metric     = "RestoresInvalid"
      dimensions = local.own_dimensions
      statistic  = "Sum"
      period     = 60
      periods    = 1
    }
    backup-manager-errors = {
      severity   = "ticket"
      runbook    = "failed-backup.md#backup-manager-errors"
      summary    = "The backup manager fails: restores are not finished and restore tests not compared"
      namespace  = "AWS/Lambda"
      metric     = "Errors"
      dimensions = { FunctionName = module.function.function_name, Resource = "${module.function.function_name}:${module.function.alias_name}" }
      statistic  = "Sum"
      period     = 60
      periods    = 1
    }
  }

  runbook_urls = { for label, alarm in local.alarms : label => "${trimsuffix(var.runbook_base_url, "/")}/${alarm.runbook}" }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.summary}. Runbook: ${local.runbook_urls[each.key]}"
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = each.value.period
  evaluation_periods  = each.value.periods
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.topic_arns[each.value.severity]]
  ok_actions          = [var.topic_arns[each.value.severity]]

  # A tag's value may not hold "#" (AWS tagging rules), so it names the page and the description the section.
  tags = merge(var.tags, { Severity = each.value.severity, Owner = var.owner, Runbook = split("#", local.runbook_urls[each.key])[0] })
}
