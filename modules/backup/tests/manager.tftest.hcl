# The function that restores and validates, and what sets it to work.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111111111111" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { name = "us-west-2" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111111111111:role/techmoda" }
  }

  mock_resource "aws_backup_restore_testing_plan" {
    defaults = { arn = "arn:aws:backup:us-west-2:111111111111:restore-testing-plan:techmoda" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-west-2:111111111111:log-group:/aws/lambda/techmoda-backups" }
  }

  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:us-west-2:111111111111:function:techmoda-backups", version = "1" }
  }

  mock_resource "aws_lambda_alias" {
    defaults = { arn = "arn:aws:lambda:us-west-2:111111111111:function:techmoda-backups:live" }
  }

  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:us-west-2:111111111111:rule/techmoda" }
  }

  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:us-west-2:111111111111:techmoda-backups-failed-events" }
  }
}

variables {
  name             = "techmoda-api"
  architecture     = "arm64"
  package_path     = "versions.tf" # Any file will do: nothing is uploaded.
  restore_role_arn = "arn:aws:iam::111111111111:role/techmoda-api-restore-us-west-2"
  kms_key_arn      = "arn:aws:kms:us-west-2:111111111111:key/operations"
  runbook_base_url = "https://runbooks.example.com/"
  table            = { name = "techmoda-api-products", kms_key_arn = "arn:aws:kms:us-west-2:111111111111:key/table" }
  topic_arns       = { page = "arn:aws:sns:us-west-2:111111111111:page", ticket = "arn:aws:sns:us-west-2:111111111111:ticket" }

  backups = {
    vault_name = "techmoda-api-vault-dr"
    vault_arn  = "arn:aws:backup:us-west-2:111111111111:backup-vault:techmoda-api-vault-dr"
    table_arn  = "arn:aws:dynamodb:us-east-1:111111111111:table/techmoda-api-products"
    are        = "copies"
  }

  erasures = {
    table_name  = "techmoda-api-erasures"
    table_arn   = "arn:aws:dynamodb:us-west-2:111111111111:table/techmoda-api-erasures"
    kms_key_arn = "arn:aws:kms:us-west-2:111111111111:key/erasures"
  }
}

run "it_hears_of_restores_ticks_every_minute_and_looks_for_backups_every_day" {
  module {
    source = "./modules/manager"
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this["restored"].event_pattern) == { source = ["aws.backup"], "detail-type" = ["Restore Job State Change"], detail = { status = ["COMPLETED"] } }
    error_message = "Completed restore jobs, and no others, wake it."
  }
  assert {
    condition     = aws_cloudwatch_event_rule.this["tick"].schedule_expression == "rate(1 minute)" && jsondecode(aws_cloudwatch_event_target.this["tick"].input) == { operacion = "continuar" }
    error_message = "A restore is taken on every minute."
  }
  assert {
    condition     = jsondecode(aws_cloudwatch_event_target.this["validate"].input) == { operacion = "validar" }
    error_message = "The daily look is the same operation that an operator calls."
  }
}

run "it_may_not_write_to_the_original_nor_delete_anything_but_test_tables" {
  module {
    source = "./modules/manager"
  }

  assert {
    condition = alltrue([
      for id, statement in local.policy_statements : alltrue([
        for resource in statement.resources : length(setintersection(statement.actions, [
          "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:UpdateTable", "dynamodb:DeleteTable",
        ])) == 0 || strcontains(resource, "-restaurado-") || strcontains(resource, "/awsbackup-restore-test-")
      ])
    ])
    error_message = "What changes tables is allowed on restored ones only."
  }
  assert {
    condition     = [for id, statement in local.policy_statements : id if contains(statement.actions, "dynamodb:DeleteTable")] == ["CompareAndDeleteTestTables"] && local.policy_statements.CompareAndDeleteTestTables.resources == ["arn:aws:dynamodb:us-west-2:111111111111:table/awsbackup-restore-test-*"]
    error_message = "A restored table is deleted by a person."
  }
  assert {
    condition     = alltrue([for action in local.unscoped_actions : can(regex(":(Describe|List|PutRestoreValidationResult)", action))])
    error_message = "What is allowed on everything only looks, or judges a test."
  }
}

run "its_alarms_say_what_to_do_and_reach_someone" {
  module {
    source = "./modules/manager"
  }

  assert {
    condition = { for label, alarm in aws_cloudwatch_metric_alarm.this : label => [one(alarm.alarm_actions), alarm.tags.Severity] } == {
      backup-missing        = ["arn:aws:sns:us-west-2:111111111111:page", "page"]
      restore-invalid       = ["arn:aws:sns:us-west-2:111111111111:page", "page"]
      restore-unfinished    = ["arn:aws:sns:us-west-2:111111111111:ticket", "ticket"]
      backup-manager-errors = ["arn:aws:sns:us-west-2:111111111111:ticket", "ticket"]
    }
    error_message = "Lost backups page; a function that fails is a ticket."
  }
  assert {
    condition     = alltrue([for label, alarm in aws_cloudwatch_metric_alarm.this : endswith(alarm.alarm_description, "Runbook: https://runbooks.example.com/failed-backup.md#${label}") && alarm.tags.Runbook == "https://runbooks.example.com/failed-backup.md"])
    error_message = "Each names its place in the runbook."
  }
}

run "values_out_of_range_are_refused" {
  command = plan

  module {
    source = "./modules/manager"
  }

  variables {
    # Neither taken here nor received.
    backups = { vault_name = "v", vault_arn = "arn", table_arn = "arn", are = "guesses" }
    # Names of functions have no capitals here.
    name = "TechModa"
    # A fortnight-old backup is not recent.
    recent_hours = 337
    # People click on it.
    runbook_base_url = "http://runbooks.example.com"
    # Three items prove nothing.
    validation = { sample = 3 }
    # No expression.
    validation_schedule = "daily"
  }

  expect_failures = [var.backups, var.name, var.recent_hours, var.runbook_base_url, var.validation, var.validation_schedule]
}

run "a_comparison_that_reads_nothing_is_refused" {
  command = plan

  module {
    source = "./modules/manager"
  }

  variables {
    validation = { read_units_per_second = 0 }
  }

  expect_failures = [var.validation]
}
