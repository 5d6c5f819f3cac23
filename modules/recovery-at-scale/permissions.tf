# What lambda_src/recovery_worker calls, and nothing else. It may write to the live table, and only read those that were
# restored: by `ha recover` (-as-of-) or by the backup manager (-restaurado-).

locals {
  live_table_arn      = "arn:${local.partition}:dynamodb:${local.region}:${local.account_id}:table/${var.table.name}"
  restored_table_arns = [for mark in ["as-of", "restaurado"] : "${local.live_table_arn}-${mark}-*"]

  policy_statements = {
    CompareBothTables = {
      actions   = ["dynamodb:BatchGetItem", "dynamodb:DescribeTable", "dynamodb:Scan"]
      resources = concat([local.live_table_arn], local.restored_table_arns)
    }
    RepairTheLiveTable = {
      actions   = ["dynamodb:DeleteItem", "dynamodb:PutItem"]
      resources = [local.live_table_arn]
    }
    HeedErasures = {
      actions   = ["dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem"]
      resources = [var.erasures.table_arn]
    }
    UseTheTablesKeys = {
      actions    = ["kms:Decrypt"]
      resources  = [var.table.kms_key_arn, var.erasures.kms_key_arn]
      conditions = [{ test = "StringEquals", variable = "kms:ViaService", values = ["dynamodb.${local.region}.amazonaws.com"] }]
    }
    KeepTheRuns = {
      actions   = ["s3:GetObject", "s3:PutObject"]
      resources = ["${module.runs.arn}/runs/*"]
    }
    # Without it S3 says "denied" of an object that is not there yet.
    KnowWhatIsNotThere = {
      actions   = ["s3:ListBucket"]
      resources = [module.runs.arn]
    }
    EncryptTheRuns = {
      actions    = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources  = [aws_kms_key.runs.arn]
      conditions = [{ test = "StringEquals", variable = "kms:ViaService", values = ["s3.${local.region}.amazonaws.com"] }]
    }
  }
}
