# What the role may do, with the function's module as it is.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { name = "us-west-2" }
  }
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:us-west-2:123456789012:rule/shop-incidents" }
  }
  mock_resource "aws_lambda_alias" {
    defaults = { arn = "arn:aws:lambda:us-west-2:123456789012:function:shop-incidents:live" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/shop-incidents-us-west-2" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = {
      arn = "arn:aws:sqs:us-west-2:123456789012:shop-incidents-parked"
      url = "https://sqs.us-west-2.amazonaws.com/123456789012/shop-incidents-parked"
    }
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

run "one_playbook_brings_its_own_permissions_and_no_others" {
  assert {
    condition     = toset(keys(merge(local.own_permissions, local.playbook_permissions...))) == toset(["KeepRecords", "UseRecordsKey", "TellPeople", "UseTopicKey", "ParkEvents", "UseQueueKey", "PointAliasBack"])
    error_message = "A role has nothing of playbooks that no alarm leads to."
  }
  assert {
    condition     = length(local.unscoped_actions) == 0
    error_message = "Going back needs nothing without a resource."
  }
  assert {
    condition = toset(local.roll_back_permissions.PointAliasBack.resources) == toset([
      "arn:aws:lambda:us-west-2:123456789012:function:shop-products", "arn:aws:lambda:us-west-2:123456789012:function:shop-products:live",
    ])
    error_message = "Only this alias may be moved."
  }
}

run "capacity_is_raised_for_the_named_tables_and_dimensions_alone" {
  variables {
    raise_capacity = {
      shop-writes = { table_name = "shop-products", throughput = "write" }
      shop-index  = { table_name = "shop-products", index_name = "by-category", throughput = "read" }
    }
  }

  assert {
    condition = { for condition in local.raise_capacity_permissions.RaiseMinimumAndReturn.conditions : condition.variable => join(",", condition.values) } == {
      "application-autoscaling:service-namespace"  = "dynamodb"
      "application-autoscaling:scalable-dimension" = "dynamodb:index:ReadCapacityUnits,dynamodb:table:WriteCapacityUnits"
    }
    error_message = "No other dimension may be scaled."
  }
  assert {
    condition     = local.raise_capacity_permissions.BeScaledByService.resources == ["arn:aws:dynamodb:us-west-2:123456789012:table/shop-products"] && local.raise_capacity_permissions.BeScaledByService.conditions[0].variable == "aws:ViaAWSService"
    error_message = "The table may be changed by the service alone, and no other table."
  }
  assert {
    condition     = join(",", local.unscoped_actions) == "application-autoscaling:DescribeScalableTargets,application-autoscaling:DescribeScheduledActions"
    error_message = "What has no resource is only read."
  }
}

run "the_switch_can_be_read_and_not_written" {
  variables {
    keep_failover = {
      alarm_names       = ["shop-primary-down"]
      table_name        = "shop-failover"
      table_kms_key_arn = "arn:aws:kms:us-west-2:123456789012:key/88888888-7777-8888-9999-000000000000"
      function_name     = "shop-failover"
      alias             = "live"
    }
  }

  assert {
    condition = flatten([
      for statement in values(merge(local.own_permissions, local.playbook_permissions...)) : statement.actions
      if contains(statement.resources, "arn:aws:dynamodb:us-west-2:123456789012:table/shop-failover")
    ]) == ["dynamodb:GetItem"]
    error_message = "The latch alone writes the switch."
  }
}

run "a_backup_is_started_in_its_vault_with_its_role" {
  variables {
    restart_backup = {
      vault_name = "shop-vault"
      vault_arn  = "arn:aws:backup:us-west-2:123456789012:backup-vault:shop-vault"
      role_arn   = "arn:aws:iam::123456789012:role/shop-backup"
      plan_arn   = "arn:aws:backup:us-west-2:123456789012:backup-plan:11111111-2222-3333-4444-555555555555"
    }
  }

  assert {
    condition     = local.restart_backup_permissions[0].PassBackupRole.resources == ["arn:aws:iam::123456789012:role/shop-backup"] && local.restart_backup_permissions[0].PassBackupRole.conditions[0].values == ["backup.amazonaws.com"]
    error_message = "The role goes to AWS Backup and to nobody else."
  }
  assert {
    condition     = local.restart_backup_permissions[0].StartBackupAgain.resources == ["arn:aws:backup:us-west-2:123456789012:backup-vault:shop-vault"]
    error_message = "Jobs are started in this vault alone."
  }
}
