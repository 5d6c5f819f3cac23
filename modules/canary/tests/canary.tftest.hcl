# The function's settings and schedule; what it does is tested in tests/unit/canary.

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
    defaults = { arn = "arn:aws:iam::111111111111:role/shop-canary-us-west-2" }
  }

  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:us-west-2:111111111111:shop-canary-failed-events" }
  }

  mock_resource "aws_lambda_alias" {
    defaults = { arn = "arn:aws:lambda:us-west-2:111111111111:function:shop-canary:live" }
  }

  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:us-west-2:111111111111:rule/shop-canary" }
  }
}

variables {
  name               = "shop"
  architecture       = "arm64"
  kms_key_arn        = "arn:aws:kms:us-west-2:111111111111:key/11111111-2222-3333-4444-555555555555"
  log_level          = "INFO"
  log_retention_days = 365
  package_path       = "versions.tf" # Any file will do: nothing is uploaded.

  targets = {
    public  = { url = "https://api.example.com/v1", severity = "page" }
    standby = { url = "https://api-us-west-2.example.com/v1", severity = "ticket" }
  }
}

run "it_visits_each_target_once_a_minute" {
  assert {
    condition     = aws_cloudwatch_event_rule.visit.schedule_expression == "rate(1 minute)" && aws_cloudwatch_event_target.visit.arn == "arn:aws:lambda:us-west-2:111111111111:function:shop-canary:live"
    error_message = "The schedule starts the alias."
  }

  assert {
    condition     = aws_lambda_permission.visit.qualifier == "live" && aws_lambda_permission.visit.source_arn == aws_cloudwatch_event_rule.visit.arn
    error_message = "This rule, and no other, may start it."
  }
}

run "monitoring_hears_where_the_metrics_are_and_how_bad_each_target_is" {
  assert {
    condition = jsonencode(output.metrics) == jsonencode({
      namespace = "TechModa/Canary"
      service   = "canary"
      targets   = { public = "page", standby = "ticket" }
    })
    error_message = "The input of modules/monitoring."
  }

  assert {
    condition     = output.function.name == "shop-canary" && output.function.reserved_concurrency == 2 && output.failed_events_queue_name == "shop-canary-failed-events"
    error_message = "The function and its queue are watched as well."
  }
}

run "no_targets_are_refused" {
  command = plan

  variables {
    targets = {}
  }

  expect_failures = [var.targets]
}

run "a_target_in_the_clear_is_refused" {
  command = plan

  variables {
    targets = { public = { url = "http://api.example.com/v1", severity = "page" } }
  }

  expect_failures = [var.targets]
}

run "a_target_with_a_closing_slash_is_refused" {
  command = plan

  variables {
    targets = { public = { url = "https://api.example.com/v1/", severity = "page" } }
  }

  expect_failures = [var.targets]
}

run "a_target_of_an_unknown_severity_is_refused" {
  command = plan

  variables {
    targets = { public = { url = "https://api.example.com/v1", severity = "urgent" } }
  }

  expect_failures = [var.targets]
}
