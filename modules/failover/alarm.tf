# Route 53 publishes HealthCheckStatus in us-east-1 only, and an alarm reads metrics of its own region only. The DR
# region must not need us-east-1, so this alarm listens at the gateway instead: the checkers call GET health all the
# time, and when no call of a minute was answered well, the endpoint is down, whether it answers errors or nobody
# reaches it. It works in every region, in the standby too. See docs/decisions/0043.

locals {
  health_resource = "/${join("/", slice(split("/", var.health_check.path), 2, length(split("/", var.health_check.path))))}"

  health_dimensions = {
    ApiName  = var.api.name
    Stage    = var.api.stage
    Method   = "GET"
    Resource = local.health_resource
  }
}

resource "aws_cloudwatch_metric_alarm" "endpoint" {
  alarm_name          = "${var.name}-endpoint-down"
  alarm_description   = "Severity: page. Owner: ${var.owner}. No health check of ${var.domain_names.regional} was answered well for three minutes, so this region cannot serve clients. Without data no checker reached the gateway, which is as bad: raised. Runbook: ${var.runbook_url}#endpoint-down"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
  tags                = merge(var.tags, { Severity = "page", Owner = var.owner, Runbook = var.runbook_url })

  # No metric at all means that no checker reached the gateway.
  treat_missing_data = "breaching"

  metric_query {
    id          = "good"
    expression  = "requests - client_errors - server_errors"
    label       = "Health checks answered well"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { requests = "Count", client_errors = "4XXError", server_errors = "5XXError" }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/ApiGateway"
        metric_name = metric_query.value
        dimensions  = local.health_dimensions
        period      = 60
        stat        = "Sum"
      }
    }
  }
}
