output "alias_arn" {
  description = "The ARN of the alias; callers and permissions name this one."
  value       = aws_lambda_alias.live.arn
}

output "alias_name" {
  description = "The name of the alias that serves traffic."
  value       = aws_lambda_alias.live.name
}

output "canary_alarm_name" {
  description = "The name of the alarm that takes a failing canary out of the alias; null when no canary runs."
  value       = one(values(aws_cloudwatch_metric_alarm.canary)[*].alarm_name)
}

output "failed_events_queue_arn" {
  description = "The ARN of the queue that keeps failed asynchronous events; null when the module made none."
  value       = one(aws_sqs_queue.failed_events[*].arn)
}

output "function_arn" {
  description = "The unqualified ARN of the function."
  value       = aws_lambda_function.this.arn
}

output "function_name" {
  description = "The name of the function."
  value       = aws_lambda_function.this.function_name
}

output "invoke_arn" {
  description = "The ARN by which API Gateway invokes the alias."
  value       = aws_lambda_alias.live.invoke_arn
}

output "log_group_name" {
  description = "The name of the function's log group."
  value       = aws_cloudwatch_log_group.function.name
}

output "role_arn" {
  description = "The ARN of the function's role."
  value       = aws_iam_role.function.arn
}

output "role_name" {
  description = "The name of the function's role."
  value       = aws_iam_role.function.name
}

output "version" {
  description = "The version that this apply published; pass it as canary.stable_version when trying the next one."
  value       = aws_lambda_function.this.version
}
