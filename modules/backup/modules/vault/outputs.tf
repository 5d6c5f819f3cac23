output "arn" {
  description = "The ARN of the vault, known to carry its access policy and lock."
  value       = aws_backup_vault.this.arn
  depends_on  = [aws_backup_vault_policy.this, aws_backup_vault_lock_configuration.this]
}

output "kms_key_arn" {
  description = "The ARN of the vault's key."
  value       = aws_kms_key.vault.arn
}

output "name" {
  description = "The name of the vault, known to carry its access policy and lock."
  value       = aws_backup_vault.this.name
  depends_on  = [aws_backup_vault_policy.this, aws_backup_vault_lock_configuration.this]
}
