# What proves and restores the copies in this region's vault. The vault, the replica of the erasure log and the keys were
# made by the primary environment; they are looked up here by name, so nothing of the primary region is asked.

data "aws_backup_vault" "copies" {
  name = local.dr_vault_name
}

data "aws_dynamodb_table" "erasures" {
  name = local.erasures_table_name
}

data "aws_kms_alias" "erasures" {
  name = local.erasures_key_alias
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  erasures = {
    table_name  = data.aws_dynamodb_table.erasures.name
    table_arn   = data.aws_dynamodb_table.erasures.arn
    kms_key_arn = data.aws_kms_alias.erasures.target_key_arn
  }

  backup_manager_table = {
    name        = data.aws_dynamodb_table.products.name
    kms_key_arn = data.aws_kms_alias.products.target_key_arn
  }

  # The table that the copies were taken of; its ARN is built from its parts, for its region is not asked.
  backed_up_table_arn = join(":", [
    "arn", data.aws_partition.current.partition, "dynamodb", var.primary_region,
    data.aws_caller_identity.current.account_id, "table/${local.products_table_name}",
  ])
}

resource "aws_backup_vault_notifications" "copies" {
  backup_vault_name   = data.aws_backup_vault.copies.name
  sns_topic_arn       = module.regional_api.topic_arn
  backup_vault_events = ["BACKUP_JOB_FAILED", "BACKUP_JOB_EXPIRED", "COPY_JOB_FAILED", "RESTORE_JOB_FAILED"]
}

module "restore" {
  source = "../../modules/backup/modules/restore"

  name  = var.name
  vault = { arn = data.aws_backup_vault.copies.arn, kms_key_arn = data.aws_backup_vault.copies.kms_key_arn }
  table = local.backup_manager_table

  testing = {
    schedule                = var.backup_validation.restore_test_schedule
    validation_window_hours = var.backup_validation.validation_window_hours
  }
}

module "backup_manager" {
  source = "../../modules/backup/modules/manager"

  name             = var.name
  package_path     = "${var.lambda_package_dir}/backup_manager.zip"
  architecture     = var.lambda_architecture
  table            = local.backup_manager_table
  restore_role_arn = module.restore.role_arn
  # A copy begins when its backup is complete, so the newest one is hours older here.
  recent_hours = var.backup_validation.recent_hours + 4

  backups = {
    vault_name = data.aws_backup_vault.copies.name
    vault_arn  = data.aws_backup_vault.copies.arn
    table_arn  = local.backed_up_table_arn
    are        = "copies"
  }

  erasures = local.erasures

  validation = {
    sample                = var.backup_validation.sample
    read_units_per_second = var.backup_validation.read_units_per_second
    # A copy is dated by its arrival, up to a day after its backup.
    grace_seconds = 24 * 3600
  }

  kms_key_arn        = module.regional_api.operations_kms_key_arn
  log_level          = var.log_level
  log_retention_days = var.log_retention_days
  runbook_base_url   = var.runbook_base_url
  topic_arns         = module.regional_api.topic_arns
}
