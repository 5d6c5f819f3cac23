output "alarm_name" {
  description = "The name of the alarm that goes off when the region's endpoint answers no health check."
  value       = aws_cloudwatch_metric_alarm.endpoint.alarm_name
}

output "health_check_id" {
  description = "The id of the health check of the region's endpoint."
  value       = aws_route53_health_check.endpoint.id
}

output "health_check_ids" {
  description = "The ids of the health checks: `endpoint`, and for the PRIMARY region `stop` (inverted: unhealthy while stopped) and `in_service` (both), by which clients are led."
  value = merge(
    { endpoint = aws_route53_health_check.endpoint.id },
    { for check in aws_route53_health_check.stop : "stop" => check.id },
    { for check in aws_route53_health_check.in_service : "in_service" => check.id },
  )
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
  description = "How long it takes, at worst, until Route 53 notices that the region is down (`detection`: threshold x (interval + 6)) and until clients reach the other one (`rto`: detection + 60 seconds of TTL), and until they have followed the STOP switch (`stop`: 32 + 60 seconds)."
  value       = local.worst_case_seconds
}
