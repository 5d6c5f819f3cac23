module "regional_api" {
  source = "../../modules/regional-api"

  # A module within it takes two providers, so Terraform wants this one named.
  providers = { aws = aws }

  environment     = "primary"
  name            = var.name
  domain_names    = { public = local.api_host, regional = local.failover_hosts.primary }
  failover_hosts  = local.failover_hosts
  hosted_zone_id  = local.hosted_zone_id
  allowed_origin  = local.allowed_origin
  health_check    = var.health_check
  products_canary = var.products_canary
  waf             = var.waf

  incident_response = merge(var.incident_response, { restart_backup = local.backups_to_restart })

  jwt = {
    issuer      = var.jwt_issuer
    audience    = var.jwt_audience
    public_keys = var.jwt_public_keys
  }

  products_capacity   = module.capacity.products
  authorizer_capacity = module.capacity.authorizer
  throttle            = module.capacity.throttle

  lambda_architecture = var.lambda_architecture
  lambda_package_dir  = var.lambda_package_dir

  account_concurrency         = module.capacity.account_concurrency
  alarm_email                 = var.alarm_email
  monitoring                  = var.monitoring
  owner                       = var.owner
  runbook_base_url            = var.runbook_base_url
  log_level                   = var.log_level
  log_retention_days          = var.log_retention_days
  manage_account_logging_role = var.manage_account_settings

  cursor_key_arn = aws_kms_key.cursor.arn
  tables = {
    products = {
      name            = module.products_table.table_name
      arn             = module.products_table.table_arn
      category_index  = local.category_index
      replica_regions = [var.dr_region]
    }
    idempotency = {
      name = module.idempotency_table.table_name
      arn  = module.idempotency_table.table_arn
    }
    kms_key_arn         = module.products_table.kms_key_arns[var.primary_region]
    deletion_protection = var.deletion_protection
  }
}
