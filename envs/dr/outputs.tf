output "alarm_names" {
  description = "The names of all alarms in this region, sorted."
  value       = sort(concat(module.regional_api.alarm_names, module.backup_manager.alarm_names, [module.recovery_at_scale.alarm_name]))
}

output "api_url" {
  description = "The URL that clients use; DNS leads it to a healthy region."
  value       = module.regional_api.api_url
}

output "authorizer_function_name" {
  description = "The name of the function that judges tokens."
  value       = module.regional_api.authorizer_function_name
}

output "backup_manager_function_alias" {
  description = "The alias of the function that restores the products table and validates its backups."
  value       = module.backup_manager.function_alias
}

output "backup_manager_function_name" {
  description = "The name of the function that restores the products table and validates its backups."
  value       = module.backup_manager.function_name
}

output "backup_vault_name" {
  description = "The name of this region's backup vault."
  value       = data.aws_backup_vault.copies.name
}

output "capacity_head_room" {
  description = "How many times the surge each part holds; the smallest is the first bottleneck."
  value       = module.capacity.head_room
}

output "configuration_fingerprint" {
  description = "A hash of everything that both regions must have alike, code included; compare it with the other environment's."
  value       = module.regional_api.configuration_fingerprint
}

output "dashboard_name" {
  description = "The name of the region's dashboard."
  value       = module.regional_api.dashboard_name
}

output "deletion_protection" {
  description = "Whether this region's products table refuses its deletion."
  value       = data.aws_dynamodb_table.products.deletion_protection_enabled
}

output "failed_event_queue_names" {
  description = "The names of the queues in which events wait for a person, by what they were sent to."
  value       = module.regional_api.failed_event_queue_names
}

output "failover_function_name" {
  description = "The name of the function that answers for the STOP switch and is its latch."
  value       = module.regional_api.stop_switch.function_name
}

output "failover_operator_policy_arn" {
  description = "The ARN of the policy that lets an operator read and change the STOP switch; attach it to the on-call role."
  value       = module.regional_api.stop_switch.operator_policy_arn
}

output "erasure_table_name" {
  description = "The name of the log of erasures: what is listed there never comes back in a restored table."
  value       = data.aws_dynamodb_table.erasures.name
}

output "global_dashboard_name" {
  description = "The name of the dashboard of both regions."
  value       = module.global_dashboard.name
}

output "health_check_id" {
  description = "The id of the Route 53 health check of this region's endpoint."
  value       = module.regional_api.health_check_id
}

output "health_check_ids" {
  description = "The ids of Route 53's health checks: `endpoint`, and in the primary region `stop` (unhealthy while stopped) and `in_service` (both), by which clients are led."
  value       = module.regional_api.health_check_ids
}

output "hosted_zone_id" {
  description = "The hosted zone of the API's host names."
  value       = local.hosted_zone_id
}

output "idempotency_table_name" {
  description = "The name of the table of idempotency receipts."
  value       = data.aws_dynamodb_table.idempotency.name
}

output "log_group_names" {
  description = "The names of the log groups in this region."
  value = merge(module.regional_api.log_group_names, {
    backup_manager  = module.backup_manager.log_group_name
    recovery_worker = module.recovery_at_scale.log_group_names.function
    recovery_states = module.recovery_at_scale.log_group_names.state_machine
  })
}

output "primary_region" {
  description = "The region that serves clients while it is healthy, for whoever asks while its own state cannot be read."
  value       = var.primary_region
}

output "primary_regional_api_url" {
  description = "The URL of the primary region's endpoint, for whoever asks how it is while its own state cannot be read."
  value       = replace(module.regional_api.regional_api_url, local.failover_hosts.dr, local.failover_hosts.primary)
}

output "products_function_alias" {
  description = "The alias of the products function that serves traffic."
  value       = module.regional_api.products_function_alias
}

output "products_function_name" {
  description = "The name of the function that answers the API."
  value       = module.regional_api.products_function_name
}

output "products_function_version" {
  description = "The version of the products function that was published last; the stable version of the next canary."
  value       = module.regional_api.products_function_version
}

output "products_role_name" {
  description = "The name of the products function's role."
  value       = module.regional_api.products_role_name
}

output "region" {
  description = "The region of this environment."
  value       = module.regional_api.region
}

output "regional_api_url" {
  description = "The URL of this region's endpoint, whatever DNS thinks of its health."
  value       = module.regional_api.regional_api_url
}

output "rest_api_id" {
  description = "The id of the REST API."
  value       = module.regional_api.rest_api_id
}

output "restore_testing_plan_name" {
  description = "The name of the plan by which recovery points of this region's vault are restored for a test."
  value       = module.restore.testing_plan_name
}

output "service_level" {
  description = "What the API promises in this region: the objectives, the error budget's period and the alerts on it."
  value       = module.regional_api.service_level
}

output "stage_name" {
  description = "The name of the API's stage."
  value       = module.regional_api.stage_name
}

output "stop_table_name" {
  description = "The name of the table, in this region alone, that holds the STOP switch."
  value       = module.regional_api.stop_switch.table_name
}

output "table_arn" {
  description = "The ARN of this region's products table."
  value       = data.aws_dynamodb_table.products.arn
}

output "table_name" {
  description = "The name of the products table."
  value       = data.aws_dynamodb_table.products.name
}

output "topic_arn" {
  description = "The ARN of the topic of alarms that wake someone."
  value       = module.regional_api.topic_arn
}

output "topic_arns" {
  description = "The ARNs of the topics that alarms notify, by severity: page, ticket."
  value       = module.regional_api.topic_arns
}

output "worst_case_seconds" {
  description = "Seconds until Route 53 notices, at worst, that this region is down (`detection`), and until clients reach the other one (`rto`)."
  value       = module.regional_api.worst_case_seconds
}
