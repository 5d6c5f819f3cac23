module "monitoring" {
  source = "../monitoring"

  name                = var.name
  owner               = var.owner
  alarm_email         = var.alarm_email
  webhooks            = var.monitoring.webhooks
  runbook_base_url    = var.runbook_base_url
  period_seconds      = var.monitoring.period_seconds
  slo                 = var.monitoring.slo
  thresholds          = var.monitoring.thresholds
  account_concurrency = var.account_concurrency
  api                 = { name = module.api.api_name, stage = module.api.stage_name }
  canary              = module.canary.metrics
  other_alarm_names   = local.other_alarm_names
  tags                = var.tags

  functions = merge(
    {
      products = {
        name                 = module.products.function_name
        alias                = module.products.alias_name
        reserved_concurrency = var.products_capacity.reserved_concurrency
      }
      authorizer = {
        name                 = module.authorizer.function_name
        alias                = module.authorizer.alias_name
        reserved_concurrency = var.authorizer_capacity.reserved_concurrency
      }
      canary = module.canary.function
    },
    { for switch in module.stop_switch : "failover" => switch.function },
  )

  failed_event_queues = local.failed_event_queues

  tables = {
    products = {
      name            = var.tables.products.name
      indexes         = [var.tables.products.category_index]
      replica_regions = var.tables.products.replica_regions
    }
    # Receipts are replicated as well: without them a create that is repeated after a failover is made twice.
    idempotency = {
      name            = var.tables.idempotency.name
      provisioned     = false
      replica_regions = var.tables.products.replica_regions
    }
  }

  # Route 53's metrics exist in us-east-1 only; elsewhere the alarm of modules/failover watches the endpoint, and the
  # canary of this region the other one's.
  health_checks = local.region == "us-east-1" ? { "${var.environment}-endpoint" = module.failover.health_check_id } : {}
}

# Looks from this region at both regions and at the name that customers use. A dead standby costs nobody anything yet,
# so it can wait for the morning; the endpoint's own alarm pages where it is.
module "canary" {
  source = "../canary"

  name               = var.name
  package_path       = "${var.lambda_package_dir}/canary.zip"
  architecture       = var.lambda_architecture
  kms_key_arn        = aws_kms_key.operations.arn
  log_level          = var.log_level
  log_retention_days = var.log_retention_days
  tags               = var.tags

  targets = {
    public  = { url = "https://${var.domain_names.public}/${local.base_path}", severity = "page" }
    primary = { url = "https://${var.failover_hosts.primary}/${local.base_path}", severity = "page" }
    dr      = { url = "https://${var.failover_hosts.dr}/${local.base_path}", severity = "ticket" }
  }
}

locals {
  failed_event_queues = merge(
    # The backup manager is made in envs/*/backup.tf, by this name.
    { backups = "${var.name}-backups-failed-events", canary = module.canary.failed_events_queue_name },
    { for switch in module.stop_switch : "failover" => switch.failed_events_queue_name },
  )

  other_alarm_names = sort(concat(
    [module.failover.alarm_name],
    compact([module.products.canary_alarm_name]),
    flatten(module.stop_switch[*].alarm_names),
    module.incident_response.alarm_names,
  ))
}
