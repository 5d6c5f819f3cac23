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

  lifecycle {
    precondition {
      condition     = var.allowed_regions == null ? true : contains(var.allowed_regions, data.aws_region.current.name)
      error_message = "The vault ${var.name} would keep backups in ${data.aws_region.current.name}, which is not one of allowed_regions."
    }
  }
}

# Nobody but the break-glass role deletes a recovery point or shortens its life by hand; expiry by
# lifecycle is AWS Backup's own act and not subject to this policy. Lifting the policy is a change of its
# own, which the audit trail shows; Terraform lifts it (and a governance lock) before it destroys the vault.
resource "aws_backup_vault_policy" "this" {
  backup_vault_name = aws_backup_vault.this.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      merge(
        {
          Sid       = "OnlyTheBreakGlassRoleEndsTheLifeOfARecoveryPoint"
          Effect    = "Deny"
          Principal = "*"
          Action    = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"]
          Resource  = "*"
        },
        var.break_glass_role_arn == null ? {} : { Condition = { ArnNotEquals = { "aws:PrincipalArn" = var.break_glass_role_arn } } },
      ),
      {
        Sid       = "OnlyThisAccountCopiesIn"
        Effect    = "Deny"
        Principal = "*"
        Action    = "backup:CopyIntoBackupVault"
        Resource  = "*"
        Condition = { StringNotEquals = { "aws:PrincipalAccount" = local.account_id } }
      },
    ]
  })
}

resource "aws_backup_vault_lock_configuration" "this" {
  count = local.locked ? 1 : 0

  backup_vault_name   = aws_backup_vault.this.name
  min_retention_days  = var.lock.min_retention_days
  max_retention_days  = var.lock.max_retention_days
  changeable_for_days = var.lock.mode == "compliance" ? var.lock.changeable_for_days : null
}
