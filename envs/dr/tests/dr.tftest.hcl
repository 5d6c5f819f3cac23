# What this root module decides by itself; its modules have tests of their own and are left out here.

mock_provider "aws" {
  mock_data "aws_backup_vault" {
    defaults = { arn = "arn:aws:backup:us-west-2:123456789012:backup-vault:techmoda-api-vault-dr" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:us-west-2:123456789012:table/techmoda-api-products" }
  }
}

override_module {
  target = module.restore
}

override_module {
  target  = module.backup_manager
  outputs = { alarm_names = ["shop-backup"], log_group_name = "backups" }
}

override_module {
  target = module.recovery_at_scale
  outputs = {
    alarm_name        = "shop-recovery-failed"
    bucket_name       = "shop-recovery"
    log_group_names   = { function = "recovery", state_machine = "recovery-states" }
    state_machine_arn = "arn:aws:states:us-east-1:123456789012:stateMachine:shop-recovery"
  }
}

override_module {
  target = module.regional_api
  outputs = {
    api_name               = "shop"
    availability_objective = 0.9999
    canary                 = { namespace = "TechModa/Canary", service = "canary", targets = { public = "page" } }
    headline_alarm_names   = ["shop-canary-public"]
    products_function_name = "shop-products"

    incident_response = {
      function_alias    = "live"
      function_name     = "shop-incidents"
      parking_queue_url = "https://sqs.us-east-1.amazonaws.com/123456789012/shop-incidents-parked"
      playbooks         = { alarms = {} }
      role_name         = "shop-incidents"
      table_name        = "shop-incidents"
    }
    alarm_names     = ["shop-api"]
    log_group_names = { products = "products" }
    topic_arn       = "arn:aws:sns:us-west-2:123456789012:shop-alerts"

    stop_switch = { function_name = "shop-failover", operator_policy_arn = "arn:aws:iam::123456789012:policy/shop-failover-operator", table_name = "shop-failover" }
  }
}

variables {
  domain_name        = "shop.example.com"
  jwt_audience       = "shop"
  jwt_issuer         = "https://login.example.com/"
  jwt_public_keys    = { first = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n" }
  lambda_package_dir = "packages"
}

run "the_region_finds_its_own_replicas_by_name" {
  assert {
    condition     = data.aws_dynamodb_table.products.name == "techmoda-api-products" && data.aws_dynamodb_table.idempotency.name == "techmoda-api-idempotency"
    error_message = "The tables must be looked up by the names that the primary environment gives them."
  }
  assert {
    condition     = data.aws_kms_alias.products.name == "alias/techmoda-api-products" && data.aws_kms_alias.cursor.name == "alias/techmoda-api-cursor"
    error_message = "The keys must be looked up by alias: no ARN of the other region is needed."
  }
  assert {
    condition     = output.table_arn == "arn:aws:dynamodb:us-west-2:123456789012:table/techmoda-api-products" && output.backup_vault_name == "techmoda-api-vault-dr"
    error_message = "The outputs must name what is in this region."
  }
}

run "another_name_finds_the_other_tables" {
  variables {
    name = "shop"
  }

  assert {
    condition     = data.aws_dynamodb_table.products.name == "shop-products" && data.aws_kms_alias.cursor.name == "alias/shop-cursor" && data.aws_backup_vault.copies.name == "shop-vault-dr" && data.aws_dynamodb_table.erasures.name == "shop-erasures"
    error_message = "All names must derive from the one that both environments share."
  }
}

run "the_copies_are_of_the_primary_regions_table_and_their_failures_are_told" {
  assert {
    condition     = local.backed_up_table_arn == "arn:aws:dynamodb:us-east-1:123456789012:table/techmoda-api-products"
    error_message = "Its ARN must be known without asking its region."
  }
  assert {
    condition     = contains(aws_backup_vault_notifications.copies.backup_vault_events, "RESTORE_JOB_FAILED") && aws_backup_vault_notifications.copies.backup_vault_name == "techmoda-api-vault-dr"
    error_message = "A restore that fails here must be told here."
  }
}

run "data_in_a_region_that_the_law_does_not_allow_is_refused" {
  command = plan

  variables {
    allowed_data_regions = ["us-east-1", "eu-west-1"]
  }

  expect_failures = [var.allowed_data_regions]
}

run "malformed_names_are_refused" {
  command = plan

  variables {
    # A dot would make it two labels.
    api_subdomain = "api.v1"
    # A closing dot.
    domain_name = "shop.example.com."
    # AWS names are made of it.
    name = "TechModa API"
  }

  expect_failures = [var.api_subdomain, var.domain_name, var.name]
}

run "a_dr_region_that_is_the_primary_region_is_refused" {
  command = plan

  variables {
    dr_region = "us-east-1"
  }

  expect_failures = [var.dr_region]
}

run "both_regions_are_shown_on_one_dashboard" {
  assert {
    condition     = output.global_dashboard_name == "techmoda-api-global"
    error_message = "The region that can still be changed in a disaster makes it."
  }
}
