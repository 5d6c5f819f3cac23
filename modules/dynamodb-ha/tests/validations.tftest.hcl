# Each run breaks one rule of one input and expects the plan to name that input.

mock_provider "aws" {}

mock_provider "aws" {
  alias = "replica"
}

variables {
  name     = "products"
  hash_key = { name = "id" }
}

run "a_capacity_mode_that_dynamodb_does_not_know_is_refused" {
  command = plan

  variables {
    capacity = { mode = "serverless" }
  }

  expect_failures = [var.capacity]
}

run "a_surge_factor_below_one_is_refused" {
  command = plan

  variables {
    capacity = { surge_factor = 0.5 }
  }

  expect_failures = [var.capacity]
}

run "a_baseline_of_nothing_is_refused" {
  command = plan

  variables {
    capacity = { read = { baseline = 0 } }
  }

  expect_failures = [var.capacity]
}

run "an_initial_capacity_above_the_maximum_is_refused" {
  command = plan

  variables {
    capacity = { write = { initial = 101 } }
  }

  expect_failures = [var.capacity]
}

run "a_target_utilization_that_autoscaling_does_not_take_is_refused" {
  command = plan

  variables {
    capacity = { read = { target_utilization = 95 } }
  }

  expect_failures = [var.capacity]
}

run "a_maximum_one_unit_short_of_the_surge_is_refused" {
  command = plan

  variables {
    capacity = { read = { baseline = 5, maximum = 49 } }
  }

  expect_failures = [var.capacity]
}

run "a_write_maximum_short_of_the_surge_is_refused_too" {
  command = plan

  variables {
    capacity = { write = { baseline = 11, maximum = 100 } }
  }

  expect_failures = [var.capacity]
}

run "a_request_ceiling_on_a_provisioned_table_is_refused" {
  command = plan

  variables {
    capacity = { on_demand_ceiling = { read = 1000 } }
  }

  expect_failures = [var.capacity]
}

run "a_request_ceiling_of_nothing_is_refused" {
  command = plan

  variables {
    capacity = { mode = "on_demand", on_demand_ceiling = { write = 0 } }
  }

  expect_failures = [var.capacity]
}

run "a_key_passed_in_while_one_is_created_is_refused" {
  command = plan

  variables {
    encryption = { kms_key_arn = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555" }
  }

  expect_failures = [var.encryption]
}

run "no_key_at_all_is_refused" {
  command = plan

  variables {
    encryption = { create_key = false }
  }

  expect_failures = [var.encryption]
}

run "an_alias_reserved_for_aws_is_refused" {
  command = plan

  variables {
    encryption = { alias = "alias/aws/dynamodb" }
  }

  expect_failures = [var.encryption]
}

run "a_key_deletion_window_under_a_week_is_refused" {
  command = plan

  variables {
    encryption = { deletion_window_in_days = 6 }
  }

  expect_failures = [var.encryption]
}

run "a_rotation_period_under_ninety_days_is_refused" {
  command = plan

  variables {
    encryption = { rotation_period_in_days = 30 }
  }

  expect_failures = [var.encryption]
}

run "an_event_in_local_time_is_refused" {
  command = plan

  variables {
    events = { week = { starts_at = "2099-09-24T08:00:00+02:00", ends_at = "2099-09-30T22:00:00Z" } }
  }

  expect_failures = [var.events]
}

run "an_event_on_no_real_date_is_refused" {
  command = plan

  variables {
    events = { week = { starts_at = "2099-13-24T08:00:00Z", ends_at = "2099-12-30T22:00:00Z" } }
  }

  expect_failures = [var.events]
}

run "an_event_with_a_name_that_no_scheduled_action_may_have_is_refused" {
  command = plan

  variables {
    events = { "fashion/week" = { starts_at = "2099-09-24T00:00:00Z", ends_at = "2099-09-30T00:00:00Z" } }
  }

  expect_failures = [var.events]
}

run "an_event_that_ends_before_it_starts_is_refused" {
  command = plan

  variables {
    events = { week = { starts_at = "2099-09-30T00:00:00Z", ends_at = "2099-09-24T00:00:00Z" } }
  }

  expect_failures = [var.events]
}

run "overlapping_events_are_refused" {
  command = plan

  variables {
    events = {
      paris = { starts_at = "2099-09-24T00:00:00Z", ends_at = "2099-09-30T00:00:00Z" }
      milan = { starts_at = "2099-09-29T00:00:00Z", ends_at = "2099-10-02T00:00:00Z" }
    }
  }

  expect_failures = [var.events]
}

run "an_event_for_a_table_on_demand_is_refused" {
  command = plan

  variables {
    capacity = { mode = "on_demand" }
    events   = { week = { starts_at = "2099-09-24T00:00:00Z", ends_at = "2099-09-30T00:00:00Z" } }
  }

  expect_failures = [var.events]
}

run "an_event_for_an_unknown_index_is_refused" {
  command = plan

  variables {
    events = {
      week = {
        starts_at = "2099-09-24T00:00:00Z"
        ends_at   = "2099-09-30T00:00:00Z"
        indexes   = { by-brand = { read = { baseline = 50, maximum = 500 } } }
      }
    }
  }

  expect_failures = [var.events]
}

run "an_event_with_a_baseline_above_its_maximum_is_refused" {
  command = plan

  variables {
    events = {
      week = {
        starts_at = "2099-09-24T00:00:00Z"
        ends_at   = "2099-09-30T00:00:00Z"
        read      = { baseline = 600, maximum = 500 }
      }
    }
  }

  expect_failures = [var.events]
}

run "an_event_that_lowers_the_limits_is_refused" {
  command = plan

  variables {
    events = {
      week = {
        starts_at = "2099-09-24T00:00:00Z"
        ends_at   = "2099-09-30T00:00:00Z"
        write     = { baseline = 5, maximum = 50 }
      }
    }
  }

  expect_failures = [var.events]
}

run "a_twenty_first_index_is_refused" {
  command = plan

  variables {
    global_secondary_indexes = { for number in range(21) : "by-${number + 100}" => { hash_key = { name = "category" } } }
  }

  expect_failures = [var.global_secondary_indexes]
}

run "an_index_name_with_a_space_is_refused" {
  command = plan

  variables {
    global_secondary_indexes = { "by category" = { hash_key = { name = "category" } } }
  }

  expect_failures = [var.global_secondary_indexes]
}

run "an_unknown_projection_is_refused" {
  command = plan

  variables {
    global_secondary_indexes = { by-category = { hash_key = { name = "category" }, projection_type = "SOME" } }
  }

  expect_failures = [var.global_secondary_indexes]
}

run "an_include_projection_of_nothing_is_refused" {
  command = plan

  variables {
    global_secondary_indexes = { by-category = { hash_key = { name = "category" }, projection_type = "INCLUDE" } }
  }

  expect_failures = [var.global_secondary_indexes]
}

run "an_index_key_of_a_type_that_cannot_be_a_key_is_refused" {
  command = plan

  variables {
    global_secondary_indexes = { by-category = { hash_key = { name = "category", type = "BOOL" } } }
  }

  expect_failures = [var.global_secondary_indexes]
}

run "one_attribute_with_two_types_is_refused" {
  command = plan

  variables {
    global_secondary_indexes = { by-category = { hash_key = { name = "category" }, range_key = { name = "id", type = "N" } } }
  }

  expect_failures = [var.global_secondary_indexes]
}

run "an_index_baseline_of_nothing_is_refused" {
  command = plan

  variables {
    global_secondary_indexes = { by-category = { hash_key = { name = "category" }, read = { baseline = 0 } } }
  }

  expect_failures = [var.global_secondary_indexes]
}

run "an_index_initial_below_its_baseline_is_refused" {
  command = plan

  variables {
    global_secondary_indexes = { by-category = { hash_key = { name = "category" }, read = { initial = 1 } } }
  }

  expect_failures = [var.global_secondary_indexes]
}

run "an_index_target_utilization_out_of_range_is_refused" {
  command = plan

  variables {
    global_secondary_indexes = { by-category = { hash_key = { name = "category" }, read = { target_utilization = 10 } } }
  }

  expect_failures = [var.global_secondary_indexes]
}

run "an_index_short_of_the_surge_is_refused" {
  command = plan

  variables {
    global_secondary_indexes = { by-category = { hash_key = { name = "category" }, read = { maximum = 49 } } }
  }

  expect_failures = [var.global_secondary_indexes]
}

run "an_index_that_would_throttle_the_writes_of_its_table_is_refused" {
  command = plan

  variables {
    global_secondary_indexes = { by-category = { hash_key = { name = "category" }, write = { maximum = 99 } } }
  }

  expect_failures = [var.global_secondary_indexes]
}

run "a_request_ceiling_on_an_index_of_a_provisioned_table_is_refused" {
  command = plan

  variables {
    global_secondary_indexes = { by-category = { hash_key = { name = "category" }, on_demand_ceiling = { read = 1000 } } }
  }

  expect_failures = [var.global_secondary_indexes]
}

run "a_second_replica_region_in_one_module_is_refused" {
  command = plan

  variables {
    replicas = { us-west-2 = {}, eu-west-1 = {} }
  }

  expect_failures = [var.replicas]
}

run "a_replica_in_no_region_is_refused" {
  command = plan

  variables {
    replicas = { oregon = {} }
  }

  expect_failures = [var.replicas]
}

run "a_replica_without_a_key_while_keys_are_passed_in_is_refused" {
  command = plan

  variables {
    encryption = {
      create_key  = false
      kms_key_arn = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555"
    }
    replicas = { us-west-2 = {} }
  }

  expect_failures = [var.replicas]
}

run "a_replica_policy_that_is_not_json_is_refused" {
  command = plan

  variables {
    replicas = { us-west-2 = { resource_policy = { json = "allow everyone" } } }
  }

  expect_failures = [var.replicas]
}


# Inputs with one rule each, broken together: every one must be named.
run "malformed_names_types_and_windows_are_each_refused" {
  command = plan

  variables {
    hash_key               = { name = "id", type = "L" }
    name                   = "shop/products"
    point_in_time_recovery = { recovery_period_in_days = 36 }
    range_key              = { name = "version", type = "M" }
    resource_policy        = { json = "allow everyone" }
    table_class            = "COLD"
    ttl_attribute          = ""
  }

  expect_failures = [
    var.hash_key,
    var.name,
    var.point_in_time_recovery,
    var.range_key,
    var.resource_policy,
    var.table_class,
    var.ttl_attribute,
  ]
}
