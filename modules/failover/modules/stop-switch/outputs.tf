output "alarm_names" {
  description = "The names of the alarms: the switch is engaged; Route 53 has failed over; the latch does not work."
  value = [
    aws_cloudwatch_metric_alarm.engaged.alarm_name,
    aws_cloudwatch_metric_alarm.failed_over.alarm_name,
    aws_cloudwatch_metric_alarm.latch.alarm_name,
  ]
}

output "failed_over_alarm_name" {
  description = "The name of the alarm that goes off when Route 53 leads clients away from the primary region."
  value       = aws_cloudwatch_metric_alarm.failed_over.alarm_name
}

output "function_alias" {
  description = "The alias of that function."
  value       = module.control.alias_name
}

output "failed_events_queue_name" {
  description = "The name of the queue of ticks that the function could not handle."
  value       = element(split(":", module.control.failed_events_queue_arn), 5)
}

output "function" {
  description = "The function as modules/monitoring watches it."
  value = {
    name                 = module.control.function_name
    alias                = module.control.alias_name
    reserved_concurrency = local.reserved_concurrency
    severity             = "ticket" # Clients do not wait for it.
  }
}

output "function_name" {
  description = "The name of the function that answers for the switch and is its latch."
  value       = module.control.function_name
}

output "integration" {
  description = "The function's alias as modules/api takes it."
  value = {
    function_name = module.control.function_name
    alias         = module.control.alias_name
    invoke_arn    = module.control.invoke_arn
    timeout_ms    = 2000 # A health checker waits no longer for its answer.
  }
}

output "latch_alarm_name" {
  description = "The name of the alarm that goes off when the latch does not work."
  value       = aws_cloudwatch_metric_alarm.latch.alarm_name
}

output "log_group_name" {
  description = "The name of the function's log group."
  value       = module.control.log_group_name
}

output "operator_policy_arn" {
  description = "The ARN of the policy that lets an operator read and change the switch."
  value       = aws_iam_policy.operator.arn
}

output "table_kms_key_arn" {
  description = "The ARN of the key that encrypts the table."
  value       = module.table.kms_key_arns[local.region]
}

output "table_name" {
  description = "The name of the table with the switch's state; lambda_src/failover_control/__init__.py says what its items hold."
  value       = module.table.table_name
}
