output "role_arn" {
  description = "The ARN of the role with which AWS Backup restores tables in this region."
  value       = aws_iam_role.restore.arn
  depends_on  = [aws_iam_role_policy.restore]
}

output "testing_plan_arn" {
  description = "The ARN of the restore testing plan."
  value       = aws_backup_restore_testing_plan.this.arn
}

output "testing_plan_name" {
  description = "The name of the restore testing plan."
  value       = aws_backup_restore_testing_plan.this.name
}
