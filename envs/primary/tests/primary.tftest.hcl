# What this root module decides by itself; its modules have tests of their own and are left out here.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:us-east-1:123456789012:key/mrk-11111111222233334444555555555555" }
  }
}

mock_provider "aws" {
  alias = "replica"

  mock_resource "aws_kms_replica_key" {
    defaults = { key_id = "mrk-11111111222233334444555555555555" }
  }
}

override_module {
  target = module.regional_api
  outputs = {
    alarm_names     = ["shop-api"]
    log_group_names = { products = "products" }
    incident_response = {
      function_alias    = "live"
      function_name     = "shop-incidents"
      parking_queue_url = "https://sqs.us-east-1.amazonaws.com/123456789012/shop-incidents-parked"
      playbooks         = { alarms = {} }
      role_name         = "shop-incidents"
      table_name        = "shop-incidents"
    }
  }
}

override_module {
  target = module.backup
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
  target = module.erasures_table
  outputs = {
    kms_key_arns = { us-east-1 = "arn:aws:kms:us-east-1:123456789012:key/mrk-33333333444455556666777777777777" }
    table_arn    = "arn:aws:dynamodb:us-east-1:123456789012:table/techmoda-api-erasures"
    table_name   = "techmoda-api-erasures"
  }
}

override_module {
  target = module.products_table
  outputs = {
    kms_key_arns = {
      us-east-1 = "arn:aws:kms:us-east-1:123456789012:key/mrk-22222222333344445555666666666666"
      us-west-2 = "arn:aws:kms:us-west-2:123456789012:key/mrk-22222222333344445555666666666666"
    }
    replica_arns = { us-west-2 = "arn:aws:dynamodb:us-west-2:123456789012:table/techmoda-api-products" }
    table_arn    = "arn:aws:dynamodb:us-east-1:123456789012:table/techmoda-api-products"
    table_name   = "techmoda-api-products"
  }
}

override_module {
  target = module.idempotency_table
  outputs = {
    table_arn  = "arn:aws:dynamodb:us-east-1:123456789012:table/techmoda-api-idempotency"
    table_name = "techmoda-api-idempotency"
  }
}

variables {
  domain_name        = "shop.example.com"
  jwt_audience       = "shop"
  jwt_issuer         = "https://login.example.com/"
  jwt_public_keys    = { first = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n" }
  lambda_package_dir = "packages"
}

run "cursors_are_signed_by_one_key_in_both_regions" {
  assert {
    condition = (
      aws_kms_key.cursor.key_usage == "GENERATE_VERIFY_MAC" && aws_kms_key.cursor.customer_master_key_spec == "HMAC_256" && aws_kms_key.cursor.multi_region
    )
    error_message = "The key must make MACs and be multi-Region."
  }
  assert {
    condition     = aws_kms_replica_key.cursor.primary_key_arn == aws_kms_key.cursor.arn
    error_message = "The DR region must hold a replica of the same key, or cursors would die in a failover."
  }
  assert {
    condition     = aws_kms_alias.cursor.name == "alias/techmoda-api-cursor" && aws_kms_alias.cursor_replica.name == aws_kms_alias.cursor.name && aws_kms_alias.cursor_replica.target_key_id == aws_kms_replica_key.cursor.key_id
    error_message = "Both must have the name by which the DR environment finds its own."
  }
}

run "what_was_made_in_the_dr_region_is_put_out" {
  assert {
    condition     = output.replica_region == "us-west-2" && output.replica_table_arn == "arn:aws:dynamodb:us-west-2:123456789012:table/techmoda-api-products"
    error_message = "The replica must be named."
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
