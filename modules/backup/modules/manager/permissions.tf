# What lambda_src/backup_manager calls, and nothing else. It may read the original table and make tables beside it; it
# may not write to the original, and it may delete only tables of restore tests.

locals {
  table_arn_prefix    = "arn:${local.partition}:dynamodb:${local.region}:${local.account_id}:table/"
  original_table_arn  = "${local.table_arn_prefix}${var.table.name}"
  restored_table_arns = "${local.original_table_arn}-${local.restored_mark}-*"
  test_table_arns     = "${local.table_arn_prefix}${local.test_table_prefix}*"
  through_dynamodb    = { test = "StringEquals", variable = "kms:ViaService", values = ["dynamodb.${local.region}.amazonaws.com"] }

  policy_statements = {
    ReadAndRestoreTheOriginal = {
      actions = [
        "dynamodb:BatchGetItem",
        "dynamodb:DescribeContinuousBackups",
        "dynamodb:DescribeTable",
        "dynamodb:DescribeTimeToLive",
        "dynamodb:ListTagsOfResource",
        "dynamodb:RestoreTableToPointInTime",
        "dynamodb:Scan",
      ]
      resources = [local.original_table_arn]
    }
    FinishRestoredTables = {
      actions = [
        "dynamodb:BatchGetItem",
        "dynamodb:BatchWriteItem",
        "dynamodb:DeleteItem",
        "dynamodb:DescribeContinuousBackups",
        "dynamodb:DescribeTable",
        "dynamodb:DescribeTimeToLive",
        "dynamodb:GetItem",
        "dynamodb:ListTagsOfResource",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:RestoreTableToPointInTime",
        "dynamodb:Scan",
        "dynamodb:TagResource",
        "dynamodb:UpdateContinuousBackups",
        "dynamodb:UpdateItem",
        "dynamodb:UpdateTable",
        "dynamodb:UpdateTimeToLive",
      ]
      resources = [local.restored_table_arns]
    }
    CompareAndDeleteTestTables = {
      actions   = ["dynamodb:BatchGetItem", "dynamodb:DeleteTable", "dynamodb:DescribeTable", "dynamodb:Scan"]
      resources = [local.test_table_arns]
    }
    ReadTheErasureLog = {
      actions   = ["dynamodb:Scan"]
      resources = [var.erasures.table_arn]
    }
    UseTheTablesKeys = {
      actions    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"]
      resources  = [var.table.kms_key_arn, var.erasures.kms_key_arn]
      conditions = [local.through_dynamodb]
    }
    GrantTheKeyToRestoredTables = {
      actions    = ["kms:CreateGrant"]
      resources  = [var.table.kms_key_arn]
      conditions = [local.through_dynamodb, { test = "Bool", variable = "kms:GrantIsForAWSResource", values = ["true"] }]
    }
    LookIntoTheVault = {
      actions   = ["backup:ListRecoveryPointsByBackupVault"]
      resources = [var.backups.vault_arn]
    }
    RestoreFromTheVault = {
      actions   = ["backup:DescribeRecoveryPoint", "backup:StartRestoreJob"]
      resources = ["arn:${local.partition}:backup:${local.region}:${local.account_id}:recovery-point:*"]
    }
    GiveAWSBackupTheRestoreRole = {
      actions    = ["iam:PassRole"]
      resources  = [var.restore_role_arn]
      conditions = [{ test = "StringEquals", variable = "iam:PassedToService", values = ["backup.amazonaws.com"] }]
    }
    ScaleRestoredTables = {
      actions = [
        "application-autoscaling:PutScalingPolicy",
        "application-autoscaling:RegisterScalableTarget",
      ]
      resources  = ["arn:${local.partition}:application-autoscaling:${local.region}:${local.account_id}:scalable-target/*"]
      conditions = [{ test = "StringEquals", variable = "application-autoscaling:service-namespace", values = ["dynamodb"] }]
    }
    WatchRestoredTables = {
      actions   = ["cloudwatch:PutMetricAlarm"]
      resources = ["arn:${local.partition}:cloudwatch:${local.region}:${local.account_id}:alarm:*-${local.restored_mark}-*"]
    }
  }

  # None of these knows a resource (Service Authorization Reference).
  unscoped_actions = [
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScalingPolicies",
    "backup:DescribeRestoreJob",
    "backup:ListBackupJobs",
    "backup:ListRestoreJobs",
    "backup:PutRestoreValidationResult",
    "cloudwatch:DescribeAlarms",
    "dynamodb:ListTables",
  ]
}
