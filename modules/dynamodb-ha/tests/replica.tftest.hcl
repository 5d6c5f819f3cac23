# The submodules on their own, where their resources can be looked at.

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "us-west-2" }
  }

  mock_data "aws_caller_identity" {
    defaults = { account_id = "111111111111" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  region = "us-west-2"
  table  = { name = "products", arn = "arn:aws:dynamodb:us-east-1:111111111111:table/products" }
  tags   = {}

  targets = {
    read                      = { index = null, kind = "read", baseline = 5, maximum = 100, target_utilization = 70 }
    "index/by-category/write" = { index = "by-category", kind = "write", baseline = 6, maximum = 60, target_utilization = 50 }
  }

  scheduled_actions = {
    "fashion-week-start/read" = { name = "fashion-week-start", target = "read", at = "2099-09-24T06:00:00Z", baseline = 50, maximum = 1000 }
  }

  source_table = {
    home_region             = "us-east-1"
    name                    = "products"
    arn                     = "arn:aws:dynamodb:us-east-1:111111111111:table/products"
    multi_region_key_arn    = "arn:aws:kms:us-east-1:111111111111:key/mrk-11111111222233334444555555555555"
    kms_alias               = "alias/products"
    create_key              = true
    deletion_window_in_days = 30
    deletion_protection     = true
    index_names             = ["by-category"]
    contributor_insights    = true
    targets                 = {}
    scheduled_actions       = {}
  }
}

run "a_replica_has_a_key_recovery_and_protection_of_its_own" {
  command = plan

  module {
    source = "./modules/replica"
  }

  assert {
    condition = alltrue([
      aws_dynamodb_table_replica.this.global_table_arn == var.source_table.arn,
      aws_dynamodb_table_replica.this.point_in_time_recovery,
      aws_dynamodb_table_replica.this.deletion_protection_enabled,
    ])
    error_message = "Recoverable, and protected like its table."
  }

  assert {
    condition     = aws_kms_replica_key.table[0].primary_key_arn == var.source_table.multi_region_key_arn && aws_kms_alias.table[0].name == "alias/products"
    error_message = "The key is a replica of the table's, under the same alias."
  }

  assert {
    condition     = strcontains(aws_kms_replica_key.table[0].policy, "dynamodb.us-west-2.amazonaws.com") && !strcontains(aws_kms_replica_key.table[0].policy, "us-east-1")
    error_message = "Its key works through DynamoDB in the replica's region only."
  }

  assert {
    condition     = toset(values(aws_dynamodb_contributor_insights.replica)[*].index_name) == toset([null, "by-category"])
    error_message = "Contributor insights cover the replica and its index."
  }
}

run "a_replica_may_be_less_protected_than_its_table" {
  command = plan

  module {
    source = "./modules/replica"
  }

  variables {
    settings = { deletion_protection = false, point_in_time_recovery = false }
  }

  assert {
    condition     = !aws_dynamodb_table_replica.this.deletion_protection_enabled && !aws_dynamodb_table_replica.this.point_in_time_recovery
    error_message = "What the replica says of itself counts."
  }
}

run "a_provider_of_another_region_is_refused" {
  command = plan

  module {
    source = "./modules/replica"
  }

  variables {
    region = "eu-west-1"
  }

  expect_failures = [aws_dynamodb_table_replica.this]
}

run "a_replica_in_the_tables_own_region_is_refused" {
  command = plan

  module {
    source = "./modules/replica"
  }

  variables {
    source_table = {
      home_region             = "us-west-2"
      name                    = "products"
      arn                     = "arn:aws:dynamodb:us-west-2:111111111111:table/products"
      multi_region_key_arn    = "arn:aws:kms:us-west-2:111111111111:key/mrk-11111111222233334444555555555555"
      kms_alias               = "alias/products"
      create_key              = true
      deletion_window_in_days = 30
      deletion_protection     = true
      index_names             = []
      contributor_insights    = false
      targets                 = {}
      scheduled_actions       = {}
    }
  }

  expect_failures = [aws_dynamodb_table_replica.this]
}

run "autoscaling_names_table_and_index_as_aws_does" {
  command = plan

  module {
    source = "./modules/autoscaling"
  }

  assert {
    condition = {
      for key, target in aws_appautoscaling_target.this : key =>
      [target.resource_id, target.scalable_dimension, target.min_capacity, target.max_capacity]
      } == {
      "read"                    = ["table/products", "dynamodb:table:ReadCapacityUnits", 5, 100]
      "index/by-category/write" = ["table/products/index/by-category", "dynamodb:index:WriteCapacityUnits", 6, 60]
    }
    error_message = "Resource ids, dimensions and limits."
  }

  assert {
    condition = {
      for key, policy in aws_appautoscaling_policy.this : key => [
        policy.target_tracking_scaling_policy_configuration[0].target_value,
        policy.target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].predefined_metric_type,
      ]
      } == {
      "read"                    = [70, "DynamoDBReadCapacityUtilization"]
      "index/by-category/write" = [50, "DynamoDBWriteCapacityUtilization"]
    }
    error_message = "Each target tracks the utilization of its kind."
  }

  assert {
    condition     = aws_appautoscaling_scheduled_action.this["fashion-week-start/read"].name == "products.fashion-week-start.read"
    error_message = "Application Auto Scaling takes no slash, colon or bar in the name of a scheduled action."
  }

  assert {
    condition     = aws_appautoscaling_scheduled_action.this["fashion-week-start/read"].schedule == "at(2099-09-24T06:00:00)" && aws_appautoscaling_scheduled_action.this["fashion-week-start/read"].timezone == "UTC"
    error_message = "One-time, in UTC."
  }
}
