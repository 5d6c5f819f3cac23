data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.name

  metric_namespace = "TechModa/Backup"
  service          = "backup-manager"

  # The names that lambda_src/backup_manager gives, and AWS Backup gives to the tables of its restore tests.
  restored_mark     = "restaurado"
  test_table_prefix = "awsbackup-restore-test-"
}

module "function" {
  source = "../../../lambda-function"

  function_name   = "${var.name}-backups"
  description     = "Restores the products table, validates backups and restore tests."
  package_path    = var.package_path
  handler         = "backup_manager.handler.handler"
  architecture    = var.architecture
  memory_mb       = 512
  timeout_seconds = 900

  # One validation of a restore test, which may take minutes, the tick, and an operator.
  reserved_concurrency = 3

  # What is asked for twice is done once; the tick repeats what a failed event left undone.
  asynchronous = { maximum_event_age_seconds = 3600, maximum_retry_attempts = 2 }

  environment = {
    BACKUP_SOURCE_TABLE_ARN      = var.backups.table_arn
    BACKUP_VAULT                 = var.backups.vault_name
    BACKUPS_ARE                  = var.backups.are
    ERASURES_TABLE               = var.erasures.table_name
    LOG_LEVEL                    = var.log_level
    POWERTOOLS_METRICS_NAMESPACE = local.metric_namespace
    POWERTOOLS_SERVICE_NAME      = local.service
    PRODUCTS_TABLE               = var.table.name
    RECENT_HOURS                 = tostring(var.recent_hours)
    RESTORE_ROLE_ARN             = var.restore_role_arn
    RESTORED_TABLE_KEY_ARN       = var.table.kms_key_arn
    VALIDATION_GRACE_SECONDS     = tostring(var.validation.grace_seconds)
    VALIDATION_READ_UNITS        = tostring(var.validation.read_units_per_second)
    VALIDATION_SAMPLE            = tostring(var.validation.sample)
  }

  policy_statements = local.policy_statements
  unscoped_actions  = local.unscoped_actions

  kms_key_arn        = var.kms_key_arn
  log_level          = var.log_level
  log_retention_days = var.log_retention_days
  tags               = var.tags
}
