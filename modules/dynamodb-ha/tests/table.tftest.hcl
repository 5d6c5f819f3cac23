# What the module plans for the table, its capacity, its key and its known events.

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }

  mock_data "aws_caller_identity" {
    defaults = { account_id = "111111111111" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

mock_provider "aws" {
  alias = "replica"

  mock_data "aws_region" {
    defaults = { name = "us-west-2" }
  }
}

variables {
  name     = "products"
  hash_key = { name = "id" }

  global_secondary_indexes = {
    by-category = {
      hash_key  = { name = "category" }
      range_key = { name = "id" }
    }
  }
}

run "by_default_a_table_is_the_seeds_with_everything_that_guards_it" {
  command = plan

  assert {
    condition = alltrue([
      aws_dynamodb_table.this.billing_mode == "PROVISIONED",
      aws_dynamodb_table.this.read_capacity == 5,
      aws_dynamodb_table.this.write_capacity == 5,
    ])
    error_message = "The table starts provisioned at 5 reads and 5 writes."
  }

  assert {
    condition = alltrue([
      aws_dynamodb_table.this.stream_enabled,
      aws_dynamodb_table.this.stream_view_type == "NEW_AND_OLD_IMAGES",
      aws_dynamodb_table.this.deletion_protection_enabled,
      aws_dynamodb_table.this.point_in_time_recovery[0].enabled,
      aws_dynamodb_table.this.point_in_time_recovery[0].recovery_period_in_days == 35,
      aws_dynamodb_table.this.server_side_encryption[0].enabled,
    ])
    error_message = "Stream of both images, deletion protection, 35 days of recovery and encryption are on."
  }

  assert {
    condition     = { for attribute in aws_dynamodb_table.this.attribute : attribute.name => attribute.type } == { category = "S", id = "S" }
    error_message = "Each key attribute is defined once, whatever number of keys it serves."
  }

  assert {
    condition = {
      for index in aws_dynamodb_table.this.global_secondary_index : index.name =>
      [index.hash_key, index.range_key, index.projection_type, index.read_capacity, index.write_capacity]
    } == { by-category = ["category", "id", "ALL", 5, 5] }
    error_message = "The index starts with the table's capacity."
  }

  assert {
    condition = {
      for target, limits in output.autoscaling_targets : target => [limits.baseline, limits.maximum, limits.target_utilization]
      } == {
      "read"                    = [5, 100, 70]
      "write"                   = [5, 100, 70]
      "index/by-category/read"  = [5, 100, 70]
      "index/by-category/write" = [5, 100, 70]
    }
    error_message = "Reads and writes of table and index are scaled from 5 to 100 at 70 percent."
  }
}

run "the_created_key_is_multi_region_rotates_and_gives_no_use_outside_dynamodb" {
  command = plan

  assert {
    condition     = aws_kms_key.table[0].multi_region && aws_kms_key.table[0].enable_key_rotation && aws_kms_alias.table[0].name == "alias/products"
    error_message = "A multi-Region key with rotation, named after the table."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_kms_key.table[0].policy).Statement :
      try(statement.Condition.StringEquals["kms:ViaService"] == "dynamodb.us-east-1.amazonaws.com", false)
      if length(setintersection(flatten([statement.Action]), ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:CreateGrant", "kms:*"])) > 0
    ])
    error_message = "Whoever uses the key does so through DynamoDB in this region."
  }
}

run "a_key_passed_in_is_used_and_none_is_created" {
  command = plan

  variables {
    encryption = {
      create_key  = false
      kms_key_arn = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555"
    }
  }

  assert {
    condition     = length(aws_kms_key.table) == 0 && length(aws_kms_alias.table) == 0 && output.kms_alias == null
    error_message = "No key, no alias."
  }

  assert {
    condition     = aws_dynamodb_table.this.server_side_encryption[0].kms_key_arn == var.encryption.kms_key_arn
    error_message = "The table is encrypted with the key passed in."
  }
}

run "capacity_that_autoscaling_has_moved_is_kept" {
  command = plan

  override_data {
    target = data.aws_dynamodb_tables.existing
    values = { names = ["orders", "products"] }
  }

  override_data {
    target = data.aws_dynamodb_table.live[0]
    values = {
      read_capacity  = 40
      write_capacity = 7
      global_secondary_index = [{
        name                 = "by-category"
        hash_key             = "category"
        range_key            = "id"
        projection_type      = "ALL"
        non_key_attributes   = []
        on_demand_throughput = []
        read_capacity        = 30
        write_capacity       = 8
      }]
    }
  }

  assert {
    condition     = aws_dynamodb_table.this.read_capacity == 40 && aws_dynamodb_table.this.write_capacity == 7
    error_message = "The plan asks for the capacity the table has."
  }

  assert {
    condition     = one(aws_dynamodb_table.this.global_secondary_index[*].read_capacity) == 30 && one(aws_dynamodb_table.this.global_secondary_index[*].write_capacity) == 8
    error_message = "The plan asks for the capacity the index has."
  }
}

run "live_capacity_outside_the_limits_is_brought_inside" {
  command = plan

  variables {
    capacity = {
      read  = { baseline = 20, maximum = 200 }
      write = { baseline = 5, maximum = 50 }
    }
  }

  override_data {
    target = data.aws_dynamodb_tables.existing
    values = { names = ["products"] }
  }

  override_data {
    target = data.aws_dynamodb_table.live[0]
    values = { read_capacity = 5, write_capacity = 90, global_secondary_index = [] }
  }

  assert {
    condition     = aws_dynamodb_table.this.read_capacity == 20
    error_message = "A baseline raised above the live capacity raises it."
  }

  assert {
    condition     = aws_dynamodb_table.this.write_capacity == 50
    error_message = "A maximum lowered under the live capacity lowers it."
  }

  assert {
    condition     = one(aws_dynamodb_table.this.global_secondary_index[*].read_capacity) == 20
    error_message = "An index added to a live table starts at its baseline."
  }
}

run "a_table_back_from_on_demand_starts_at_its_initial_capacity" {
  command = plan

  variables {
    capacity = { read = { initial = 60 }, write = { initial = 30 } }
  }

  override_data {
    target = data.aws_dynamodb_tables.existing
    values = { names = ["products"] }
  }

  override_data {
    target = data.aws_dynamodb_table.live[0]
    values = { read_capacity = 0, write_capacity = 0, global_secondary_index = [] }
  }

  assert {
    condition     = aws_dynamodb_table.this.read_capacity == 60 && aws_dynamodb_table.this.write_capacity == 30
    error_message = "On demand there is no live capacity to keep, so the initial one counts."
  }
}

run "on_demand_has_ceilings_instead_of_autoscaling" {
  command = plan

  variables {
    ttl_attribute = "expires_at"
    capacity      = { mode = "on_demand", on_demand_ceiling = { read = 4000, write = 1000 } }
  }

  assert {
    condition     = aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST" && length(output.autoscaling_targets) == 0
    error_message = "Billed by request, nothing to scale."
  }

  assert {
    condition     = aws_dynamodb_table.this.on_demand_throughput[0].max_read_request_units == 4000 && aws_dynamodb_table.this.on_demand_throughput[0].max_write_request_units == 1000
    error_message = "The ceilings reach the table."
  }

  assert {
    condition     = one(aws_dynamodb_table.this.ttl).enabled && one(aws_dynamodb_table.this.ttl).attribute_name == "expires_at"
    error_message = "Items expire by expires_at."
  }
}

run "a_ceiling_taken_away_is_lifted" {
  command = plan

  variables {
    capacity = { mode = "on_demand" }
  }

  override_data {
    target = data.aws_dynamodb_tables.existing
    values = { names = ["products"] }
  }

  override_data {
    target = data.aws_dynamodb_table.live[0]
    values = {
      read_capacity        = 0
      write_capacity       = 0
      on_demand_throughput = [{ max_read_request_units = 4000, max_write_request_units = 1000 }]
      global_secondary_index = [{
        name                 = "by-category"
        hash_key             = "category"
        range_key            = "id"
        projection_type      = "ALL"
        non_key_attributes   = []
        on_demand_throughput = [{ max_read_request_units = 400, max_write_request_units = 0 }]
        read_capacity        = 0
        write_capacity       = 0
      }]
    }
  }

  assert {
    condition     = aws_dynamodb_table.this.on_demand_throughput[0].max_read_request_units == -1 && aws_dynamodb_table.this.on_demand_throughput[0].max_write_request_units == -1
    error_message = "-1 lifts a ceiling of the table; leaving the block out would not."
  }

  assert {
    condition     = one(one(aws_dynamodb_table.this.global_secondary_index).on_demand_throughput).max_read_request_units == -1
    error_message = "-1 lifts a ceiling of an index."
  }
}

run "an_event_to_come_is_scheduled_at_both_ends_for_table_and_index" {
  command = plan

  variables {
    events = {
      fashion-week = {
        starts_at = "2099-09-24T06:00:00Z"
        ends_at   = "2099-09-30T22:00:00Z"
        read      = { baseline = 50, maximum = 1000 }
      }
    }
  }

  assert {
    condition     = output.autoscaling_targets["read"].baseline == 5
    error_message = "Before the event the usual limits hold."
  }

  assert {
    condition = {
      for key, action in local.scheduled_actions : key => [action.at, action.baseline, action.maximum]
      } == {
      "fashion-week-start/read"                   = ["2099-09-24T06:00:00Z", 50, 1000]
      "fashion-week-start/index/by-category/read" = ["2099-09-24T06:00:00Z", 50, 1000]
      "fashion-week-end/read"                     = ["2099-09-30T22:00:00Z", 5, 100]
      "fashion-week-end/index/by-category/read"   = ["2099-09-30T22:00:00Z", 5, 100]
    }
    error_message = "Reads of table and index are raised at the start and put back at the end; writes are left alone."
  }
}

run "during_an_event_the_plan_keeps_the_events_limits" {
  command = plan

  variables {
    events = {
      fashion-week = {
        starts_at = "2001-09-24T06:00:00Z"
        ends_at   = "2099-09-30T22:00:00Z"
        read      = { baseline = 50, maximum = 1000 }
      }
    }
  }

  assert {
    condition     = output.autoscaling_targets["read"].baseline == 50 && output.autoscaling_targets["read"].maximum == 1000
    error_message = "A plan made during an event does not end it."
  }

  assert {
    condition     = aws_dynamodb_table.this.read_capacity == 50
    error_message = "The capacity is raised to the event's baseline."
  }

  assert {
    condition     = toset(keys(local.scheduled_actions)) == toset(["fashion-week-end/read", "fashion-week-end/index/by-category/read"])
    error_message = "Only the end is still to come."
  }
}

run "after_an_event_nothing_of_it_is_left" {
  command = plan

  variables {
    events = {
      fashion-week = {
        starts_at = "2001-09-24T06:00:00Z"
        ends_at   = "2001-09-30T22:00:00Z"
        read      = { baseline = 50, maximum = 1000 }
      }
    }
  }

  assert {
    condition     = output.autoscaling_targets["read"].baseline == 5 && length(local.scheduled_actions) == 0
    error_message = "The usual limits hold and no action is scheduled."
  }
}

run "a_sparse_index_keeps_its_own_limits_through_an_event" {
  command = plan

  variables {
    global_secondary_indexes = {
      by-discount = { hash_key = { name = "discount" }, sparse = true, write = { maximum = 50 } }
    }
    events = {
      fashion-week = {
        starts_at = "2099-09-24T06:00:00Z"
        ends_at   = "2099-09-30T22:00:00Z"
        write     = { baseline = 50, maximum = 1000 }
      }
    }
  }

  assert {
    condition     = toset(keys(local.scheduled_actions)) == toset(["fashion-week-start/write", "fashion-week-end/write"])
    error_message = "Few items carry its key, so the surge passes it by."
  }
}

run "contributor_insights_cover_table_and_indexes" {
  command = plan

  variables {
    contributor_insights = true
  }

  assert {
    condition     = toset(values(aws_dynamodb_contributor_insights.table)[*].index_name) == toset([null, "by-category"])
    error_message = "The table (no index name) and its index."
  }
}
