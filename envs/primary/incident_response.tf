locals {
  # A failed job of the plan is started again once, as the plan would have.
  backups_to_restart = {
    vault_name = module.backup.vault_name
    vault_arn  = module.backup.vault_arn
    role_arn   = module.backup.role_arn
    plan_arn   = module.backup.plan_arn
  }
}
