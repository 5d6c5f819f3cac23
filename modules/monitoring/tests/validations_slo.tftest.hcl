# Each run breaks one rule of the objectives and expects the plan to name them.

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

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-east-1:111111111111:techmoda-page" }
  }

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555" }
  }

  mock_resource "aws_cloudwatch_metric_alarm" {
    defaults = { arn = "arn:aws:cloudwatch:us-east-1:111111111111:alarm:metric" }
  }

  mock_resource "aws_cloudwatch_composite_alarm" {
    defaults = { arn = "arn:aws:cloudwatch:us-east-1:111111111111:alarm:composite" }
  }
}

variables {
  name                = "techmoda"
  owner               = "catalogue"
  runbook_base_url    = "https://runbooks.example.com/techmoda/"
  api                 = { name = "techmoda-api", stage = "live" }
  functions           = { products = { name = "techmoda-products", alias = "live", reserved_concurrency = 100 } }
  failed_event_queues = { watch = "techmoda-watch-failed-events" }
  health_checks       = { us-east-1 = "11111111-2222-3333-4444-555555555555" }
  canary              = { namespace = "TechModa/Canary", service = "canary", targets = { public = "page", dr = "ticket" } }

  tables = {
    products = { name = "techmoda-products", indexes = ["by-category"], replica_regions = ["us-west-2"] }
  }
}

run "an_objective_of_all_requests_is_refused" {
  command = plan

  variables {
    slo = { availability = 1 }
  }

  expect_failures = [var.slo]
}

run "a_latency_objective_in_fractions_of_milliseconds_is_refused" {
  command = plan

  variables {
    slo = { latency = { within_ms = 0.5 } }
  }

  expect_failures = [var.slo]
}

run "alerts_on_no_bad_request_are_refused" {
  command = plan

  variables {
    slo = { minimum_bad_requests = 0 }
  }

  expect_failures = [var.slo]
}

run "no_alerts_are_refused" {
  command = plan

  variables {
    slo = { alerts = {} }
  }

  expect_failures = [var.slo]
}

run "spending_more_than_the_budget_is_refused" {
  command = plan

  variables {
    slo = { alerts = { fast = { budget_share = 1.5, long_seconds = 259200, short_seconds = 21600, severity = "page" } } }
  }

  expect_failures = [var.slo]
}

run "a_short_window_as_long_as_the_long_one_is_refused" {
  command = plan

  variables {
    slo = { alerts = { fast = { budget_share = 0.02, long_seconds = 3600, short_seconds = 3600, severity = "page" } } }
  }

  expect_failures = [var.slo]
}

run "a_window_of_eight_days_is_refused" {
  command = plan

  variables {
    slo = { alerts = { fast = { budget_share = 0.1, long_seconds = 691200, short_seconds = 21600, severity = "page" } } }
  }

  expect_failures = [var.slo]
}

run "a_window_that_is_no_whole_minutes_is_refused" {
  command = plan

  variables {
    slo = { alerts = { fast = { budget_share = 0.02, long_seconds = 3600, short_seconds = 90, severity = "page" } } }
  }

  expect_failures = [var.slo]
}

run "an_alert_of_an_unknown_severity_is_refused" {
  command = plan

  variables {
    slo = { alerts = { fast = { budget_share = 0.02, long_seconds = 3600, short_seconds = 300, severity = "urgent" } } }
  }

  expect_failures = [var.slo]
}

run "an_alert_that_needs_more_than_all_requests_is_refused" {
  command = plan

  variables {
    slo = { alerts = { fast = { budget_share = 0.5, long_seconds = 3600, short_seconds = 300, severity = "page" } } }
  }

  expect_failures = [var.slo]
}
