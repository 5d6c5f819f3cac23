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

  rollback_definition = {
    Comment = "Gives all traffic of alias ${local.alias_name} back to its stable version."
    StartAt = "ReadAlias"
    States = {
      ReadAlias = {
        Type       = "Task"
        Resource   = "arn:${local.partition}:states:::aws-sdk:lambda:getAlias"
        Parameters = { FunctionName = var.function_name, Name = local.alias_name }
        Retry      = [local.rollback_retry]
        Next       = "HasCanary"
      }
      # An alias without weights has been rolled back, or promoted, already: leave it alone.
      HasCanary = {
        Type    = "Choice"
        Choices = [{ Variable = "$.RoutingConfig.AdditionalVersionWeights", IsPresent = true, Next = "RemoveCanary" }]
        Default = "NothingToDo"
      }
      # The revision makes the call fail, and the whole thing start over, if a deployment moved the alias meanwhile.
      RemoveCanary = {
        Type     = "Task"
        Resource = "arn:${local.partition}:states:::aws-sdk:lambda:updateAlias"
        Parameters = {
          FunctionName        = var.function_name
          Name                = local.alias_name
          "FunctionVersion.$" = "$.FunctionVersion"
          "RevisionId.$"      = "$.RevisionId"
          RoutingConfig       = { AdditionalVersionWeights = {} }
        }
        Retry = [local.rollback_retry]
        Catch = [{ ErrorEquals = ["Lambda.PreconditionFailedException"], Next = "ReadAlias" }]
        End   = true
      }
      NothingToDo = { Type = "Succeed" }
    }
  }

  rollback_retry = {
    ErrorEquals     = ["Lambda.ServiceException", "Lambda.TooManyRequestsException", "Lambda.SdkClientException", "Lambda.ResourceConflictException"]
    IntervalSeconds = 2
    MaxAttempts     = 5
    BackoffRate     = 2
  }
}

resource "aws_cloudwatch_metric_alarm" "canary" {
  for_each = local.canaries

  alarm_name          = "${var.function_name}-canary-errors"
  alarm_description   = "The new version of ${var.function_name} fails more than ${each.value.error_rate_percent} % of its requests; its share of the traffic goes back to version ${each.value.stable_version}."
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.error_rate_percent
  evaluation_periods  = each.value.evaluation_minutes
  datapoints_to_alarm = each.value.evaluation_minutes
  alarm_actions       = each.value.alarm_actions
  ok_actions          = each.value.alarm_actions
  tags                = var.tags

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

resource "aws_cloudwatch_event_rule" "canary_failed" {
  for_each = local.canaries

  name        = "${var.function_name}-canary-failed"
  description = "Hears when the canary alarm of ${var.function_name} goes off."
  tags        = var.tags

  event_pattern = jsonencode({
    source      = ["aws.cloudwatch"]
    detail-type = ["CloudWatch Alarm State Change"]
    resources   = [aws_cloudwatch_metric_alarm.canary[each.key].arn]
    detail      = { state = { value = ["ALARM"] } }
  })
}

resource "aws_cloudwatch_event_target" "rollback" {
  for_each = local.canaries

  rule     = aws_cloudwatch_event_rule.canary_failed[each.key].name
  arn      = aws_sfn_state_machine.rollback[each.key].arn
  role_arn = aws_iam_role.rollback[each.key].arn
}

resource "aws_sfn_state_machine" "rollback" {
  #checkov:skip=CKV_AWS_284:Two API calls need no traces; the execution history shows each step.
  #checkov:skip=CKV_AWS_285:A standard workflow keeps its execution history for 90 days; a log would hold the same once more.
  for_each = local.canaries

  name       = "${var.function_name}-rollback"
  role_arn   = aws_iam_role.rollback[each.key].arn
  definition = jsonencode(local.rollback_definition)
  tags       = var.tags
}

# One role for both hops: EventBridge starts the state machine, the state machine changes the alias.
resource "aws_iam_role" "rollback" {
  for_each = local.canaries

  name        = "${var.function_name}-rollback-${local.region}"
  description = "Takes a failing canary of ${var.function_name} out of its alias."
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = ["events.amazonaws.com", "states.amazonaws.com"] }
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "rollback" {
  for_each = local.canaries

  name = "rollback"
  role = aws_iam_role.rollback[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "StartRollback"
        Effect   = "Allow"
        Action   = ["states:StartExecution"]
        Resource = ["arn:${local.partition}:states:${local.region}:${local.account_id}:stateMachine:${var.function_name}-rollback"]
      },
      {
        Sid      = "MoveAlias"
        Effect   = "Allow"
        Action   = ["lambda:GetAlias", "lambda:UpdateAlias"]
        Resource = [local.function_arn, "${local.function_arn}:${local.alias_name}"]
      },
    ]
  })
}
