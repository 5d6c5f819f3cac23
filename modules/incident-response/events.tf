# What the responder hears. An event that cannot be delivered is parked with those that nobody knows.

locals {
  alarm_pattern = {
    source      = ["aws.cloudwatch"]
    detail-type = ["CloudWatch Alarm State Change"]
    detail      = { alarmName = sort(keys(local.alarm_playbooks)), state = { value = ["ALARM", "OK"] } }
  }

  rules = merge(
    { alarms = { description = "Alarms that have a playbook.", pattern = local.alarm_pattern, schedule = null } },
    # One look a minute at what the aliases serve (docs/decisions/0102).
    { look = { description = "Time to look which versions are served.", pattern = null, schedule = "rate(1 minute)" } },
    {
      for backup in local.restart_backup : "backups" => {
        description = "Backup jobs that failed."
        schedule    = null
        pattern = {
          source      = ["aws.backup"]
          detail-type = ["Backup Job State Change"]
          detail      = { state = ["FAILED", "EXPIRED"], backupVaultName = [backup.vault_name] }
        }
      }
    },
  )
}

resource "aws_cloudwatch_event_rule" "heard" {
  for_each = local.rules

  name                = "${local.function_name}-${each.key}"
  description         = each.value.description
  event_pattern       = each.value.pattern == null ? null : jsonencode(each.value.pattern)
  schedule_expression = each.value.schedule
  tags                = var.tags

  lifecycle {
    precondition {
      condition     = length(each.value.pattern == null ? "" : jsonencode(each.value.pattern)) <= 2048
      error_message = "EventBridge takes patterns of up to 2048 characters: too many alarms have a playbook, or their names are too long."
    }
  }
}

resource "aws_cloudwatch_event_target" "responder" {
  for_each = local.rules

  rule = aws_cloudwatch_event_rule.heard[each.key].name
  arn  = module.function.alias_arn

  # A look that is late is made by the next one; an incident is worth an hour's tries.
  retry_policy {
    maximum_event_age_in_seconds = each.value.schedule == null ? 3600 : 60
    maximum_retry_attempts       = each.value.schedule == null ? 20 : 0
  }

  dynamic "dead_letter_config" {
    for_each = each.value.schedule == null ? [aws_sqs_queue.parked.arn] : []

    content {
      arn = dead_letter_config.value
    }
  }

  depends_on = [aws_lambda_permission.rule]
}

resource "aws_lambda_permission" "rule" {
  for_each = local.rules

  statement_id  = "${local.function_name}-${each.key}"
  action        = "lambda:InvokeFunction"
  function_name = module.function.function_name
  qualifier     = module.function.alias_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.heard[each.key].arn
}
