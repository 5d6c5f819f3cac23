# The same, byte for byte, in envs/primary and envs/dr (a test compares them): a repair at scale is of use in the region
# that serves clients, whichever that is.

module "recovery_at_scale" {
  source = "../../modules/recovery-at-scale"

  name            = var.name
  package_path    = "${var.lambda_package_dir}/recovery_worker.zip"
  architecture    = var.lambda_architecture
  table           = local.backup_manager_table
  erasures        = local.erasures
  max_concurrency = module.capacity.recovery.max_concurrency
  force_destroy   = !var.deletion_protection

  kms_key_arn        = module.regional_api.operations_kms_key_arn
  log_level          = var.log_level
  log_retention_days = var.log_retention_days
  owner              = var.owner
  runbook_base_url   = var.runbook_base_url
  topic_arns         = module.regional_api.topic_arns
}

output "recovery_bucket_name" {
  description = "The name of the bucket with plans, undo files and reports of repairs at scale."
  value       = module.recovery_at_scale.bucket_name
}

output "recovery_state_machine_arn" {
  description = "The ARN of the state machine that repairs a table which outgrows one machine."
  value       = module.recovery_at_scale.state_machine_arn
}
