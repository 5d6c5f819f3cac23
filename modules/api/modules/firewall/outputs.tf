output "log_group_name" {
  description = "The name of the log group."
  value       = aws_cloudwatch_log_group.waf.name
}

output "web_acl_arn" {
  description = "The ARN of the web ACL."
  value       = aws_wafv2_web_acl.this.arn
}
