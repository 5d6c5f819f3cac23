output "alarm_names" {
  description = "The names of the alarms that watch the responder, sorted."
  value       = sort(values(aws_cloudwatch_metric_alarm.responder)[*].alarm_name)
}

output "function_alias" {
  description = "The alias of the responder that events reach."
  value       = module.function.alias_name
}

output "function_name" {
  description = "The name of the responder."
  value       = module.function.function_name
}

output "log_group_name" {
  description = "The name of the responder's log group."
  value       = module.function.log_group_name
}

output "parking_queue_url" {
  description = "The URL of the queue with the events that wait for a person."
  value       = aws_sqs_queue.parked.url
}

output "playbooks" {
  description = "The playbook of each alarm and, under `backup_jobs`, that of failed backups: their names and parameters."
  value       = local.playbooks
}

output "role_name" {
  description = "The name of the responder's role."
  value       = module.function.role_name
}

output "table_name" {
  description = "The name of the table with the audit records; lambda_src/incident_responder/__init__.py lists its items."
  value       = module.table.table_name
}
