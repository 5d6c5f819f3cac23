output "alarm_name" {
  description = "The name of the alarm on failed executions."
  value       = aws_cloudwatch_metric_alarm.failed.alarm_name
}

output "bucket_name" {
  description = "The name of the bucket with the runs: plans, undo files and reports."
  value       = module.runs.name
}

output "function_name" {
  description = "The name of the function that works on segments."
  value       = module.function.function_name
}

output "kms_key_arn" {
  description = "The ARN of the bucket's key."
  value       = aws_kms_key.runs.arn
}

output "log_group_names" {
  description = "The names of the log groups: of the function and of the state machine."
  value       = { function = module.function.log_group_name, state_machine = aws_cloudwatch_log_group.state_machine.name }
}

output "max_concurrency" {
  description = "How many segments are worked on at the same time."
  value       = var.max_concurrency
}

output "state_machine_arn" {
  description = "The ARN of the state machine."
  value       = aws_sfn_state_machine.this.arn
}
