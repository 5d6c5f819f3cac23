# Each validation has a value here that it alone refuses. A run holds several inputs, because every run takes seconds;
# it fails when any of the named inputs is accepted.

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "us-west-2" }
  }
}

override_module {
  target = module.table
  outputs = {
    table_name   = "shop-incidents"
    table_arn    = "arn:aws:dynamodb:us-west-2:123456789012:table/shop-incidents"
    kms_key_arns = { us-west-2 = "arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555" }
  }
}

variables {
  name             = "shop"
  package_path     = "versions.tf"
  architecture     = "arm64"
  kms_key_arn      = "arn:aws:kms:us-west-2:123456789012:key/66666666-7777-8888-9999-000000000000"
  topic            = { arn = "arn:aws:sns:us-west-2:123456789012:alerts", kms_key_arn = "arn:aws:kms:us-west-2:123456789012:key/77777777-7777-8888-9999-000000000000" }
  alarm_actions    = { page = ["arn:aws:sns:us-west-2:123456789012:page"], ticket = ["arn:aws:sns:us-west-2:123456789012:ticket"] }
  owner            = "shop team"
  runbook_base_url = "https://runbooks.example.com"
  roll_back        = { shop-5xx = { function_name = "shop-products", alias = "live" } }
}

run "malformed_values_are_refused" {
  command = plan

  variables {
    # Nobody would hear a page.
    alarm_actions = { page = [], ticket = ["arn:aws:sns:us-west-2:123456789012:ticket"] }
    # The watch would outlive the function.
    keep_failover = { alarm_names = ["a"], table_name = "t", table_kms_key_arn = "k", function_name = "f", alias = "live", wait_seconds = 241 }
    # More than one a minute.
    limits = { acts_per_hour = 61 }
    # A dot.
    name  = "shop.api"
    owner = ""
    # Neither read nor write.
    raise_capacity     = { a = { table_name = "t", throughput = "both" } }
    report_concurrency = { b = { function_name = "f", look_back_minutes = 181 } }
    # It would be started again and again.
    restart_backup   = { vault_name = "v", vault_arn = "a", role_arn = "r", plan_arn = "p", cooldown_minutes = 59 }
    runbook_base_url = "http://runbooks.example.com"
  }

  expect_failures = [
    var.alarm_actions, var.keep_failover, var.limits, var.name, var.owner, var.raise_capacity, var.report_concurrency,
    var.restart_backup, var.runbook_base_url,
  ]
}

run "a_failover_without_alarms_a_raise_without_a_factor_and_cool_downs_of_no_time_are_refused" {
  command = plan

  variables {
    alarm_actions      = { page = ["arn:aws:sns:us-west-2:123456789012:page"], ticket = [] }
    keep_failover      = { alarm_names = [], table_name = "t", table_kms_key_arn = "k", function_name = "f", alias = "live" }
    limits             = { stable_after_seconds = 0 }
    raise_capacity     = { a = { table_name = "t", throughput = "read", factor = 1 } }
    report_concurrency = { b = { function_name = "f", cooldown_minutes = 0 } }
  }

  expect_failures = [var.alarm_actions, var.keep_failover, var.limits, var.raise_capacity, var.report_concurrency]
}

run "a_raise_for_days_a_failover_without_cool_down_and_records_of_a_month_are_refused" {
  command = plan

  variables {
    keep_failover  = { alarm_names = ["a"], table_name = "t", table_kms_key_arn = "k", function_name = "f", alias = "live", cooldown_minutes = 0 }
    limits         = { keep_records_days = 30 }
    raise_capacity = { b = { table_name = "t", throughput = "read", hold_minutes = 1441 } }
  }

  expect_failures = [var.keep_failover, var.limits, var.raise_capacity]
}

run "a_raise_without_cool_down_and_a_backup_of_six_days_are_refused" {
  command = plan

  variables {
    restart_backup = { vault_name = "v", vault_arn = "a", role_arn = "r", plan_arn = "p", delete_after_days = 6 }
    raise_capacity = { a = { table_name = "t", throughput = "read", cooldown_minutes = 0 } }
  }

  expect_failures = [var.raise_capacity, var.restart_backup]
}

# The checks of roll_back look at the other playbooks too, so these stand alone.

run "an_old_version_to_blame_is_refused" {
  command = plan

  variables {
    roll_back = { c = { function_name = "f", alias = "live", window_minutes = 1441 } }
  }

  expect_failures = [var.roll_back]
}

run "going_back_without_cool_down_is_refused" {
  command = plan

  variables {
    roll_back = { c = { function_name = "f", alias = "live", cooldown_minutes = 0 } }
  }

  expect_failures = [var.roll_back]
}

run "an_alarm_with_two_playbooks_is_refused" {
  command = plan

  variables {
    raise_capacity = { shop-5xx = { table_name = "t", throughput = "read" } }
  }

  expect_failures = [var.roll_back]
}

run "a_responder_without_playbooks_is_refused" {
  command = plan

  variables {
    roll_back = {}
  }

  expect_failures = [var.roll_back]
}
