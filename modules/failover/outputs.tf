output "alarm_name" {
  description = "The name of the alarm that goes off when the region's endpoint answers no health check."
  value       = aws_cloudwatch_metric_alarm.endpoint.alarm_name
}

output "health_check_id" {
  description = "The id of the health check of the region's endpoint."
  value       = aws_route53_health_check.endpoint.id
}

output "public_url" {
  description = "The URL that clients use, without the API's base path."
  value       = "https://${aws_route53_record.public.name}"
}

output "regional_url" {
  description = "The URL of this region's endpoint, without the API's base path."
  value       = "https://${aws_route53_record.regional.name}"
}

output "worst_case_seconds" {
  description = "How long it takes, at worst, until Route 53 notices that the region is down (`detection`: threshold x (interval + 6)) and until clients reach the other one (`rto`: detection + 60 seconds of TTL)."
  value       = local.worst_case_seconds
}
