# One negative test for each validation.

mock_provider "aws" {}

variables {
  function_name        = "shop-orders"
  description          = "Takes orders."
  handler              = "orders.handler.handler"
  kms_key_arn          = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  package_path         = "versions.tf"
  reserved_concurrency = 50
}

run "an_unknown_architecture_is_refused" {
  command = plan

  variables {
    architecture = "riscv"
  }

  expect_failures = [var.architecture]
}

run "an_event_kept_for_a_second_is_refused" {
  command = plan

  variables {
    asynchronous = { maximum_event_age_seconds = 1 }
  }

  expect_failures = [var.asynchronous]
}

run "a_third_retry_is_refused" {
  command = plan

  variables {
    asynchronous = { maximum_retry_attempts = 3 }
  }

  expect_failures = [var.asynchronous]
}

run "a_canary_beside_latest_is_refused" {
  command = plan

  variables {
    canary = { stable_version = "$LATEST" }
  }

  expect_failures = [var.canary]
}

run "a_canary_of_most_of_the_traffic_is_refused" {
  command = plan

  variables {
    canary = { stable_version = "7", weight = 0.6 }
  }

  expect_failures = [var.canary]
}

run "a_canary_on_provisioned_concurrency_is_refused" {
  command = plan

  variables {
    canary                  = { stable_version = "7" }
    provisioned_concurrency = { minimum = 1, maximum = 2 }
  }

  expect_failures = [var.canary]
}

run "a_canary_that_may_always_fail_is_refused" {
  command = plan

  variables {
    canary = { stable_version = "7", error_rate_percent = 100 }
  }

  expect_failures = [var.canary]
}

run "an_environment_over_4_kb_is_refused" {
  command = plan

  variables {
    environment = { BIG = format("%4096s", "x") }
  }

  expect_failures = [var.environment]
}

run "a_name_too_long_for_its_role_is_refused" {
  command = plan

  variables {
    function_name = "a-function-name-of-more-than-forty-letters"
  }

  expect_failures = [var.function_name]
}

run "an_unknown_log_level_is_refused" {
  command = plan

  variables {
    log_level = "LOUD"
  }

  expect_failures = [var.log_level]
}

run "a_log_kept_for_a_day_is_refused" {
  command = plan

  variables {
    log_retention_days = 1
  }

  expect_failures = [var.log_retention_days]
}

run "too_little_memory_is_refused" {
  command = plan

  variables {
    memory_mb = 64
  }

  expect_failures = [var.memory_mb]
}

run "a_statement_id_with_spaces_is_refused" {
  command = plan

  variables {
    policy_statements = { "Read it" = { actions = ["s3:GetObject"], resources = ["arn:aws:s3:::b/k"] } }
  }

  expect_failures = [var.policy_statements]
}

run "an_unknown_effect_is_refused" {
  command = plan

  variables {
    policy_statements = { Read = { effect = "Maybe", actions = ["s3:GetObject"], resources = ["arn:aws:s3:::b/k"] } }
  }

  expect_failures = [var.policy_statements]
}

run "a_statement_without_resources_is_refused" {
  command = plan

  variables {
    policy_statements = { Read = { actions = ["s3:GetObject"], resources = [] } }
  }

  expect_failures = [var.policy_statements]
}

run "a_wildcard_action_is_refused" {
  command = plan

  variables {
    policy_statements = { All = { actions = ["dynamodb:*"], resources = ["arn:aws:dynamodb:eu-west-1:123456789012:table/t"] } }
  }

  expect_failures = [var.policy_statements]
}

run "every_resource_of_the_account_is_refused" {
  command = plan

  variables {
    policy_statements = { All = { actions = ["dynamodb:GetItem"], resources = ["*"] } }
  }

  expect_failures = [var.policy_statements]
}

run "a_minimum_over_the_maximum_is_refused" {
  command = plan

  variables {
    provisioned_concurrency = { minimum = 5, maximum = 2 }
  }

  expect_failures = [var.provisioned_concurrency]
}

run "more_provisioned_than_reserved_is_refused" {
  command = plan

  variables {
    provisioned_concurrency = { minimum = 5, maximum = 60 }
  }

  expect_failures = [var.provisioned_concurrency]
}

run "a_target_without_head_room_is_refused" {
  command = plan

  variables {
    provisioned_concurrency = { minimum = 1, maximum = 2, target_utilization = 1 }
  }

  expect_failures = [var.provisioned_concurrency]
}

run "a_function_without_reserved_concurrency_is_refused" {
  command = plan

  variables {
    reserved_concurrency = -1
  }

  expect_failures = [var.reserved_concurrency]
}

run "a_retired_runtime_is_refused" {
  command = plan

  variables {
    runtime = "python3.9"
  }

  expect_failures = [var.runtime]
}

run "a_timeout_over_15_minutes_is_refused" {
  command = plan

  variables {
    timeout_seconds = 901
  }

  expect_failures = [var.timeout_seconds]
}
