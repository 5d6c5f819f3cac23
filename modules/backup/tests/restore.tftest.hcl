# Restoring from one vault, and proving that it can be done.

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
  name  = "techmoda-api"
  vault = { arn = "arn:aws:backup:us-west-2:111111111111:backup-vault:techmoda-api-vault-dr", kms_key_arn = "arn:aws:kms:us-west-2:111111111111:key/vault" }
  table = { name = "techmoda-api-products", kms_key_arn = "arn:aws:kms:us-west-2:111111111111:key/table" }
}

run "the_newest_recovery_point_of_the_vault_is_restored_every_day_and_kept_until_it_was_compared" {
  module {
    source = "./modules/restore"
  }

  assert {
    condition = (
      aws_backup_restore_testing_plan.this.schedule_expression == "cron(0 5 * * ? *)" &&
      aws_backup_restore_testing_plan.this.name == "techmoda_api_restore_tests" &&
      one(aws_backup_restore_testing_plan.this.recovery_point_selection).algorithm == "LATEST_WITHIN_WINDOW" &&
      one(aws_backup_restore_testing_plan.this.recovery_point_selection).include_vaults == toset([var.vault.arn])
    )
    error_message = "Daily, the latest, of this vault only."
  }
  assert {
    condition     = aws_backup_restore_testing_selection.tables.validation_window_hours == 4 && aws_backup_restore_testing_selection.tables.restore_metadata_overrides.kmsMasterKeyArn == var.table.kms_key_arn
    error_message = "There is time to compare, and the test's table is encrypted as the original is."
  }
}

run "the_role_restores_beside_the_original_and_never_into_it" {
  module {
    source = "./modules/restore"
  }

  assert {
    condition = one([for statement in jsondecode(aws_iam_role_policy.restore.policy).Statement : statement.Resource if statement.Sid == "RestoreBesideTheOriginal"]) == [
      "arn:aws:dynamodb:us-west-2:111111111111:table/techmoda-api-products-restaurado-*",
      "arn:aws:dynamodb:us-west-2:111111111111:table/awsbackup-restore-test-*",
    ]
    error_message = "The original's own name must not be covered."
  }
  assert {
    condition     = !anytrue([for statement in jsondecode(aws_iam_role_policy.restore.policy).Statement : contains(flatten([statement.Resource]), "*")])
    error_message = "No statement covers every resource."
  }
}

run "a_test_that_nobody_could_look_at_is_refused" {
  command = plan

  module {
    source = "./modules/restore"
  }

  variables {
    testing = { validation_window_hours = 0 }
  }

  expect_failures = [var.testing]
}

run "a_schedule_that_aws_backup_does_not_take_is_refused" {
  command = plan

  module {
    source = "./modules/restore"
  }

  variables {
    testing = { schedule = "rate(1 day)" }
  }

  expect_failures = [var.testing]
}

run "an_unknown_choice_of_the_recovery_point_is_refused" {
  command = plan

  module {
    source = "./modules/restore"
  }

  variables {
    testing = { algorithm = "OLDEST" }
  }

  expect_failures = [var.testing]
}

run "windows_that_aws_backup_does_not_take_are_refused" {
  command = plan

  module {
    source = "./modules/restore"
  }

  variables {
    testing = { selection_window_days = 366 }
    name    = "a name"
  }

  expect_failures = [var.testing, var.name]
}

run "a_start_window_over_a_week_is_refused" {
  command = plan

  module {
    source = "./modules/restore"
  }

  variables {
    testing = { start_window_hours = 169 }
  }

  expect_failures = [var.testing]
}
