# Each run breaks one rule of one input and expects the plan to name that input.

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
    defaults = { arn = "arn:aws:sns:us-east-1:111111111111:techmoda-alerts" }
  }

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555" }
  }
}

variables {
  name             = "techmoda"
  runbook_base_url = "https://runbooks.example.com/techmoda/"
  api              = { name = "techmoda-api", stage = "live" }
  functions        = { products = { name = "techmoda-products", alias = "live" } }
  health_checks    = { us-east-1 = "11111111-2222-3333-4444-555555555555" }

  tables = {
    products = { name = "techmoda-products", indexes = ["by-category"], replica_regions = ["us-west-2"] }
  }
}

run "an_address_that_is_no_address_is_refused" {
  command = plan

  variables {
    alarm_email = "on-call"
  }

  expect_failures = [var.alarm_email]
}

run "watching_no_function_is_refused" {
  command = plan

  variables {
    functions = {}
  }

  expect_failures = [var.functions]
}

run "a_name_with_a_space_is_refused" {
  command = plan

  variables {
    name = "tech moda"
  }

  expect_failures = [var.name]
}

run "a_runbook_link_that_is_not_https_is_refused" {
  command = plan

  variables {
    runbook_base_url = "docs/runbooks"
  }

  expect_failures = [var.runbook_base_url]
}

run "watching_no_table_is_refused" {
  command = plan

  variables {
    tables = {}
  }

  expect_failures = [var.tables]
}

run "a_latency_threshold_of_nothing_is_refused" {
  command = plan

  variables {
    thresholds = { api_latency_ms = 0 }
  }

  expect_failures = [var.thresholds]
}

run "a_percentage_in_place_of_a_share_is_refused" {
  command = plan

  variables {
    thresholds = { api_5xx_share = 5 }
  }

  expect_failures = [var.thresholds]
}

run "a_replication_alarm_at_the_recovery_point_objective_is_refused" {
  command = plan

  variables {
    thresholds = { replication_latency_ms = 900000 }
  }

  expect_failures = [var.thresholds]
}

run "a_health_check_alarm_where_route_53_publishes_nothing_is_refused" {
  command = plan

  override_data {
    target = data.aws_region.current
    values = { name = "us-west-2" }
  }

  expect_failures = [var.health_checks]
}
