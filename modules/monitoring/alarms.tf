# Every alarm on a metric is one entry of a map; the resource below makes them all. What an entry says:
#   severity    page (someone acts now) or ticket (someone acts in working hours)
#   runbook     <file>#<section> below runbook_base_url
#   summary     one sentence: what is wrong
#   metric      { namespace, name, dimensions, stat }, or instead of it
#   expression  metric math over `metrics`, a map of such objects by id
#   missing     treat_missing_data: notBreaching where silence means that nothing happened, breaching where silence
#               is itself the fault
#   silence     why, in the words of the alarm's description
# and, where they differ from alarm_defaults, the period, the number of periods and the threshold.
locals {
  alarm_defaults = {
    metric     = null
    expression = null
    metrics    = {}
    period     = var.period_seconds
    periods    = 3
    breaching  = 2
    comparison = "GreaterThanThreshold"
    threshold  = 0
    missing    = "notBreaching"
    acts       = true # false: only a part of a composite alarm, which acts
  }

  alarms = {
    for key, alarm in merge(
      local.api_alarms,
      local.function_alarms,
      local.table_alarms,
      local.replication_alarms,
      local.slo_alarms,
      local.outside_alarms,
      local.recovery_alarms,
    ) : key => merge(local.alarm_defaults, alarm)
  }

  runbook_base_url = trimsuffix(var.runbook_base_url, "/")

  # Raised or over, somebody hears of it; what page and ticket mean, the topics say.
  actions = { for severity, topic in aws_sns_topic.alarms : severity => concat([topic.arn], var.extra_alarm_actions) }

  descriptions = {
    for key, alarm in merge(local.alarms, local.composite_alarms) : key => join(" ", [
      "Severity: ${alarm.severity}. Owner: ${var.owner}.",
      "${alarm.summary}.",
      alarm.silence,
      "Runbook: ${local.runbook_base_url}/${replace(alarm.runbook, "#", ".md#")}",
    ])
  }

  # A tag's value may not hold "#" (AWS tagging rules), so it names the page and the description the section.
  alarm_tags = {
    for key, alarm in merge(local.alarms, local.composite_alarms) : key => merge(var.tags, {
      Owner    = var.owner
      Runbook  = "${local.runbook_base_url}/${split("#", alarm.runbook)[0]}.md"
      Severity = alarm.severity
    })
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = local.descriptions[each.key]
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = each.value.breaching
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  treat_missing_data  = each.value.missing
  alarm_actions       = each.value.acts ? local.actions[each.value.severity] : []
  ok_actions          = each.value.acts ? local.actions[each.value.severity] : []
  tags                = local.alarm_tags[each.key]

  namespace   = try(each.value.metric.namespace, null)
  metric_name = try(each.value.metric.name, null)
  dimensions  = try(each.value.metric.dimensions, null)
  statistic   = try(each.value.metric.stat, null)
  period      = each.value.expression == null ? each.value.period : null

  dynamic "metric_query" {
    for_each = each.value.expression == null ? [] : [each.value]

    content {
      id          = "watched"
      label       = each.key
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
        period      = each.value.period
      }
    }
  }

  # An alarm is judged at once: its first message must find a topic that takes it.
  depends_on = [aws_sns_topic_policy.alarms]
}

locals {
  all_alarms = merge(aws_cloudwatch_metric_alarm.this, aws_cloudwatch_composite_alarm.slo)
}
