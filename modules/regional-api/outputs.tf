output "alarm_names" {
  description = "The names of all alarms in this region, sorted."
  value = sort(concat(
    module.monitoring.alarm_names,
    [module.failover.alarm_name],
    compact([module.products.canary_alarm_name]),
    flatten(module.stop_switch[*].alarm_names),
    module.incident_response.alarm_names,
  ))
}

output "api_name" {
  description = "The name of the REST API, by which CloudWatch knows it."
  value       = module.api.api_name
}

output "api_url" {
  description = "The URL that clients use; DNS leads it to a healthy region."
  value       = "${module.failover.public_url}/${local.base_path}"
}

output "authorizer_function_name" {
  description = "The name of the function that judges tokens."
  value       = module.authorizer.function_name
}

output "availability_objective" {
  description = "The share of requests that this region promises not to fail with 5xx."
  value       = module.monitoring.availability_objective
}

output "canary" {
  description = "Where this region's canary publishes its metrics, and the targets that it visits."
  value       = module.canary.metrics
}

output "configuration_fingerprint" {
  description = "A hash of every input that must be alike in both regions, code included: two different ones mean that the regions have drifted apart."
  value       = sha256(jsonencode(local.common_configuration))
}

output "dashboard_name" {
  description = "The name of the region's dashboard."
  value       = module.monitoring.dashboard_name
}

output "failed_event_queue_names" {
  description = "The names of the queues in which events wait for a person, by the function that could not handle them; `incidents` keeps those that no playbook is for, too."
  value       = merge(local.failed_event_queues, { incidents = basename(module.incident_response.parking_queue_url) })
}

output "headline_alarm_names" {
  description = "The alarms that exist in both regions and tell whether the API serves its customers: objectives, endpoint, canary."
  value       = sort(concat(module.monitoring.headline_alarm_names, [module.failover.alarm_name]))
}

output "health_check_id" {
  description = "The id of the Route 53 health check of this region's endpoint."
  value       = module.failover.health_check_id
}

output "health_check_ids" {
  description = "The ids of Route 53's health checks: `endpoint`, and in the primary region `stop` and `in_service`."
  value       = module.failover.health_check_ids
}

output "incident_response" {
  description = "The incident responder: its function and alias, its role, the table of audit records, the queue of parked events, and the playbook of each alarm."
  value = {
    function_alias    = module.incident_response.function_alias
    function_name     = module.incident_response.function_name
    parking_queue_url = module.incident_response.parking_queue_url
    playbooks         = module.incident_response.playbooks
    role_name         = module.incident_response.role_name
    table_name        = module.incident_response.table_name
  }

  precondition {
    condition = length(setsubtract(keys(module.incident_response.playbooks.alarms), concat(module.monitoring.alarm_names, flatten(module.stop_switch[*].alarm_names)))) == 0
    error_message = format("A playbook waits for an alarm that nobody makes: %s.", join(", ", setsubtract(
      keys(module.incident_response.playbooks.alarms), concat(module.monitoring.alarm_names, flatten(module.stop_switch[*].alarm_names)),
    )))
  }
}

output "log_group_names" {
  description = "The names of the log groups: the functions', the API's and the firewall's."
  value = merge(
    module.api.log_group_names,
    { products = module.products.log_group_name, authorizer = module.authorizer.log_group_name, canary = module.canary.log_group_name },
    { for switch in module.stop_switch : "failover" => switch.log_group_name },
    { incidents = module.incident_response.log_group_name },
  )
}

output "operations_kms_key_arn" {
  description = "The ARN of the key of what stays in this region: logs, settings of functions, failed events."
  value       = aws_kms_key.operations.arn
}

output "products_function_alias" {
  description = "The alias of the products function that serves traffic."
  value       = module.products.alias_name
}

output "products_function_name" {
  description = "The name of the function that answers the API."
  value       = module.products.function_name
}

output "products_function_version" {
  description = "The version of the products function that this apply published."
  value       = module.products.version
}

output "products_role_name" {
  description = "The name of the products function's role."
  value       = module.products.role_name
}

output "region" {
  description = "The region that all of this is in."
  value       = local.region
}

output "regional_api_url" {
  description = "The URL of this region's endpoint, whatever DNS thinks of its health."
  value       = "${module.failover.regional_url}/${local.base_path}"
}

output "rest_api_id" {
  description = "The id of the REST API."
  value       = module.api.rest_api_id
}

output "service_level" {
  description = "What this region promises, and how it is watched (modules/monitoring)."
  value       = module.monitoring.service_level
}

output "stage_name" {
  description = "The name of the API's stage."
  value       = module.api.stage_name
}

output "stop_switch" {
  description = "In the DR region: the table that holds the STOP switch, its alarms, the function that answers for it, and the policy of those who may change it; null in the primary region."
  value = one([for switch in module.stop_switch : {
    alarm_names         = switch.alarm_names
    function_name       = switch.function_name
    operator_policy_arn = switch.operator_policy_arn
    table_name          = switch.table_name
  }])
}

output "topic_arn" {
  description = "The ARN of the topic of alarms that wake someone."
  value       = module.monitoring.topic_arns["page"]
}

output "topic_arns" {
  description = "The ARNs of the topics that alarms notify, by severity: page, ticket."
  value       = module.monitoring.topic_arns
}

output "worst_case_seconds" {
  description = "Seconds until Route 53 notices, at worst, that this region is down (`detection`), and until clients reach the other one (`rto`)."
  value       = module.failover.worst_case_seconds
}
