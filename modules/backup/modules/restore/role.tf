locals {
  table_arns = [
    "${local.table_arn_prefix}${var.table.name}-restaurado-*",
    "${local.table_arn_prefix}${local.test_table_prefix}*",
  ]
  table_arn_prefix = "arn:${local.partition}:dynamodb:${local.region}:${local.account_id}:table/"
  via_services     = ["backup.${local.region}.amazonaws.com", "dynamodb.${local.region}.amazonaws.com"]
}

# Roles are global and both regions have one, so the role's name says the region.
resource "aws_iam_role" "restore" {
  name        = "${var.name}-restore-${local.region}"
  description = "AWS Backup restores tables of ${var.name} in ${local.region} with this role"
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

# The DynamoDB part of AWS's AWSBackupServiceRolePolicyForRestores, confined to tables that are restored beside the
# original: the name of the original itself is not among them, so a restore can never write into it.
resource "aws_iam_role_policy" "restore" {
  name = "restore-tables"
  role = aws_iam_role.restore.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "RestoreBesideTheOriginal"
        Effect = "Allow"
        Action = [
          "dynamodb:BatchWriteItem",
          "dynamodb:DeleteItem",
          "dynamodb:DescribeTable",
          "dynamodb:GetItem",
          "dynamodb:PutItem",
          "dynamodb:Query",
          "dynamodb:RestoreTableFromAwsBackup",
          "dynamodb:RestoreTableFromBackup",
          "dynamodb:Scan",
          "dynamodb:UpdateItem",
        ]
        Resource = local.table_arns
      },
      {
        # A recovery point has an ARN of its own, made by AWS: the account narrows it.
        Sid       = "ReadRecoveryPoints"
        Effect    = "Allow"
        Action    = ["backup:DescribeRecoveryPoint", "backup:GetRecoveryPointRestoreMetadata", "dynamodb:RestoreTableFromAwsBackup"]
        Resource  = "arn:${local.partition}:backup:${local.region}:${local.account_id}:recovery-point:*"
        Condition = { StringEquals = { "aws:ResourceAccount" = local.account_id } }
      },
      {
        Sid       = "DecryptTheVaultAndEncryptTheTable"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
        Resource  = [var.vault.kms_key_arn, var.table.kms_key_arn]
        Condition = { StringEquals = { "kms:ViaService" = local.via_services } }
      },
      {
        Sid      = "GrantTheKeysToTheJobs"
        Effect   = "Allow"
        Action   = "kms:CreateGrant"
        Resource = [var.vault.kms_key_arn, var.table.kms_key_arn]
        Condition = {
          Bool         = { "kms:GrantIsForAWSResource" = "true" }
          StringEquals = { "kms:ViaService" = local.via_services }
        }
      },
    ]
  })
}
