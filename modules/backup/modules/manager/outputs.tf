output "alarm_names" {
  description = "The names of the manager's alarms, sorted."
  value       = sort(values(aws_cloudwatch_metric_alarm.this)[*].alarm_name)
}

output "function_alias" {
  description = "The alias of the function that operators invoke."
  value       = module.function.alias_name
}

output "function_name" {
  description = "The name of the function."
  value       = module.function.function_name
}

output "log_group_name" {
  description = "The name of the function's log group."
  value       = module.function.log_group_name
}

output "role_name" {
  description = "The name of the function's role."
  value       = module.function.role_name
}
