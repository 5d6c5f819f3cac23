output "alarm_arns" {
  description = "The ARNs of the alarms, by short name (\"api-latency\", …)."
  value       = { for key, alarm in local.all_alarms : key => alarm.arn }
}

output "alarm_names" {
  description = "The full names of the alarms, sorted."
  value       = sort(values(local.all_alarms)[*].alarm_name)
}

output "dashboard_name" {
  description = "The name of the dashboard."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "topic_arn" {
  description = "The ARN of the topic that the alarms notify."
  value       = aws_sns_topic.alarms.arn
}

output "topic_kms_key_arn" {
  description = "The ARN of the key that encrypts the topic."
  value       = aws_kms_key.topic.arn
}
