# What happens is told on a topic of the pipeline's own: a stage that failed or waits, and builds that keep failing.

resource "aws_sns_topic" "pipeline" {
  name              = local.pipeline_name
  display_name      = "Deliveries of ${var.name}"
  kms_master_key_id = aws_kms_key.pipeline.arn
  tags              = var.tags
}

resource "aws_sns_topic_policy" "pipeline" {
  arn = aws_sns_topic.pipeline.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TellOfDeliveries"
      Effect    = "Allow"
      Principal = { Service = ["cloudwatch.amazonaws.com", "events.amazonaws.com"] }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.pipeline.arn
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })
}

resource "aws_sns_topic_subscription" "email" {
  count = var.notification_email == null ? 0 : 1

  topic_arn = aws_sns_topic.pipeline.arn
  protocol  = "email"
  endpoint  = var.notification_email
}

resource "aws_cloudwatch_event_rule" "stage" {
  name        = "${local.pipeline_name}-stage"
  description = "Hears when a stage of ${local.pipeline_name} fails, is stopped, or succeeds."
  tags        = var.tags

  event_pattern = jsonencode({
    source      = ["aws.codepipeline"]
    detail-type = ["CodePipeline Stage Execution State Change"]
    resources   = [local.pipeline_arn]
    detail      = { state = ["FAILED", "STOPPED", "SUCCEEDED"] }
  })
}

resource "aws_cloudwatch_event_target" "topic" {
  rule = aws_cloudwatch_event_rule.stage.name
  arn  = aws_sns_topic.pipeline.arn

  input_transformer {
    input_paths    = { pipeline = "$.detail.pipeline", stage = "$.detail.stage", state = "$.detail.state" }
    input_template = "\"<pipeline>: stage <stage> <state>. What to do: ${local.runbook}\""
  }
}

resource "aws_cloudwatch_metric_alarm" "failed_build" {
  for_each = local.builds

  alarm_name          = "${local.pipeline_name}-${each.key}-failed"
  alarm_description   = "Stage ${each.key} of ${local.pipeline_name} failed. Nothing after it has been deployed${each.value.access == "prove" ? ", and the aliases of its region have been taken back" : ""}. Runbook: ${local.runbook}#${each.value.access == "prove" ? "a-release-was-taken-back" : "a-stage-failed"}"
  namespace           = "AWS/CodeBuild"
  metric_name         = "FailedBuilds"
  dimensions          = { ProjectName = aws_codebuild_project.stage[each.key].name }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.pipeline.arn]
  ok_actions          = [aws_sns_topic.pipeline.arn]

  tags = merge(var.tags, {
    Owner    = var.alarm_owner
    Runbook  = local.runbook
    Severity = each.value.access == "prove" ? "page" : "ticket"
  })
}
