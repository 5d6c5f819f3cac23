# Applied against a mocked provider: what is asserted is how the parts of a region are put together.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555" }
  }
}

override_module {
  target = module.api
  outputs = {
    api_name    = "shop"
    rest_api_id = "abcdefghij"
    stage_name  = "live"
    domain_targets = {
      public   = { domain_name = "d-aaaaaaaaaa.execute-api.us-east-1.amazonaws.com", zone_id = "Z1UJRXOUMOOFQ8" }
      regional = { domain_name = "d-bbbbbbbbbb.execute-api.us-east-1.amazonaws.com", zone_id = "Z1UJRXOUMOOFQ8" }
    }
    log_group_names = { access = "access", execution = "execution", waf = "waf" }
  }
}

override_module {
  target = module.monitoring
  outputs = {
    alarm_names = [
      "shop-api-5xx", "shop-api-latency", "shop-lambda-authorizer-throttles", "shop-lambda-products-throttles",
      "shop-table-products-index-by-category-read-throttles", "shop-table-products-index-by-category-write-throttles",
      "shop-table-products-read-throttles", "shop-table-products-write-throttles",
    ]
    availability_objective = 0.9999
    dashboard_name         = "shop-us-east-1"
    headline_alarm_names   = ["shop-canary-public"]
    service_level          = { period_days = 30 }
    topic_arn              = "arn:aws:sns:us-east-1:123456789012:shop-page"
    topic_arns = {
      page   = "arn:aws:sns:us-east-1:123456789012:shop-page"
      ticket = "arn:aws:sns:us-east-1:123456789012:shop-ticket"
    }
    topic_kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/99999999-2222-3333-4444-555555555555"
  }
}

# The functions have tests of their own; here they only need names.
override_module {
  target = module.products
  outputs = {
    alias_name        = "live"
    canary_alarm_name = null
    function_name     = "shop-products"
    invoke_arn        = "arn:aws:apigateway:us-east-1:lambda:path/products"
    log_group_name    = "/aws/lambda/shop-products"
    role_name         = "shop-products-us-east-1"
    version           = "1"
  }
}

override_module {
  target = module.authorizer
  outputs = {
    alias_name     = "live"
    function_name  = "shop-authorizer"
    invoke_arn     = "arn:aws:apigateway:us-east-1:lambda:path/authorizer"
    log_group_name = "/aws/lambda/shop-authorizer"
  }
}

override_module {
  target = module.canary
  outputs = {
    failed_events_queue_name = "shop-canary-failed-events"
    function                 = { name = "shop-canary", alias = "live", reserved_concurrency = 2, severity = "ticket" }
    log_group_name           = "/aws/lambda/shop-canary"
    metrics                  = { namespace = "TechModa/Canary", service = "canary", targets = { public = "page" } }
  }
}

override_module {
  target = module.stop_switch
  outputs = {
    failed_events_queue_name = "shop-failover-failed-events"
    function                 = { name = "shop-failover", alias = "live", reserved_concurrency = 5, severity = "ticket" }
    alarm_names              = ["shop-failed-over", "shop-latch-silent", "shop-stop-engaged"]
    failed_over_alarm_name   = "shop-failed-over"
    latch_alarm_name         = "shop-latch-silent"
    function_alias           = "live"
    function_name            = "shop-failover"
    integration              = { function_name = "shop-failover", alias = "live", invoke_arn = "arn:aws:apigateway:us-west-2:lambda:path/failover", timeout_ms = 2000 }
    log_group_name           = "/aws/lambda/shop-failover"
    operator_policy_arn      = "arn:aws:iam::123456789012:policy/shop-failover-operator"
    table_kms_key_arn        = "arn:aws:kms:us-west-2:123456789012:key/88888888-2222-3333-4444-555555555555"
    table_name               = "shop-failover"
  }
}

# It has tests of its own.
override_module {
  target = module.incident_response
  outputs = {
    alarm_names       = ["shop-responder-silent"]
    function_alias    = "live"
    function_name     = "shop-incidents"
    log_group_name    = "/aws/lambda/shop-incidents"
    parking_queue_url = "https://sqs.us-east-1.amazonaws.com/123456789012/shop-incidents-parked"
    playbooks         = { alarms = { shop-api-5xx = { playbook = "roll-back" } } }
    role_name         = "shop-incidents-us-east-1"
    table_name        = "shop-incidents"
  }
}

variables {
  account_concurrency         = 1000
  owner                       = "catalogue"
  environment                 = "primary"
  name                        = "shop"
  hosted_zone_id              = "Z0123456789"
  domain_names                = { public = "api.example.com", regional = "api-us-east-1.example.com" }
  failover_hosts              = { active = "api-active.example.com", primary = "api-us-east-1.example.com", dr = "api-us-west-2.example.com" }
  allowed_origin              = "https://www.example.com"
  health_check                = { interval_seconds = 10, failure_threshold = 3 }
  lambda_architecture         = "arm64"
  lambda_package_dir          = "tests/fixtures/packages"
  log_level                   = "INFO"
  log_retention_days          = 365
  manage_account_logging_role = true
  runbook_base_url            = "https://runbooks.example.com"
  throttle                    = { rate_limit = 200, burst_limit = 400, write_rate_limit = 50, write_burst_limit = 100 }
  waf                         = { requests_per_address = 10000 }
  products_capacity           = { reserved_concurrency = 100, provisioned = { minimum = 2, maximum = 50 } }
  authorizer_capacity         = { reserved_concurrency = 20 }
  cursor_key_arn              = "arn:aws:kms:us-east-1:123456789012:key/mrk-11111111222233334444555555555555"
  jwt = {
    issuer      = "https://login.example.com/"
    audience    = "shop"
    public_keys = { first = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n" }
  }
  tables = {
    products            = { name = "shop-products", arn = "arn:aws:dynamodb:us-east-1:123456789012:table/shop-products", category_index = "by-category", replica_regions = ["us-west-2"] }
    idempotency         = { name = "shop-idempotency", arn = "arn:aws:dynamodb:us-east-1:123456789012:table/shop-idempotency" }
    kms_key_arn         = "arn:aws:kms:us-east-1:123456789012:key/mrk-55555555666677778888999999999999"
    deletion_protection = true
  }
}

run "a_region_has_its_urls_its_key_and_its_alarms" {
  assert {
    condition     = output.api_url == "https://api.example.com/v1" && output.regional_api_url == "https://api-us-east-1.example.com/v1"
    error_message = "Both URLs must end with the base path."
  }
  assert {
    condition     = toset(output.alarm_names) == setunion(module.monitoring.alarm_names, ["shop-endpoint-down", "shop-responder-silent"])
    error_message = "The alarms of monitoring, of failover and of the responder must be named together."
  }
  assert {
    condition     = output.worst_case_seconds == { detection = 48, rto = 108, stop = 92 }
    error_message = "The health check's settings must reach the failover."
  }
  assert {
    condition     = toset(keys(output.log_group_names)) == toset(["access", "authorizer", "canary", "execution", "incidents", "products", "waf"])
    error_message = "Every log group must be put out."
  }
  assert {
    condition     = output.failed_event_queue_names == { backups = "shop-backups-failed-events", canary = "shop-canary-failed-events", incidents = "shop-incidents-parked" }
    error_message = "Every queue that keeps events for a person must be put out."
  }
  assert {
    condition     = aws_kms_key.operations.enable_key_rotation && !coalesce(aws_kms_key.operations.multi_region, false)
    error_message = "The region's own key must rotate and stay in the region."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_kms_key.operations.policy).Statement :
      strcontains(statement.Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"], ":us-east-1:123456789012:log-group:")
      if statement.Sid == "LogsOfThisApi"
    ])
    error_message = "CloudWatch Logs may use the key for this account's log groups in this region only."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_kms_key.operations.policy).Statement :
      statement.Principal.Service == "events.amazonaws.com" && statement.Condition.StringEquals["aws:SourceAccount"] == "123456789012"
      if !contains(["AccountDecidesByIam", "LogsOfThisApi"], statement.Sid)
    ])
    error_message = "Besides, only rules of this account may use the key."
  }
}

run "the_primary_region_is_stopped_from_the_dr_regions_own_name" {
  assert {
    condition     = toset(keys(output.health_check_ids)) == toset(["endpoint", "in_service", "stop"]) && output.stop_switch == null
    error_message = "The primary region has the checks and not the switch."
  }
}

run "the_other_region_with_the_same_configuration_has_the_same_fingerprint" {
  variables {
    environment    = "dr"
    domain_names   = { public = "api.example.com", regional = "api-us-west-2.example.com" }
    cursor_key_arn = "arn:aws:kms:us-west-2:123456789012:key/mrk-11111111222233334444555555555555"
    tables = {
      products            = { name = "shop-products", arn = "arn:aws:dynamodb:us-west-2:123456789012:table/shop-products", category_index = "by-category", replica_regions = ["us-east-1"] }
      idempotency         = { name = "shop-idempotency", arn = "arn:aws:dynamodb:us-west-2:123456789012:table/shop-idempotency" }
      kms_key_arn         = "arn:aws:kms:us-west-2:123456789012:key/mrk-55555555666677778888999999999999"
      deletion_protection = true
    }
  }

  assert {
    condition     = output.configuration_fingerprint == run.a_region_has_its_urls_its_key_and_its_alarms.configuration_fingerprint
    error_message = "What differs between regions by nature must not count as drift."
  }
  assert {
    condition     = jsonencode(output.stop_switch) == jsonencode({ alarm_names = ["shop-failed-over", "shop-latch-silent", "shop-stop-engaged"], function_name = "shop-failover", operator_policy_arn = "arn:aws:iam::123456789012:policy/shop-failover-operator", table_name = "shop-failover" })
    error_message = "The DR region has the switch."
  }
  assert {
    condition     = output.failed_event_queue_names.failover == "shop-failover-failed-events"
    error_message = "The switch's queue must be put out."
  }
  assert {
    condition     = keys(output.health_check_ids) == ["endpoint"] && output.log_group_names.failover == "/aws/lambda/shop-failover" && contains(output.alarm_names, "shop-latch-silent")
    error_message = "The DR region is checked by its endpoint alone, and the switch's log and alarms are its own."
  }
}

run "a_region_that_was_configured_otherwise_has_another_fingerprint" {
  variables {
    throttle = { rate_limit = 100, burst_limit = 400, write_rate_limit = 50, write_burst_limit = 100 }
  }

  assert {
    condition     = output.configuration_fingerprint != run.a_region_has_its_urls_its_key_and_its_alarms.configuration_fingerprint
    error_message = "A throttle that only one region has is drift."
  }
}

run "an_unknown_environment_and_a_private_key_are_refused" {
  command = plan

  variables {
    environment = "staging"
    jwt = {
      issuer      = "https://login.example.com/"
      audience    = "shop"
      public_keys = { first = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" }
    }
  }

  expect_failures = [var.environment, var.jwt]
}

run "an_api_that_trusts_nobody_is_refused" {
  command = plan

  variables {
    jwt = { issuer = "https://login.example.com/", audience = "shop", public_keys = {} }
  }

  expect_failures = [var.jwt]
}

run "an_issuer_that_is_no_https_url_is_refused" {
  command = plan

  variables {
    jwt = {
      issuer      = "http://login.example.com/"
      audience    = "shop"
      public_keys = { first = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n" }
    }
  }

  expect_failures = [var.jwt]
}

run "a_playbook_that_waits_for_an_alarm_that_nobody_makes_is_refused" {
  command = plan

  override_module {
    target = module.incident_response
    outputs = {
      alarm_names       = []
      parking_queue_url = "https://sqs.us-east-1.amazonaws.com/123456789012/shop-incidents-parked"
      playbooks         = { alarms = { shop-api-5xx = { playbook = "roll-back" }, shop-gone = { playbook = "roll-back" } } }
    }
  }

  expect_failures = [output.incident_response]
}
