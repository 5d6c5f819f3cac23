# Applied against a mocked provider: what is asserted are the resources that would be asked of AWS.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/shop-orders" }
  }
  mock_resource "aws_cloudwatch_metric_alarm" {
    defaults = { arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:shop-orders-canary-errors" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/shop-orders-eu-west-1" }
  }
  mock_resource "aws_lambda_function" {
    defaults = {
      arn     = "arn:aws:lambda:eu-west-1:123456789012:function:shop-orders"
      version = "8"
    }
  }
  mock_resource "aws_sfn_state_machine" {
    defaults = { arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:shop-orders-rollback" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-west-1:123456789012:shop-orders-failed-events" }
  }
}

variables {
  function_name        = "shop-orders"
  description          = "Takes orders."
  handler              = "orders.handler.handler"
  kms_key_arn          = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  package_path         = "versions.tf" # Any file will do: nothing is uploaded.
  reserved_concurrency = 50
}

run "a_function_is_built_as_all_of_ours_are" {
  variables {
    environment = { TABLE = "orders" }
  }

  assert {
    condition     = aws_lambda_function.this.publish && aws_lambda_alias.live.function_version == "8" && length(aws_lambda_alias.live.routing_config) == 0
    error_message = "Without a canary the alias must serve the version that was just published."
  }
  assert {
    condition     = one(aws_lambda_function.this.architectures) == "arm64" && aws_lambda_function.this.runtime == "python3.13"
    error_message = "The defaults are arm64 and python3.13."
  }
  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == 50
    error_message = "The reserved concurrency must reach the function."
  }
  assert {
    condition     = aws_lambda_function.this.tracing_config[0].mode == "Active" && aws_lambda_function.this.logging_config[0].log_format == "JSON"
    error_message = "Traces are on and logs are JSON."
  }
  assert {
    condition     = aws_lambda_function.this.kms_key_arn == var.kms_key_arn && aws_cloudwatch_log_group.function.kms_key_id == var.kms_key_arn
    error_message = "The environment and the log must be encrypted with the key."
  }
  assert {
    condition     = aws_cloudwatch_log_group.function.retention_in_days == 365
    error_message = "The log must have an end."
  }
  assert {
    condition = (
      length(aws_lambda_provisioned_concurrency_config.live) + length(aws_sqs_queue.failed_events) +
      length(aws_lambda_function_event_invoke_config.live) + length(aws_cloudwatch_metric_alarm.canary) + length(aws_sfn_state_machine.rollback) == 0
    )
    error_message = "What was not asked for must not be made."
  }
  assert {
    condition     = output.canary_alarm_name == null && output.failed_events_queue_arn == null
    error_message = "Outputs of what was not made are null."
  }
}

run "the_role_may_do_what_is_passed_and_what_the_modules_own_features_need" {
  variables {
    policy_statements = {
      ReadOrders = {
        actions    = ["dynamodb:Query", "dynamodb:GetItem"]
        resources  = ["arn:aws:dynamodb:eu-west-1:123456789012:table/orders"]
        conditions = [{ test = "StringEquals", variable = "aws:PrincipalAccount", values = ["123456789012"] }]
      }
      NeverDelete = {
        effect    = "Deny"
        actions   = ["dynamodb:Delete*"]
        resources = ["*"]
      }
    }
    unscoped_actions = ["dynamodb:ListTables", "backup:ListBackupJobs"]
  }

  assert {
    condition = toset(jsondecode(aws_iam_role_policy.function.policy).Statement[*].Sid) == toset([
      "WriteOwnLog", "SendTraces", "DecryptOwnEnvironment", "ReadOrders", "NeverDelete", "ActionsWithoutResources",
    ])
    error_message = "The role's statements must be the passed ones and the module's own, and no other."
  }
  assert {
    condition = one([for statement in jsondecode(aws_iam_role_policy.function.policy).Statement : statement if statement.Sid == "ActionsWithoutResources"]) == {
      Sid      = "ActionsWithoutResources"
      Effect   = "Allow"
      Action   = ["backup:ListBackupJobs", "dynamodb:ListTables"]
      Resource = ["*"]
    }
    error_message = "Only the named actions are allowed on everything."
  }
  assert {
    condition = one([for statement in jsondecode(aws_iam_role_policy.function.policy).Statement : statement if statement.Sid == "ReadOrders"]) == {
      Sid       = "ReadOrders"
      Effect    = "Allow"
      Action    = ["dynamodb:GetItem", "dynamodb:Query"]
      Resource  = ["arn:aws:dynamodb:eu-west-1:123456789012:table/orders"]
      Condition = { StringEquals = { "aws:PrincipalAccount" = ["123456789012"] } }
    }
    error_message = "A passed statement must arrive whole, its condition included."
  }
  assert {
    condition = one([for statement in jsondecode(aws_iam_role_policy.function.policy).Statement : statement if statement.Sid == "DecryptOwnEnvironment"]).Condition == {
      StringEquals = { "kms:EncryptionContext:aws:lambda:FunctionArn" = ["arn:aws:lambda:eu-west-1:123456789012:function:shop-orders"] }
    }
    error_message = "The key may decrypt this function's environment only."
  }
  assert {
    condition     = aws_iam_role.function.name == "shop-orders-eu-west-1"
    error_message = "The role's name must say the region: both regions make one."
  }
}

run "warm_environments_follow_their_use_between_the_limits" {
  variables {
    provisioned_concurrency = { minimum = 2, maximum = 20 }
  }

  assert {
    condition     = aws_lambda_provisioned_concurrency_config.live[0].qualifier == "live" && aws_lambda_provisioned_concurrency_config.live[0].provisioned_concurrent_executions == 2
    error_message = "Provisioned concurrency belongs on the alias and starts at the minimum."
  }
  assert {
    condition     = aws_appautoscaling_target.provisioned_concurrency[0].resource_id == "function:shop-orders:live" && aws_appautoscaling_target.provisioned_concurrency[0].max_capacity == 20
    error_message = "The scaling target must be the alias."
  }
  assert {
    condition = (
      aws_appautoscaling_policy.provisioned_concurrency[0].target_tracking_scaling_policy_configuration[0].target_value == 0.7 &&
      aws_appautoscaling_policy.provisioned_concurrency[0].target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].predefined_metric_type == "LambdaProvisionedConcurrencyUtilization"
    )
    error_message = "Scaling must track the utilization around 0.7."
  }
}

run "failed_events_are_kept_in_an_encrypted_queue" {
  variables {
    asynchronous = {}
  }

  assert {
    condition     = aws_sqs_queue.failed_events[0].kms_master_key_id == var.kms_key_arn && aws_sqs_queue.failed_events[0].message_retention_seconds == 1209600
    error_message = "The queue must be encrypted and keep events 14 days."
  }
  assert {
    condition = (
      aws_lambda_function_event_invoke_config.live[0].qualifier == "live" &&
      aws_lambda_function_event_invoke_config.live[0].destination_config[0].on_failure[0].destination == aws_sqs_queue.failed_events[0].arn
    )
    error_message = "Failed events of the alias must go to the queue."
  }
  assert {
    condition = length([
      for statement in jsondecode(aws_iam_role_policy.function.policy).Statement : statement
      if contains(["PassFailedEventsOn", "EncryptFailedEvents"], statement.Sid)
    ]) == 2
    error_message = "The role must be allowed to send to the encrypted queue."
  }
}

run "failed_events_can_go_to_a_destination_of_the_callers" {
  variables {
    asynchronous = { on_failure_destination_arn = "arn:aws:sns:eu-west-1:123456789012:failures" }
  }

  assert {
    condition     = length(aws_sqs_queue.failed_events) == 0 && aws_lambda_function_event_invoke_config.live[0].destination_config[0].on_failure[0].destination == "arn:aws:sns:eu-west-1:123456789012:failures"
    error_message = "With a destination passed in, no queue is made and failed events go there."
  }
}

run "a_canary_takes_its_share_and_is_rolled_back_by_its_alarm" {
  variables {
    canary = {
      stable_version = "7"
      weight         = 0.2
      alarm_actions  = ["arn:aws:sns:eu-west-1:123456789012:alarms"]
      owner          = "orders"
      runbook_url    = "https://runbooks.example.com/lambda.md"
    }
  }

  assert {
    condition     = aws_lambda_alias.live.function_version == "7" && aws_lambda_alias.live.routing_config[0].additional_version_weights["8"] == 0.2
    error_message = "The stable version must keep the rest of the traffic."
  }
  assert {
    condition = alltrue([
      for query in aws_cloudwatch_metric_alarm.canary["live"].metric_query : query.metric[0].dimensions == tomap({
        FunctionName = "shop-orders", Resource = "shop-orders:live", ExecutedVersion = "8"
      }) if length(query.metric) > 0
    ]) && length(aws_cloudwatch_log_metric_filter.canary) == 0
    error_message = "The alarm must count the new version's requests only."
  }
  assert {
    condition = alltrue([
      endswith(aws_cloudwatch_metric_alarm.canary["live"].alarm_description, "Runbook: https://runbooks.example.com/lambda.md#canary-errors"),
      aws_cloudwatch_metric_alarm.canary["live"].tags.Owner == "orders" && aws_cloudwatch_metric_alarm.canary["live"].tags.Severity == "page",
    ])
    error_message = "The alarm must say whose it is and what to do."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.canary["live"].treat_missing_data == "notBreaching" && output.canary_alarm_name == "shop-orders-canary-errors"
    error_message = "A canary without traffic must not be rolled back."
  }
  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.canary_failed["live"].event_pattern).resources == [aws_cloudwatch_metric_alarm.canary["live"].arn] && jsondecode(aws_cloudwatch_event_rule.canary_failed["live"].event_pattern).detail.state.value == ["ALARM"]
    error_message = "The rule must hear of this alarm going off, and of nothing else."
  }
  assert {
    condition     = aws_cloudwatch_event_target.rollback["live"].arn == aws_sfn_state_machine.rollback["live"].arn
    error_message = "The rule must start the rollback."
  }
  assert {
    condition     = jsondecode(aws_sfn_state_machine.rollback["live"].definition).States.RemoveCanary.Parameters.RoutingConfig == { AdditionalVersionWeights = {} }
    error_message = "The rollback must take the weights off the alias."
  }
  assert {
    condition = toset(flatten(jsondecode(aws_iam_role_policy.rollback["live"].policy).Statement[*].Action)) == toset([
      "states:StartExecution", "lambda:GetAlias", "lambda:UpdateAlias",
    ])
    error_message = "The rollback may move the alias and do nothing else."
  }
}

run "a_canary_that_answers_its_own_errors_is_judged_by_its_log_too" {
  variables {
    canary = { stable_version = "7", failure_condition = "$.status >= 500" }
  }

  assert {
    condition     = aws_cloudwatch_log_metric_filter.canary["live"].pattern == "{ ($.function_version = \"8\") && ($.status >= 500) }"
    error_message = "Only log lines of the new version may count against it."
  }
  assert {
    condition = contains(
      [for query in aws_cloudwatch_metric_alarm.canary["live"].metric_query : query.expression if query.id == "error_rate"],
      "IF(requests >= 10, 100 * (FILL(answered, 0) + FILL(crashed, 0)) / requests, 0)"
    )
    error_message = "Answered and crashed failures must both count; silence of one of them is none."
  }
  assert {
    condition = contains(
      [for query in aws_cloudwatch_metric_alarm.canary["live"].metric_query : one(query.metric[*].metric_name) if query.id == "answered"],
      aws_cloudwatch_log_metric_filter.canary["live"].metric_transformation[0].name
    )
    error_message = "The alarm must read the metric that the filter writes."
  }
}

# The runs before published version 8.
run "a_canary_needs_a_new_version" {
  command = plan

  variables {
    canary = { stable_version = "8" }
  }

  expect_failures = [aws_lambda_alias.live]
}
