# Plans hold items, so they are encrypted as those are: by a key that serves one service (docs/decisions/0034).

module "key_administration" {
  source = "../key-administration"

  root_arn = local.root_arn
}

locals {
  root_arn = "arn:${local.partition}:iam::${local.account_id}:root"
}

resource "aws_kms_key" "runs" {
  description             = "Encrypts plans and undo files of recovery in ${local.region}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  tags                    = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      module.key_administration.statement,
      {
        Sid       = "AccountUsesTheKeyThroughS3"
        Effect    = "Allow"
        Principal = { AWS = local.root_arn }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Condition = {
          StringEquals = { "kms:CallerAccount" = local.account_id, "kms:ViaService" = "s3.${local.region}.amazonaws.com" }
        }
      },
    ]
  })
}

resource "aws_kms_alias" "runs" {
  name          = "alias/${var.name}-recovery"
  target_key_id = aws_kms_key.runs.key_id
}
