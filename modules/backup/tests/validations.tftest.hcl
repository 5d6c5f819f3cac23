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
}

mock_provider "aws" {
  alias = "replica"

  mock_data "aws_caller_identity" {
    defaults = { account_id = "111111111111" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { name = "us-west-2" }
  }
}

variables {
  name      = "techmoda"
  selection = { arns = ["arn:aws:dynamodb:us-east-1:111111111111:table/products"] }
}

run "a_single_allowed_region_is_refused" {
  command = plan

  variables {
    allowed_regions = ["us-east-1"]
  }

  expect_failures = [var.allowed_regions]
}

run "a_region_that_is_no_regions_name_is_refused" {
  command = plan

  variables {
    allowed_regions = ["us-east-1", "europe"]
  }

  expect_failures = [var.allowed_regions]
}

run "a_break_glass_role_for_everybody_is_refused" {
  command = plan

  variables {
    break_glass = { trusted_principal_arns = ["*"] }
  }

  expect_failures = [var.break_glass]
}

run "an_unknown_lock_mode_is_refused" {
  command = plan

  variables {
    lock = { mode = "strict" }
  }

  expect_failures = [var.lock]
}

run "a_lock_that_no_retention_satisfies_is_refused" {
  command = plan

  variables {
    lock = { min_retention_days = 401 }
  }

  expect_failures = [var.lock]
}

run "a_compliance_lock_without_a_day_of_no_return_is_refused" {
  command = plan

  variables {
    lock = { mode = "compliance", i_understand_that_compliance_is_irreversible = true }
  }

  expect_failures = [var.lock]
}

run "a_compliance_lock_with_too_short_a_way_back_is_refused" {
  command = plan

  variables {
    lock = { mode = "compliance", changeable_for_days = 2, i_understand_that_compliance_is_irreversible = true }
  }

  expect_failures = [var.lock]
}

run "a_compliance_lock_nobody_said_is_irreversible_is_refused" {
  command = plan

  variables {
    lock = { mode = "compliance", changeable_for_days = 3 }
  }

  expect_failures = [var.lock]
}

run "a_compliance_lock_on_a_throw_away_vault_is_refused" {
  command = plan

  variables {
    force_destroy = true
    lock          = { mode = "compliance", changeable_for_days = 3, i_understand_that_compliance_is_irreversible = true }
  }

  expect_failures = [var.lock]
}

run "a_name_too_long_for_its_vaults_is_refused" {
  command = plan

  variables {
    name = "a-name-of-more-than-forty-characters-in-all"
  }

  expect_failures = [var.name]
}

run "a_plan_without_rules_is_refused" {
  command = plan

  variables {
    rules = {}
  }

  expect_failures = [var.rules]
}

run "a_rule_with_a_name_aws_backup_does_not_take_is_refused" {
  command = plan

  variables {
    rules = { "every night" = { schedule = "cron(0 1 * * ? *)", delete_after_days = 30 } }
  }

  expect_failures = [var.rules]
}

run "a_schedule_that_is_no_expression_is_refused" {
  command = plan

  variables {
    rules = {
      nightly = {
        schedule          = "0 1 * * *"
        delete_after_days = 30
      }
    }
  }

  expect_failures = [var.rules]
}

run "a_schedule_more_often_than_hourly_is_refused" {
  command = plan

  variables {
    rules = {
      nightly = {
        schedule          = "cron(0/30 * * * ? *)"
        delete_after_days = 30
      }
    }
  }

  expect_failures = [var.rules]
}

run "a_start_window_under_an_hour_is_refused" {
  command = plan

  variables {
    rules = {
      nightly = {
        schedule             = "cron(0 1 * * ? *)"
        delete_after_days    = 30
        start_window_minutes = 59
      }
    }
  }

  expect_failures = [var.rules]
}

run "a_completion_window_less_than_an_hour_longer_is_refused" {
  command = plan

  variables {
    rules = {
      nightly = {
        schedule                  = "cron(0 1 * * ? *)"
        delete_after_days         = 30
        completion_window_minutes = 119
      }
    }
  }

  expect_failures = [var.rules]
}

run "the_seeds_weekly_lifecycle_is_refused" {
  command = plan

  variables {
    rules = {
      nightly = {
        schedule                = "cron(0 0 ? * SUN *)"
        cold_storage_after_days = 30
        delete_after_days       = 90
      }
    }
  }

  expect_failures = [var.rules]
}

run "a_copy_deleted_from_cold_storage_too_soon_is_refused" {
  command = plan

  variables {
    rules = {
      nightly = {
        schedule          = "cron(0 1 * * ? *)"
        delete_after_days = 120
        copy              = { cold_storage_after_days = 30, delete_after_days = 119 }
      }
    }
  }

  expect_failures = [var.rules]
}

run "a_backup_shorter_than_the_lock_allows_is_refused" {
  command = plan

  variables {
    rules = {
      nightly = {
        schedule          = "cron(0 1 * * ? *)"
        delete_after_days = 6
      }
    }
  }

  expect_failures = [var.rules]
}

run "a_copy_longer_than_the_lock_allows_is_refused" {
  command = plan

  variables {
    rules = {
      nightly = {
        schedule          = "cron(0 1 * * ? *)"
        delete_after_days = 30
        copy              = { delete_after_days = 401 }
      }
    }
  }

  expect_failures = [var.rules]
}

run "a_lifecycle_for_a_copy_that_is_not_made_is_refused" {
  command = plan

  variables {
    rules = {
      nightly = { schedule = "cron(0 1 * * ? *)", delete_after_days = 30 }
      weekly = {
        schedule          = "cron(0 2 ? * SUN *)"
        delete_after_days = 30
        copy_to_dr        = false
        copy              = { delete_after_days = 30 }
      }
    }
  }

  expect_failures = [var.rules]
}

run "a_plan_that_keeps_everything_in_one_region_is_refused" {
  command = plan

  variables {
    rules = {
      nightly = {
        schedule          = "cron(0 1 * * ? *)"
        delete_after_days = 30
        copy_to_dr        = false
      }
    }
  }

  expect_failures = [var.rules]
}

run "a_selection_of_nothing_is_refused" {
  command = plan

  variables {
    selection = {}
  }

  expect_failures = [var.selection]
}

run "a_selection_of_something_else_than_a_table_is_refused" {
  command = plan

  variables {
    selection = { arns = ["arn:aws:s3:::products"] }
  }

  expect_failures = [var.selection]
}
