module "regional_api" {
  source = "../../modules/regional-api"

  # A module within it takes two providers, so Terraform wants this one named.
  providers = { aws = aws }

  environment     = "dr"
  name            = var.name
  domain_names    = { public = local.api_host, regional = local.failover_hosts.dr }
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

  cursor_key_arn = data.aws_kms_alias.cursor.target_key_arn
  tables = {
    products = {
      name            = data.aws_dynamodb_table.products.name
      arn             = data.aws_dynamodb_table.products.arn
      category_index  = local.category_index
      replica_regions = [var.primary_region]
    }
    idempotency = {
      name = data.aws_dynamodb_table.idempotency.name
      arn  = data.aws_dynamodb_table.idempotency.arn
    }
    kms_key_arn         = data.aws_kms_alias.products.target_key_arn
    deletion_protection = var.deletion_protection
  }
}
