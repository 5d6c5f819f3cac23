data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  account_id   = data.aws_caller_identity.current.account_id
  table_arns   = length(var.selection.tags) > 0 ? ["arn:${data.aws_partition.current.partition}:dynamodb:*:${local.account_id}:table/*"] : sort(var.selection.arns)
  vault_keys   = [module.vault.kms_key_arn, module.dr_vault.kms_key_arn]
  dynamodb_use = "dynamodb.*.amazonaws.com"
  backup_use   = "backup.*.amazonaws.com"
}

resource "aws_iam_role" "backup" {
  name        = "${var.name}-backup"
  description = "AWS Backup takes and copies the backups of ${var.name} with this role"
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "backup.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })
}

# The DynamoDB part of AWS's AWSBackupServiceRolePolicyForBackup, confined to the selected
# tables, these two vaults and their keys; it cannot delete a recovery point or restore one.
resource "aws_iam_role_policy" "backup" {
  name = "take-and-copy-backups"
  role = aws_iam_role.backup.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid      = "BackUpTheTables"
        Effect   = "Allow"
        Action   = ["dynamodb:CreateBackup", "dynamodb:DescribeTable", "dynamodb:ListTagsOfResource", "dynamodb:StartAwsBackupJob"]
        Resource = local.table_arns
      },
      {
        Sid      = "FollowANativeBackup"
        Effect   = "Allow"
        Action   = ["dynamodb:DeleteBackup", "dynamodb:DescribeBackup"]
        Resource = [for arn in local.table_arns : "${arn}/backup/*"]
      },
      {
        Sid      = "CopyBetweenTheVaults"
        Effect   = "Allow"
        Action   = ["backup:CopyIntoBackupVault", "backup:DescribeBackupVault"]
        Resource = [module.vault.arn, module.dr_vault.arn]
      },
      {
        # A recovery point has an ARN of its own, made by AWS: the account narrows it.
        Sid       = "CopyRecoveryPoints"
        Effect    = "Allow"
        Action    = ["backup:CopyFromBackupVault", "backup:TagResource"]
        Resource  = "arn:${data.aws_partition.current.partition}:backup:*:${local.account_id}:recovery-point:*"
        Condition = { StringEquals = { "aws:ResourceAccount" = local.account_id } }
      },
      {
        Sid       = "ReadTheTablesEncryption"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:DescribeKey"]
        Resource  = "arn:${data.aws_partition.current.partition}:kms:*:${local.account_id}:key/*"
        Condition = { StringLike = { "kms:ViaService" = local.dynamodb_use } }
      },
      {
        Sid       = "WriteToTheVaults"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
        Resource  = local.vault_keys
        Condition = { StringLike = { "kms:ViaService" = [local.backup_use, local.dynamodb_use] } }
      },
      {
        Sid      = "GrantTheVaultKeysToTheJobs"
        Effect   = "Allow"
        Action   = "kms:CreateGrant"
        Resource = local.vault_keys
        Condition = {
          Bool       = { "kms:GrantIsForAWSResource" = "true" }
          StringLike = { "kms:ViaService" = [local.backup_use, local.dynamodb_use] }
        }
      },
      ], length(var.selection.tags) == 0 ? [] : [
      {
        # tag:GetResources has no resource-level permission.
        Sid      = "FindTablesByTag"
        Effect   = "Allow"
        Action   = "tag:GetResources"
        Resource = "*"
      },
    ])
  })
}
