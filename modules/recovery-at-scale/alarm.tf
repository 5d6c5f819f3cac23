locals {
  failures    = { failed = "ExecutionsFailed", timed_out = "ExecutionsTimedOut" }
  runbook_url = "${trimsuffix(var.runbook_base_url, "/")}/data-corruption.md#recovery-failed"
}

# One that somebody stopped is none of these: they know.
resource "aws_cloudwatch_metric_alarm" "failed" {
  alarm_name          = "${var.name}-recovery-failed"
  alarm_description   = "A repair at scale has failed or run out of time, and damaged items may be left. Runbook: ${local.runbook_url}"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.topic_arns["page"]]
  ok_actions          = [var.topic_arns["page"]]

  # A tag's value may not hold "#" (AWS tagging rules), so it names the page and the description the section.
  tags = merge(var.tags, { Severity = "page", Owner = var.owner, Runbook = split("#", local.runbook_url)[0] })

  metric_query {
    id          = "ended_badly"
    expression  = "FILL(failed, 0) + FILL(timed_out, 0)"
    label       = "Executions that failed or ran out of time"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = local.failures

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/States"
        metric_name = metric_query.value
        dimensions  = { StateMachineArn = aws_sfn_state_machine.this.arn }
        period      = 60
        stat        = "Sum"
      }
    }
  }
}
