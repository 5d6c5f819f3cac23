output "alarm_arns" {
  description = "The ARNs of the alarms, by short name (\"api-latency\", …)."
  value       = { for key, alarm in local.all_alarms : key => alarm.arn }
}

output "alarm_names" {
  description = "The full names of the alarms, sorted."
  value       = sort(values(local.all_alarms)[*].alarm_name)
}

output "availability_objective" {
  description = "The share of requests that are promised not to fail with 5xx."
  value       = var.slo.availability
}

output "burn_rates" {
  description = "The burn rate at which each alert on the objectives is raised."
  value       = local.burn_rates
}

output "dashboard_name" {
  description = "The name of the region's dashboard."
  value       = module.dashboard.name
}

output "headline_alarm_names" {
  description = "The alarms that tell whether customers are served: the objectives' and the canary's."
  value       = sort(concat(values(aws_cloudwatch_composite_alarm.slo)[*].alarm_name, [for key in keys(local.canary_alarms) : aws_cloudwatch_metric_alarm.this[key].alarm_name]))
}

output "owner" {
  description = "The team that answers the alarms."
  value       = var.owner
}

output "service_level" {
  description = "What is promised and how it is watched: the API as CloudWatch knows it, the objectives, the budget's period and the alerts. `ha slo` reads it."
  value = {
    api         = var.api
    period_days = var.slo.period_days
    objectives  = { availability = var.slo.availability, latency = var.slo.latency.objective }
    within_ms   = var.slo.latency.within_ms
    alerts      = var.slo.alerts

    minimum_bad_requests = var.slo.minimum_bad_requests
  }
}

output "topic_arn" {
  description = "The ARN of the topic of alarms that wake someone."
  value       = aws_sns_topic.alarms["page"].arn
}

output "topic_arns" {
  description = "The ARNs of the topics that alarms notify, by severity: page, ticket."
  value       = { for severity, topic in aws_sns_topic.alarms : severity => topic.arn }
}

output "topic_kms_key_arn" {
  description = "The ARN of the key that encrypts the topics."
  value       = aws_kms_key.topic.arn
}
