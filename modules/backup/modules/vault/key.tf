module "key_administration" {
  source = "../../../key-administration"

  root_arn = local.root_arn
}

resource "aws_kms_key" "vault" {
  description             = "Encrypts the backup vault ${var.name} in ${data.aws_region.current.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  tags                    = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      module.key_administration.statement,
      {
        Sid       = "AccountUsesTheKeyThroughAWSBackup"
        Effect    = "Allow"
        Principal = { AWS = local.root_arn }
        Action = [
          "kms:Decrypt",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
        ]
        Resource = "*"
        Condition = {
          StringEquals = { "kms:CallerAccount" = local.account_id }
          StringLike   = { "kms:ViaService" = ["backup.*.amazonaws.com", "dynamodb.*.amazonaws.com"] }
        }
      },
      {
        Sid       = "AWSBackupHoldsGrantsForItsJobs"
        Effect    = "Allow"
        Principal = { AWS = local.root_arn }
        Action    = "kms:CreateGrant"
        Resource  = "*"
        Condition = {
          Bool         = { "kms:GrantIsForAWSResource" = "true" }
          StringEquals = { "kms:CallerAccount" = local.account_id }
          StringLike   = { "kms:ViaService" = ["backup.*.amazonaws.com", "dynamodb.*.amazonaws.com"] }
        }
      },
    ]
  })
}

resource "aws_kms_alias" "vault" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.vault.key_id
}
