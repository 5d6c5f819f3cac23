locals {
  models = {
    ProductCreate = { description = "The fields of a new product.", schema = file("${local.schema_dir}/product-create.json") }
    ProductUpdate = { description = "The full new state of a product.", schema = file("${local.schema_dir}/product-update.json") }
  }

  write_throttle = { rate_limit = var.throttle.write_rate_limit, burst_limit = var.throttle.write_burst_limit }

  # Both regions have these; what only the DR region has follows below.
  product_routes = {
    "/health"       = { GET = {} }
    "/openapi.json" = { GET = {} }
    "/products" = {
      GET  = { query_parameters = { category = false, cursor = false, limit = false } }
      POST = { authorized = true, model = "ProductCreate", throttle = local.write_throttle }
    }
    "/products/{id}" = {
      GET    = {}
      PUT    = { authorized = true, model = "ProductUpdate", throttle = local.write_throttle }
      DELETE = { authorized = true, throttle = local.write_throttle }
    }
  }

  # Route 53's checkers ask about twice a second; the throttle leaves them room and strangers little.
  switch_routes = {
    "/failover/stop" = { GET = { integration = "stop-switch", throttle = { rate_limit = 20, burst_limit = 40 } } }
  }

  has_stop_switch = var.environment == "dr"
}

module "api" {
  source = "../api"

  name                        = var.name
  description                 = "TechModa's product catalogue."
  base_path                   = local.base_path
  domain_names                = var.domain_names
  hosted_zone_id              = var.hosted_zone_id
  routes                      = merge(local.product_routes, { for path, methods in local.switch_routes : path => methods if local.has_stop_switch })
  models                      = local.models
  problem_type_prefix         = "urn:techmoda:problem:"
  cors                        = { allowed_origin = var.allowed_origin }
  throttle                    = { rate_limit = var.throttle.rate_limit, burst_limit = var.throttle.burst_limit }
  waf                         = var.waf
  manage_account_logging_role = var.manage_account_logging_role

  integration = {
    function_name = module.products.function_name
    alias         = module.products.alias_name
    invoke_arn    = module.products.invoke_arn
    timeout_ms    = (local.products_timeout_seconds + 1) * 1000
  }

  other_integrations = { for switch in module.stop_switch : "stop-switch" => switch.integration }

  authorizer = {
    function_name = module.authorizer.function_name
    alias         = module.authorizer.alias_name
    invoke_arn    = module.authorizer.invoke_arn
  }

  kms_key_arn        = aws_kms_key.operations.arn
  log_retention_days = var.log_retention_days
  tags               = var.tags
}

module "failover" {
  source = "../failover"

  name           = var.name
  role           = var.environment == "primary" ? "PRIMARY" : "SECONDARY"
  hosted_zone_id = var.hosted_zone_id
  domain_names   = merge(var.domain_names, { active = var.failover_hosts.active })
  domain_targets = module.api.domain_targets
  health_check   = merge(var.health_check, { path = "/${local.base_path}/health" })
  stop_switch    = local.has_stop_switch ? null : { host_name = var.failover_hosts.dr, path = "/${local.base_path}/failover/stop" }
  api            = { name = module.api.api_name, stage = module.api.stage_name }
  alarm_actions  = [module.monitoring.topic_arns["page"]]
  owner          = var.owner
  runbook_url    = "${var.runbook_base_url}/region-outage.md"
  tags           = var.tags
}

# The one thing that the regions do not share: the switch must not be in the region that it stops.
module "stop_switch" {
  source = "../failover/modules/stop-switch"
  count  = local.has_stop_switch ? 1 : 0

  # Its table's module takes a second provider, so Terraform wants the first one named as well.
  providers = { aws = aws }

  name                = var.name
  hosts               = var.failover_hosts
  arm_after_seconds   = module.failover.worst_case_seconds.stop
  package_path        = "${var.lambda_package_dir}/failover_control.zip"
  architecture        = var.lambda_architecture
  deletion_protection = var.tables.deletion_protection
  kms_key_arn         = aws_kms_key.operations.arn
  log_level           = var.log_level
  log_retention_days  = var.log_retention_days
  alarm_actions       = { for severity, arn in module.monitoring.topic_arns : severity => [arn] }
  owner               = var.owner
  runbook_url         = "${var.runbook_base_url}/region-outage.md"
  tags                = var.tags
}
