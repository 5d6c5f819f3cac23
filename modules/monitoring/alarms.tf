# Every simple alarm is one entry of these maps; the resource below makes them. Fields:
#   severity  page (someone acts now) or ticket (someone acts in working hours)
#   runbook   file name below runbook_base_url
#   missing   treat_missing_data: notBreaching where silence means no traffic or no faults,
#             breaching where silence is itself the fault
locals {
  api_dimensions = { ApiName = var.api.name, Stage = var.api.stage }

  api_alarms = {
    # The seed's alarm: average latency over 500 ms in each of three minutes.
    api-latency = {
      severity   = "page"
      runbook    = "api-latency"
      summary    = "API answers slower than ${var.thresholds.api_latency_ms} ms on average"
      namespace  = "AWS/ApiGateway"
      metric     = "Latency"
      dimensions = local.api_dimensions
      statistic  = "Average"
      periods    = 3
      breaching  = 3
      comparison = "GreaterThanThreshold"
      threshold  = var.thresholds.api_latency_ms
      missing    = "notBreaching"
    }
    # The average of 5XXError is the share of requests that failed.
    api-5xx = {
      severity   = "page"
      runbook    = "api-errors"
      summary    = format("More than %.3g %% of API requests fail with 5xx", var.thresholds.api_5xx_share * 100)
      namespace  = "AWS/ApiGateway"
      metric     = "5XXError"
      dimensions = local.api_dimensions
      statistic  = "Average"
      periods    = 3
      breaching  = 2
      comparison = "GreaterThanThreshold"
      threshold  = var.thresholds.api_5xx_share
      missing    = "notBreaching"
    }
  }

  # Traffic through an alias is counted under the alias as well; watching the alias leaves out
  # test invocations of $LATEST.
  function_dimensions = {
    for label, function in var.functions : label => merge(
      { FunctionName = function.name },
      function.alias == null ? {} : { Resource = "${function.name}:${function.alias}" },
    )
  }

  function_alarms = merge([
    for label, dimensions in local.function_dimensions : {
      "lambda-${label}-errors" = {
        severity   = "page"
        runbook    = "lambda-errors"
        summary    = "Function ${dimensions.FunctionName} fails"
        namespace  = "AWS/Lambda"
        metric     = "Errors"
        dimensions = dimensions
        statistic  = "Sum"
        periods    = 3
        breaching  = 2
        comparison = "GreaterThanThreshold"
        threshold  = 0
        missing    = "notBreaching"
      }
      "lambda-${label}-throttles" = {
        severity   = "page"
        runbook    = "lambda-throttles"
        summary    = "Function ${dimensions.FunctionName} is throttled: its concurrency is used up"
        namespace  = "AWS/Lambda"
        metric     = "Throttles"
        dimensions = dimensions
        statistic  = "Sum"
        periods    = 3
        breaching  = 2
        comparison = "GreaterThanThreshold"
        threshold  = 0
        missing    = "notBreaching"
      }
    }
  ]...)

  # Route 53 says 1 for healthy, 0 for unhealthy. No data means that nobody is checking.
  health_check_alarms = {
    for label, id in var.health_checks : "health-check-${label}" => {
      severity   = "page"
      runbook    = "region-failover"
      summary    = "Route 53 finds the API of ${label} unhealthy"
      namespace  = "AWS/Route53"
      metric     = "HealthCheckStatus"
      dimensions = { HealthCheckId = id }
      statistic  = "Minimum"
      periods    = 1
      breaching  = 1
      comparison = "LessThanThreshold"
      threshold  = 1
      missing    = "breaching"
    }
  }

  alarms = merge(local.api_alarms, local.function_alarms, local.table_alarms, local.health_check_alarms)
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "[${each.value.severity}] ${each.value.summary}. Runbook: ${trimsuffix(var.runbook_base_url, "/")}/${each.value.runbook}.md"
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = 60
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = each.value.breaching
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  treat_missing_data  = each.value.missing
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
  tags                = merge(var.tags, { Severity = each.value.severity })
}

locals {
  all_alarms = merge(
    aws_cloudwatch_metric_alarm.this,
    { for label, alarm in aws_cloudwatch_metric_alarm.table_system_errors : "table-${label}-system-errors" => alarm },
  )

  alarm_actions = concat([aws_sns_topic.alarms.arn], var.extra_alarm_actions)
}
