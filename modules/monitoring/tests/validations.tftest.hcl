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

run "an_account_without_concurrency_is_refused" {
  command = plan

  variables {
    account_concurrency = 0
  }

  expect_failures = [var.account_concurrency]
}

run "an_address_that_is_no_address_is_refused" {
  command = plan

  variables {
    alarm_email = "on-call"
  }

  expect_failures = [var.alarm_email]
}

run "a_canary_without_targets_is_refused" {
  command = plan

  variables {
    canary = { namespace = "TechModa/Canary", service = "canary", targets = {} }
  }

  expect_failures = [var.canary]
}

run "a_canary_of_an_unknown_severity_is_refused" {
  command = plan

  variables {
    canary = { namespace = "TechModa/Canary", service = "canary", targets = { public = "urgent" } }
  }

  expect_failures = [var.canary]
}

run "featuring_a_function_that_is_not_watched_is_refused" {
  command = plan

  variables {
    featured = { function = "orders" }
  }

  expect_failures = [var.featured]
}

run "watching_a_function_without_concurrency_is_refused" {
  command = plan

  variables {
    functions = { products = { name = "techmoda-products", reserved_concurrency = 0, severity = "page" } }
  }

  expect_failures = [var.functions]
}

run "a_function_of_an_unknown_severity_is_refused" {
  command = plan

  variables {
    functions = { products = { name = "techmoda-products", reserved_concurrency = 1, severity = "urgent" } }
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

run "an_owner_that_no_tag_may_hold_is_refused" {
  command = plan

  variables {
    owner = "catalogue, platform"
  }

  expect_failures = [var.owner]
}

run "a_period_that_cloudwatch_does_not_know_is_refused" {
  command = plan

  variables {
    period_seconds = 45
  }

  expect_failures = [var.period_seconds]
}

run "a_runbook_link_that_is_not_https_is_refused" {
  command = plan

  variables {
    runbook_base_url = "docs/runbooks"
  }

  expect_failures = [var.runbook_base_url]
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

run "warning_when_all_concurrency_is_used_is_refused" {
  command = plan

  variables {
    thresholds = { concurrency_share = 1 }
  }

  expect_failures = [var.thresholds]
}

run "an_alarm_on_no_implausible_products_is_refused" {
  command = plan

  variables {
    thresholds = { implausible_products = 0 }
  }

  expect_failures = [var.thresholds]
}

run "a_page_after_the_recovery_point_objective_is_refused" {
  command = plan

  variables {
    thresholds = { recovery_point_ms = 900001 }
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

run "a_webhook_in_the_clear_is_refused" {
  command = plan

  variables {
    webhooks = { chat = { url = "http://chat.example.com/hook", severity = "page" } }
  }

  expect_failures = [var.webhooks]
}

run "a_webhook_of_an_unknown_severity_is_refused" {
  command = plan

  variables {
    webhooks = { chat = { url = "https://chat.example.com/hook", severity = "urgent" } }
  }

  expect_failures = [var.webhooks]
}

run "watching_no_function_is_refused" {
  command = plan

  variables {
    functions = {}
  }

  expect_failures = [var.functions]
}

run "watching_no_table_is_refused" {
  command = plan

  variables {
    tables = {}
  }

  expect_failures = [var.tables]
}

run "a_health_check_alarm_where_route_53_publishes_nothing_is_refused" {
  command = plan

  override_data {
    target = data.aws_region.current
    values = { name = "us-west-2" }
  }

  expect_failures = [var.health_checks]
}
