# Each validation has a value here that it alone refuses. A run holds several inputs, because every run takes seconds;
# it fails when any of the named inputs is accepted.

mock_provider "aws" {}

variables {
  function_name        = "shop-orders"
  description          = "Takes orders."
  handler              = "orders.handler.handler"
  kms_key_arn          = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  package_path         = "versions.tf"
  reserved_concurrency = 50
}

run "values_out_of_range_are_refused" {
  command = plan

  variables {
    # Lambda has no such processor.
    architecture = "riscv"
    # Lambda keeps an event for a minute at least.
    asynchronous = { maximum_event_age_seconds = 1 }
    # Lambda allows 4 KB.
    environment = { BIG = format("%4096s", "x") }
    # The role's name would be too long.
    function_name = "a-function-name-of-more-than-forty-letters"
    # There is no such level.
    log_level = "LOUD"
    # Too short to investigate anything.
    log_retention_days = 1
    # Lambda offers 128 at least.
    memory_mb = 64
    # A statement's id has no spaces.
    policy_statements = { "Read it" = { actions = ["s3:GetObject"], resources = ["arn:aws:s3:::bucket/key"] } }
    # Unreserved: it could starve, or be starved.
    reserved_concurrency = -1
    # Its support has ended.
    runtime = "python3.9"
    # Lambda allows 900.
    timeout_seconds = 901
    # Everything that AWS Backup can do.
    unscoped_actions = ["backup:*"]
  }

  expect_failures = [var.architecture, var.asynchronous, var.environment, var.function_name, var.log_level, var.log_retention_days, var.memory_mb, var.policy_statements, var.reserved_concurrency, var.runtime, var.timeout_seconds, var.unscoped_actions]
}

run "a_third_retry_an_all_failing_canary_and_an_unknown_effect_are_refused" {
  command = plan

  variables {
    # Lambda retries twice at most.
    asynchronous = { maximum_retry_attempts = 3 }
    # No alarm could ever go off.
    canary = { stable_version = "7", error_rate_percent = 100 }
    # Allow or Deny.
    policy_statements = { Read = { effect = "Maybe", actions = ["s3:GetObject"], resources = ["arn:aws:s3:::bucket/key"] } }
  }

  expect_failures = [var.asynchronous, var.canary, var.policy_statements]
}

run "a_canary_beside_latest_and_a_statement_about_nothing_are_refused" {
  command = plan

  variables {
    # It changes under a canary's feet.
    canary = { stable_version = "$LATEST" }
    # No resource.
    policy_statements = { Read = { actions = ["s3:GetObject"], resources = [] } }
  }

  expect_failures = [var.canary, var.policy_statements]
}

run "a_condition_that_reads_no_log_line_is_refused" {
  command = plan

  variables {
    # It names no property.
    canary = { stable_version = "7", failure_condition = "status >= 500" }
  }

  expect_failures = [var.canary]
}

run "a_canary_of_most_of_the_traffic_and_a_wildcard_action_are_refused" {
  command = plan

  variables {
    # More than half of the traffic is no trial.
    canary = { stable_version = "7", weight = 0.6 }
    # It grants what nobody asked for.
    policy_statements = { All = { actions = ["s3:*"], resources = ["arn:aws:s3:::bucket/key"] } }
  }

  expect_failures = [var.canary, var.policy_statements]
}

run "every_resource_of_the_account_and_more_provisioned_than_reserved_are_refused" {
  command = plan

  variables {
    # It names none.
    policy_statements = { All = { actions = ["s3:GetObject"], resources = ["*"] } }
    # 50 are reserved.
    provisioned_concurrency = { minimum = 5, maximum = 60 }
  }

  expect_failures = [var.policy_statements, var.provisioned_concurrency]
}

run "a_minimum_over_the_maximum_is_refused" {
  command = plan

  variables {
    # Nothing lies between them.
    provisioned_concurrency = { minimum = 5, maximum = 2 }
  }

  expect_failures = [var.provisioned_concurrency]
}

run "a_target_without_head_room_is_refused" {
  command = plan

  variables {
    # Scaling takes minutes; nothing is left for them.
    provisioned_concurrency = { minimum = 1, maximum = 2, target_utilization = 1 }
  }

  expect_failures = [var.provisioned_concurrency]
}

run "a_canary_on_provisioned_concurrency_is_refused" {
  command = plan

  variables {
    canary                  = { stable_version = "7" }
    provisioned_concurrency = { minimum = 1, maximum = 2 }
  }

  expect_failures = [var.canary]
}
