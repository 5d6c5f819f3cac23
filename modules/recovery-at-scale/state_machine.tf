# Prepare cuts both tables into segments; a Distributed Map compares them all, and one applies what was planned (or takes
# it back). Each child calls the function until its segment is done: the function notes in the bucket how far it is.

locals {
  state_machine_name = local.function_name
  state_machine_arn  = "arn:${local.partition}:states:${local.region}:${local.account_id}:stateMachine:${local.state_machine_name}"

  invocation = {
    Type           = "Task"
    Resource       = "arn:${local.partition}:states:::lambda:invoke"
    TimeoutSeconds = var.slice_seconds + local.reserve_seconds + 30
    Retry = [{
      ErrorEquals = [
        "Lambda.AWSLambdaException", "Lambda.ClientExecutionTimeoutException", "Lambda.SdkClientException",
        "Lambda.ServiceException", "Lambda.TooManyRequestsException", "Lambda.Unknown", "Sandbox.Timedout",
        "States.Timeout",
        "TemporaryError", # recovery_worker.application
      ]
      IntervalSeconds = 2
      BackoffRate     = 2
      MaxAttempts     = 8
      MaxDelaySeconds = 60
      JitterStrategy  = "FULL"
    }]
  }

  # A child's output is kept together with all others' in one state, so it says nothing.
  segment_processor = {
    ProcessorConfig = { Mode = "DISTRIBUTED", ExecutionType = "STANDARD" }
    StartAt         = "Slice"
    States = {
      Slice = merge(local.invocation, {
        Parameters     = { FunctionName = module.function.alias_arn, "Payload.$" = "$" }
        ResultSelector = { "done.$" = "$.Payload.done" }
        ResultPath     = "$.slice"
        Next           = "IsDone"
      })
      IsDone = {
        Type    = "Choice"
        Choices = [{ Variable = "$.slice.done", BooleanEquals = true, Next = "Done" }]
        Default = "Slice"
      }
      Done = { Type = "Pass", Result = {}, End = true }
    }
  }

  all_segments = {
    Type                       = "Map"
    ItemsPath                  = "$.segments"
    MaxConcurrency             = var.max_concurrency
    ToleratedFailurePercentage = 0
    ItemProcessor              = local.segment_processor
    ResultPath                 = null
  }

  # By state: what the function is told to do with a segment.
  segment_operations = { Compare = "compare", Repair = "apply", Undo = "undo" }

  segment_inputs = {
    for state, operation in local.segment_operations : state => {
      operation     = operation
      "request.$"   = "$.request"
      "execution.$" = "$$.Execution.Name"
      "segment.$"   = "$$.Map.Item.Value"
    }
  }

  definition = {
    Comment        = "Compares ${var.table.name} with a restored table and puts items back, in segments."
    StartAt        = "Prepare"
    TimeoutSeconds = 7 * 24 * 3600
    States = {
      Prepare = merge(local.invocation, {
        Parameters     = { FunctionName = module.function.alias_arn, Payload = { operation = "prepare", "request.$" = "$" } }
        ResultSelector = { "request.$" = "$.Payload.request", "mode.$" = "$.Payload.mode", "segments.$" = "$.Payload.segments" }
        Next           = "IsUndone"
      })
      IsUndone = {
        Type    = "Choice"
        Choices = [{ Variable = "$.mode", StringEquals = "undo", Next = "Undo" }]
        Default = "Compare"
      }
      Compare = merge(local.all_segments, { Label = "Compare", ItemSelector = local.segment_inputs.Compare, Next = "IsOnlyPlanned" })
      IsOnlyPlanned = {
        Type    = "Choice"
        Choices = [{ Variable = "$.mode", StringEquals = "plan", Next = "Report" }]
        Default = "Repair"
      }
      Repair = merge(local.all_segments, { Label = "Repair", ItemSelector = local.segment_inputs.Repair, Next = "Report" })
      Undo   = merge(local.all_segments, { Label = "Undo", ItemSelector = local.segment_inputs.Undo, Next = "Report" })
      Report = merge(local.invocation, {
        Parameters = { FunctionName = module.function.alias_arn, Payload = { operation = "report", "request.$" = "$.request" } }
        OutputPath = "$.Payload"
        End        = true
      })
    }
  }
}

resource "aws_sfn_state_machine" "this" {
  #checkov:skip=CKV_AWS_285:Errors are logged; the data of executions are left out, for they name items. The history shows them to those who may see it.
  name       = local.state_machine_name
  role_arn   = aws_iam_role.state_machine.arn
  definition = jsonencode(local.definition)
  tags       = var.tags

  logging_configuration {
    log_destination        = "${aws_cloudwatch_log_group.state_machine.arn}:*"
    level                  = "ERROR"
    include_execution_data = false
  }

  tracing_configuration {
    enabled = true
  }

  # Step Functions tries the role's rights when it is given the machine.
  depends_on = [aws_iam_role_policy.state_machine]
}

resource "aws_cloudwatch_log_group" "state_machine" {
  name              = "/aws/vendedlogs/states/${local.state_machine_name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}
