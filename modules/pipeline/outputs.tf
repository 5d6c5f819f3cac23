output "alarm_names" {
  description = "The alarms on failed builds."
  value       = sort([for alarm in aws_cloudwatch_metric_alarm.failed_build : alarm.alarm_name])
}

output "artifact_bucket" {
  description = "The bucket that the stages hand their artifacts on in."
  value       = module.artifacts.name
}

output "pipeline_arn" {
  description = "The pipeline's ARN."
  value       = aws_codepipeline.this.arn
}

output "pipeline_name" {
  description = "The pipeline's name."
  value       = aws_codepipeline.this.name
}

output "role_arns" {
  description = "The role of each access that a stage has, by access."
  value       = { for access, role in aws_iam_role.stage : access => role.arn }
}

output "topic_arn" {
  description = "The topic that tells of deliveries."
  value       = aws_sns_topic.pipeline.arn
}
