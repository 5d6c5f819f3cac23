# The acting part of a canary: EventBridge hears the alarm and starts a state machine that takes the weights off the
# alias. It exists while a canary does.

locals {
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
