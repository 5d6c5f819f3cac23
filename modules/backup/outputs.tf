output "break_glass_role_arn" {
  description = "The ARN of the role that alone may delete recovery points; null when there is none."
  value       = one(aws_iam_role.break_glass[*].arn)
}

output "dr_kms_key_arn" {
  description = "The ARN of the key that encrypts the DR vault."
  value       = module.dr_vault.kms_key_arn
}

output "dr_vault_arn" {
  description = "The ARN of the vault in the DR region."
  value       = module.dr_vault.arn
}

output "dr_vault_name" {
  description = "The name of the vault in the DR region."
  value       = module.dr_vault.name
}

output "kms_key_arn" {
  description = "The ARN of the key that encrypts the vault."
  value       = module.vault.kms_key_arn
}

output "plan_arn" {
  description = "The ARN of the backup plan."
  value       = aws_backup_plan.this.arn
}

output "plan_id" {
  description = "The id of the backup plan."
  value       = aws_backup_plan.this.id
}

output "role_arn" {
  description = "The ARN of the role that AWS Backup works with; on-demand backups of the same tables may pass it."
  value       = aws_iam_role.backup.arn
  depends_on  = [aws_iam_role_policy.backup]
}

output "vault_arn" {
  description = "The ARN of the vault in the primary region."
  value       = module.vault.arn
}

output "vault_name" {
  description = "The name of the vault in the primary region."
  value       = module.vault.name
}
