# Which alarm leads to which playbook in this region. The alarms' names are put together here, as a plan must know
# them; output `incident_response` checks that each of them exists.

locals {
  playbooks_of_tables = merge([
    for index, subject in { "" = "table-products", (var.tables.products.category_index) = "table-products-index-${var.tables.products.category_index}" } : {
      for throughput in ["read", "write"] : "${var.name}-${subject}-${throughput}-throttles" => {
        table_name = var.tables.products.name
        index_name = index
        throughput = throughput
      }
    }
  ]...)

  # In the DR region: Route 53 has failed over, or this region's canary finds the primary one down, or the latch, which
  # would keep a failover, does not work.
  playbook_of_failover = one([
    for switch in module.stop_switch : {
      alarm_names       = [switch.failed_over_alarm_name, switch.latch_alarm_name, "${var.name}-canary-primary"]
      table_name        = switch.table_name
      table_kms_key_arn = switch.table_kms_key_arn
      function_name     = switch.function_name
      alias             = switch.function_alias
    }
  ])
}

module "incident_response" {
  source = "../incident-response"

  # A module within it takes two providers, so Terraform wants this one named.
  providers = { aws = aws }

  name                = var.name
  package_path        = "${var.lambda_package_dir}/incident_responder.zip"
  architecture        = var.lambda_architecture
  deletion_protection = var.tables.deletion_protection
  kms_key_arn         = aws_kms_key.operations.arn
  log_level           = var.log_level
  log_retention_days  = var.log_retention_days
  topic               = { arn = module.monitoring.topic_arn, kms_key_arn = module.monitoring.topic_kms_key_arn }
  alarm_actions       = { for severity, arn in module.monitoring.topic_arns : severity => [arn] }
  owner               = var.owner
  runbook_base_url    = var.runbook_base_url
  tags                = var.tags

  dry_run = var.incident_response.dry_run
  limits = {
    acts_per_hour        = var.incident_response.acts_per_hour
    stable_after_seconds = var.incident_response.stable_after_seconds
  }

  raise_capacity = local.playbooks_of_tables
  roll_back      = { "${var.name}-api-5xx" = { function_name = module.products.function_name, alias = module.products.alias_name } }
  keep_failover  = local.playbook_of_failover
  restart_backup = var.incident_response.restart_backup

  report_concurrency = merge([
    for label, function in { products = module.products.function_name, authorizer = module.authorizer.function_name } : {
      for sign in ["concurrency", "throttles"] : "${var.name}-lambda-${label}-${sign}" => { function_name = function }
    }
  ]...)
}
