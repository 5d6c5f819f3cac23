# Restoring from one region's vault: the role that does it, and a plan that does it again and again to prove that it
# can be done. Whoever is told of a finished test compares the data (../manager).

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.name

  # AWS Backup gives the tables of its restore tests this prefix ("Restore testing inferred metadata").
  test_table_prefix = "awsbackup-restore-test-"
}

resource "aws_backup_restore_testing_plan" "this" {
  name                = "${replace(var.name, "-", "_")}_restore_tests"
  schedule_expression = var.testing.schedule
  start_window_hours  = var.testing.start_window_hours
  tags                = var.tags

  recovery_point_selection {
    algorithm             = var.testing.algorithm
    include_vaults        = [var.vault.arn]
    recovery_point_types  = ["SNAPSHOT"]
    selection_window_days = var.testing.selection_window_days
  }
}

# Every table in the vault: a copy's protected resource may be a table of another region, which is not there to be named.
resource "aws_backup_restore_testing_selection" "tables" {
  name                      = "tables"
  restore_testing_plan_name = aws_backup_restore_testing_plan.this.name
  protected_resource_type   = "DynamoDB"
  protected_resource_arns   = ["*"]
  iam_role_arn              = aws_iam_role.restore.arn
  validation_window_hours   = var.testing.validation_window_hours

  # What is restored for a test holds the same data, so it is encrypted with the same key.
  restore_metadata_overrides = {
    encryptionType  = "KMS"
    kmsMasterKeyArn = var.table.kms_key_arn
  }

  depends_on = [aws_iam_role_policy.restore]
}
