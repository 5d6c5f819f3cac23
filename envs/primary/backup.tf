# Backups in a vault of this region, their copies in one of the DR region, and what proves and restores them here. The
# DR environment has the same manager over its own vault (envs/dr/backup.tf).

module "backup" {
  source = "../../modules/backup"

  providers = {
    aws         = aws
    aws.replica = aws.replica
  }

  name                   = var.name
  selection              = { arns = [module.products_table.table_arn] }
  allowed_regions        = var.allowed_data_regions
  audit_framework        = var.backup_audit_framework
  break_glass            = var.backup_break_glass
  rules                  = var.backup_rules
  lock                   = var.backup_lock
  force_destroy          = !var.deletion_protection
  manage_region_settings = var.manage_account_settings
  notifications          = { topic_arn = module.regional_api.topic_arn }
}

# Who was erased, by product id: what is listed here never comes back, whatever is restored. Replicated, because a
# restore in the DR region must know it too; its key is its own, because those who may read it are few.
module "erasures_table" {
  source = "../../modules/dynamodb-ha"

  providers = {
    aws         = aws
    aws.replica = aws.replica
  }

  name                = local.erasures_table_name
  hash_key            = { name = "id" }
  encryption          = { alias = local.erasures_key_alias }
  capacity            = { mode = "on_demand" }
  deletion_protection = var.deletion_protection
  replicas            = { (var.dr_region) = {} }
}

module "restore" {
  source = "../../modules/backup/modules/restore"

  name  = var.name
  vault = { arn = module.backup.vault_arn, kms_key_arn = module.backup.kms_key_arn }
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
  recent_hours     = var.backup_validation.recent_hours

  backups = {
    vault_name = module.backup.vault_name
    vault_arn  = module.backup.vault_arn
    table_arn  = module.products_table.table_arn
    are        = "jobs"
  }

  erasures = local.erasures

  validation = {
    sample                = var.backup_validation.sample
    read_units_per_second = var.backup_validation.read_units_per_second
  }

  kms_key_arn        = module.regional_api.operations_kms_key_arn
  log_level          = var.log_level
  log_retention_days = var.log_retention_days
  runbook_base_url   = var.runbook_base_url
  topic_arns         = module.regional_api.topic_arns
}

locals {
  erasures = {
    table_name  = module.erasures_table.table_name
    table_arn   = module.erasures_table.table_arn
    kms_key_arn = module.erasures_table.kms_key_arns[var.primary_region]
  }

  backup_manager_table = {
    name        = module.products_table.table_name
    kms_key_arn = module.products_table.kms_key_arns[var.primary_region]
  }
}
