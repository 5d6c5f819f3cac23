# A canary that fails is taken out of the alias by AWS itself: alarm -> EventBridge rule -> state machine ->
# lambda:UpdateAlias. No code of ours runs, so a defect in our code cannot stop it. See docs/decisions/0041.

locals {
  canaries = var.canary == null ? {} : { live = var.canary }

  canaries_with_condition = { for key, canary in local.canaries : key => canary if canary.failure_condition != null }

  # Lambda publishes a version's share of an alias's traffic under these three dimensions.
  canary_dimensions = {
    FunctionName    = aws_lambda_function.this.function_name
    Resource        = "${aws_lambda_function.this.function_name}:${local.alias_name}"
    ExecutedVersion = aws_lambda_function.this.version
  }

  # A metric of each version: what an earlier canary left behind must not count against this one.
  canary_metrics = merge(
    {
      crashed  = { namespace = "AWS/Lambda", name = "Errors", dimensions = local.canary_dimensions }
      requests = { namespace = "AWS/Lambda", name = "Invocations", dimensions = local.canary_dimensions }
    },
    {
      for canary in values(local.canaries_with_condition) : "answered" => {
        namespace  = "Canary/${var.function_name}"
        name       = "FailuresOfVersion${aws_lambda_function.this.version}"
        dimensions = null
      }
    },
  )
  canary_failures = [for id in keys(local.canary_metrics) : id if id != "requests"]
}

resource "aws_cloudwatch_metric_alarm" "canary" {
  for_each = local.canaries

  alarm_name          = "${var.function_name}-canary-errors"
  alarm_description   = "${each.value.owner == null ? "" : "Severity: page. Owner: ${each.value.owner}. "}The new version of ${var.function_name} fails more than ${each.value.error_rate_percent} % of its requests; its share of the traffic goes back to version ${each.value.stable_version}. Without data no request reached the new version.${each.value.runbook_url == null ? "" : " Runbook: ${each.value.runbook_url}#canary-errors"}"
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.error_rate_percent
  evaluation_periods  = each.value.evaluation_minutes
  datapoints_to_alarm = each.value.evaluation_minutes
  alarm_actions       = each.value.alarm_actions
  ok_actions          = each.value.alarm_actions
  tags                = merge(var.tags, { for name, value in { Severity = "page", Owner = each.value.owner, Runbook = each.value.runbook_url } : name => value if value != null })

  # No request reached the new version in that minute: nothing speaks against it.
  treat_missing_data = "notBreaching"

  metric_query {
    id          = "error_rate"
    expression  = "IF(requests >= ${each.value.minimum_requests}, 100 * (${join(" + ", [for id in local.canary_failures : "FILL(${id}, 0)"])}) / requests, 0)"
    label       = "Failed requests of the new version in percent"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = local.canary_metrics

    content {
      id = metric_query.key

      metric {
        namespace   = metric_query.value.namespace
        metric_name = metric_query.value.name
        dimensions  = metric_query.value.dimensions
        period      = 60
        stat        = "Sum"
      }
    }
  }
}

# Counts the failures that the function answers by itself.
resource "aws_cloudwatch_log_metric_filter" "canary" {
  for_each = local.canaries_with_condition

  name           = "${var.function_name}-canary-failures"
  log_group_name = aws_cloudwatch_log_group.function.name
  pattern        = "{ ($.function_version = \"${aws_lambda_function.this.version}\") && (${each.value.failure_condition}) }"

  metric_transformation {
    namespace = local.canary_metrics.answered.namespace
    name      = local.canary_metrics.answered.name
    value     = "1"
  }
}
