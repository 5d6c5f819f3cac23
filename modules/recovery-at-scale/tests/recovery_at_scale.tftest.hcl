# The state machine's definition, its limits and its rights; what the function does is tested in tests/unit/recovery_worker.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111111111111" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111111111111:role/shop-recovery" }
  }

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:us-east-1:111111111111:key/99999999-2222-3333-4444-555555555555" }
  }

  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::shop-recovery-111111111111-us-east-1" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-east-1:111111111111:log-group:shop-recovery" }
  }

  mock_resource "aws_lambda_alias" {
    defaults = { arn = "arn:aws:lambda:us-east-1:111111111111:function:shop-recovery:live" }
  }

  mock_resource "aws_sfn_state_machine" {
    defaults = { arn = "arn:aws:states:us-east-1:111111111111:stateMachine:shop-recovery" }
  }
}

variables {
  name             = "shop"
  architecture     = "arm64"
  kms_key_arn      = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555"
  package_path     = "versions.tf" # Any file will do: nothing is uploaded.
  runbook_base_url = "https://runbooks.example.com/"
  table            = { name = "shop-products", kms_key_arn = "arn:aws:kms:us-east-1:111111111111:key/table" }
  topic_arns       = { page = "arn:aws:sns:us-east-1:111111111111:page" }
  erasures = {
    table_name  = "shop-erasures"
    table_arn   = "arn:aws:dynamodb:us-east-1:111111111111:table/shop-erasures"
    kms_key_arn = "arn:aws:kms:us-east-1:111111111111:key/erasures"
  }
}

run "every_map_is_distributed_and_tolerates_no_failure" {
  assert {
    condition = alltrue([
      for state in ["Compare", "Repair", "Undo"] : alltrue([
        jsondecode(aws_sfn_state_machine.this.definition).States[state].ItemProcessor.ProcessorConfig.Mode == "DISTRIBUTED",
        jsondecode(aws_sfn_state_machine.this.definition).States[state].ItemProcessor.ProcessorConfig.ExecutionType == "STANDARD",
        jsondecode(aws_sfn_state_machine.this.definition).States[state].ToleratedFailurePercentage == 0,
        jsondecode(aws_sfn_state_machine.this.definition).States[state].MaxConcurrency == 20,
      ])
    ])
    error_message = "A segment that fails must fail the run, and no more may run at a time than the function has executions."
  }

  assert {
    condition     = module.function.function_name == "shop-recovery" && aws_sfn_state_machine.this.name == "shop-recovery"
    error_message = "The function and the state machine are called <name>-recovery."
  }

  assert {
    condition     = jsondecode(aws_sfn_state_machine.this.definition).States.Prepare.TimeoutSeconds > 120 + 180
    error_message = "The state machine must not give a function up that Lambda still lets work."
  }

  assert {
    condition = alltrue([
      for state in ["Prepare", "Report"] : contains(jsondecode(aws_sfn_state_machine.this.definition).States[state].Retry[0].ErrorEquals, "TemporaryError")
    ])
    error_message = "What may be gone later must be tried again."
  }
}

run "the_state_machine_may_call_its_function_and_run_its_own_children" {
  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.state_machine.policy).Statement : statement.Sid => statement.Resource if statement.Sid != "LogAndTrace"
      } == {
      CallTheFunction       = ["arn:aws:lambda:us-east-1:111111111111:function:shop-recovery:live"]
      StartChildren         = ["arn:aws:states:us-east-1:111111111111:stateMachine:shop-recovery"]
      FollowAndStopChildren = ["arn:aws:states:us-east-1:111111111111:execution:shop-recovery:*"]
      RedriveChildren       = ["arn:aws:states:us-east-1:111111111111:execution:shop-recovery/*"]
      LetLogsBeDelivered    = ["arn:aws:logs:us-east-1:111111111111:log-group:*"]
    }
    error_message = "The role names the function's alias and the state machine's own executions, and nothing else."
  }
}

run "only_the_live_table_may_be_written" {
  assert {
    condition     = local.policy_statements.RepairTheLiveTable.resources == ["arn:aws:dynamodb:us-east-1:111111111111:table/shop-products"]
    error_message = "Restored tables and the log of erasures are only read."
  }

  assert {
    condition = local.policy_statements.CompareBothTables.resources == [
      "arn:aws:dynamodb:us-east-1:111111111111:table/shop-products",
      "arn:aws:dynamodb:us-east-1:111111111111:table/shop-products-as-of-*",
      "arn:aws:dynamodb:us-east-1:111111111111:table/shop-products-restaurado-*",
    ]
    error_message = "It reads the live table and those restored from it."
  }
}

run "logs_hold_no_data_of_executions" {
  assert {
    condition     = aws_sfn_state_machine.this.logging_configuration[0].include_execution_data == false && aws_cloudwatch_log_group.state_machine.kms_key_id == var.kms_key_arn
    error_message = "The log is encrypted and names no item."
  }

  assert {
    condition     = aws_sfn_state_machine.this.tracing_configuration[0].enabled
    error_message = "Executions are traced."
  }
}

run "the_runs_are_encrypted_and_expire" {
  assert {
    condition     = module.runs.kms_key_arn == aws_kms_key.runs.arn
    error_message = "Plans hold items, and have a key of their own."
  }

  assert {
    condition     = module.runs.expires_after_days == 30
    error_message = "Plans expire."
  }
}

run "a_failed_run_pages_and_names_its_runbook" {
  assert {
    condition     = aws_cloudwatch_metric_alarm.failed.alarm_actions == toset(["arn:aws:sns:us-east-1:111111111111:page"]) && strcontains(aws_cloudwatch_metric_alarm.failed.alarm_description, "https://runbooks.example.com/data-corruption.md#recovery-failed")
    error_message = "The alarm on failed executions pages, and its description links to its section."
  }
}

run "a_long_name_still_makes_a_bucket" {
  variables {
    name = "abcdefghijklmnopqrstuvwxyz-abc"
  }

  assert {
    condition     = length(module.runs.name) <= 63
    error_message = "A bucket's name has at most 63 characters."
  }
}

run "no_concurrency_is_refused" {
  command = plan

  variables {
    max_concurrency = 0
  }

  expect_failures = [var.max_concurrency]
}

run "a_slice_that_lambda_would_cut_is_refused" {
  command = plan

  variables {
    slice_seconds = 721
  }

  expect_failures = [var.slice_seconds]
}

run "plans_are_not_kept_for_ever" {
  command = plan

  variables {
    retention_days = 91
  }

  expect_failures = [var.retention_days]
}

run "an_empty_segment_is_refused" {
  command = plan

  variables {
    segment_mib = 0
  }

  expect_failures = [var.segment_mib]
}

run "a_name_that_makes_the_functions_too_long_is_refused" {
  command = plan

  variables {
    name = "abcdefghijklmnopqrstuvwxyz-abcdef"
  }

  expect_failures = [var.name]
}

run "a_topic_to_page_is_needed" {
  command = plan

  variables {
    topic_arns = { ticket = "arn:aws:sns:us-east-1:111111111111:ticket" }
  }

  expect_failures = [var.topic_arns]
}
