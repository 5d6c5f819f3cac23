data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  root_arn   = "arn:${data.aws_partition.current.partition}:iam::${local.account_id}:root"
  locked     = var.lock.mode != "none"
}

resource "aws_backup_vault" "this" {
  name          = var.name
  kms_key_arn   = aws_kms_key.vault.arn
  force_destroy = var.force_destroy
  tags          = var.tags
}

# Nobody deletes a recovery point or shortens its life by hand; expiry by lifecycle is AWS
# Backup's own act and not subject to this policy. Lifting the policy is a change of its own,
# which the audit trail shows.
resource "aws_backup_vault_policy" "this" {
  backup_vault_name = aws_backup_vault.this.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid       = "NobodyShortensTheLifeOfARecoveryPoint"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["backup:UpdateRecoveryPointLifecycle"]
        Resource  = "*"
      },
      {
        Sid       = "OnlyThisAccountCopiesIn"
        Effect    = "Deny"
        Principal = "*"
        Action    = "backup:CopyIntoBackupVault"
        Resource  = "*"
        Condition = { StringNotEquals = { "aws:PrincipalAccount" = local.account_id } }
      },
      ], var.force_destroy ? [] : [
      {
        Sid       = "NobodyDeletesARecoveryPoint"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["backup:DeleteRecoveryPoint"]
        Resource  = "*"
      },
    ])
  })
}

resource "aws_backup_vault_lock_configuration" "this" {
  count = local.locked ? 1 : 0

  backup_vault_name   = aws_backup_vault.this.name
  min_retention_days  = var.lock.min_retention_days
  max_retention_days  = var.lock.max_retention_days
  changeable_for_days = var.lock.mode == "compliance" ? var.lock.changeable_for_days : null
}
