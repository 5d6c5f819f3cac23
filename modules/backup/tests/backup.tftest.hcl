# What the module plans: rules, copies, selection, roles, audit.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111111111111" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }
}

mock_provider "aws" {
  alias = "replica"

  mock_data "aws_caller_identity" {
    defaults = { account_id = "111111111111" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { name = "us-west-2" }
  }
}

variables {
  name      = "techmoda"
  selection = { arns = ["arn:aws:dynamodb:us-east-1:111111111111:table/products"] }
}

run "the_seeds_three_rules_are_planned_with_lifecycles_that_aws_takes" {
  command = plan

  assert {
    condition = {
      for rule in aws_backup_plan.this.rule : rule.rule_name =>
      [rule.schedule, rule.start_window, rule.completion_window, coalesce(rule.lifecycle[0].cold_storage_after, 0), rule.lifecycle[0].delete_after]
      } == {
      RespaldosDiarios   = ["cron(0 1 * * ? *)", 60, 120, 0, 30]
      RespaldosSemanales = ["cron(0 2 ? * SUN *)", 120, 240, 30, 120]
      RespaldosMensuales = ["cron(0 3 1 * ? *)", 120, 480, 90, 365]
    }
    error_message = "Daily at one, kept 30 days; weekly, cold after 30 and kept 120; monthly, cold after 90 and kept 365."
  }

  assert {
    condition = alltrue([
      for rule in aws_backup_plan.this.rule :
      one(rule.copy_action).lifecycle[0].delete_after == rule.lifecycle[0].delete_after
    ])
    error_message = "Each backup is copied once, and the copy lives as long."
  }

  assert {
    condition     = alltrue([for rule in aws_backup_plan.this.rule : rule.target_vault_name == "techmoda-vault"]) && output.dr_vault_name == "techmoda-vault-dr"
    error_message = "Backups go to the vault; the DR vault has the seed's name."
  }

  assert {
    condition     = length(aws_backup_region_settings.primary) + length(aws_backup_region_settings.dr) == 0
    error_message = "The account-wide settings are left alone unless asked for."
  }
}

run "a_copy_may_live_longer_than_its_backup" {
  command = plan

  variables {
    rules = {
      nightly = {
        schedule          = "cron(0 1 * * ? *)"
        delete_after_days = 30
        copy              = { cold_storage_after_days = 30, delete_after_days = 365 }
      }
    }
  }

  assert {
    condition     = one(one(aws_backup_plan.this.rule).copy_action).lifecycle[0].delete_after == 365
    error_message = "The copy has its own lifecycle."
  }
}

run "tables_are_selected_by_arn_and_the_role_reaches_only_them" {
  command = plan

  assert {
    condition     = aws_backup_selection.arns[0].resources == toset(var.selection.arns) && length(aws_backup_selection.tags) == 0
    error_message = "Exactly the named tables."
  }
}

run "tables_are_selected_that_carry_every_tag" {
  command = plan

  variables {
    selection = { tags = { Backup = "yes", Environment = "production" } }
  }

  assert {
    condition = toset(one(aws_backup_selection.tags[0].condition).string_equals) == toset([
      { key = "aws:ResourceTag/Backup", value = "yes" },
      { key = "aws:ResourceTag/Environment", value = "production" },
    ])
    error_message = "Conditions are ANDed."
  }
}

run "region_settings_and_notifications_are_opt_in" {
  command = plan

  variables {
    manage_region_settings = true
    notifications          = { topic_arn = "arn:aws:sns:us-east-1:111111111111:techmoda-alerts" }
  }

  assert {
    condition     = aws_backup_region_settings.primary[0].resource_type_management_preference == tomap({ DynamoDB = true }) && aws_backup_region_settings.dr[0].resource_type_management_preference == tomap({ DynamoDB = true })
    error_message = "DynamoDB's advanced features are on in both regions."
  }

  assert {
    condition     = aws_backup_vault_notifications.this[0].backup_vault_events == toset(["BACKUP_JOB_FAILED", "BACKUP_JOB_EXPIRED", "COPY_JOB_FAILED", "RESTORE_JOB_FAILED"])
    error_message = "Every kind of failure is told."
  }
}

# With known ARNs in place of those that AWS would give, so that policies can be read.
run "the_role_can_take_and_copy_backups_and_nothing_else" {
  command = apply

  override_module {
    target  = module.vault
    outputs = { arn = "arn:aws:backup:us-east-1:111111111111:backup-vault:techmoda-vault", kms_key_arn = "arn:aws:kms:us-east-1:111111111111:key/1", name = "techmoda-vault" }
  }

  override_module {
    target  = module.dr_vault
    outputs = { arn = "arn:aws:backup:us-west-2:111111111111:backup-vault:techmoda-vault-dr", kms_key_arn = "arn:aws:kms:us-west-2:111111111111:key/2", name = "techmoda-vault-dr" }
  }

  override_resource {
    target = aws_iam_role.backup
    values = { arn = "arn:aws:iam::111111111111:role/techmoda-backup" }
  }

  assert {
    condition = !anytrue([
      for action in flatten([for statement in jsondecode(aws_iam_role_policy.backup.policy).Statement : statement.Action]) :
      strcontains(action, "*") || contains(["backup:DeleteRecoveryPoint", "dynamodb:DeleteTable", "dynamodb:RestoreTableFromBackup"], action)
    ])
    error_message = "No wildcard action, nothing that deletes or restores."
  }

  assert {
    condition     = !anytrue([for statement in jsondecode(aws_iam_role_policy.backup.policy).Statement : contains(flatten([statement.Resource]), "*")])
    error_message = "With a selection by ARN no statement covers every resource."
  }

  assert {
    condition     = tolist(one([for statement in jsondecode(aws_iam_role_policy.backup.policy).Statement : statement.Resource if statement.Sid == "BackUpTheTables"])) == tolist(var.selection.arns)
    error_message = "Only the selected tables."
  }
}

run "the_break_glass_role_is_assumed_with_mfa_and_can_only_end_the_life_of_recovery_points" {
  command = apply

  override_module {
    target  = module.vault
    outputs = { arn = "arn:aws:backup:us-east-1:111111111111:backup-vault:techmoda-vault", kms_key_arn = "arn:aws:kms:us-east-1:111111111111:key/1", name = "techmoda-vault" }
  }

  override_module {
    target  = module.dr_vault
    outputs = { arn = "arn:aws:backup:us-west-2:111111111111:backup-vault:techmoda-vault-dr", kms_key_arn = "arn:aws:kms:us-west-2:111111111111:key/2", name = "techmoda-vault-dr" }
  }

  override_resource {
    target = aws_iam_role.backup
    values = { arn = "arn:aws:iam::111111111111:role/techmoda-backup" }
  }

  variables {
    break_glass = { trusted_principal_arns = ["arn:aws:iam::111111111111:user/security"] }
  }

  assert {
    condition = one(jsondecode(aws_iam_role.break_glass[0].assume_role_policy).Statement) == {
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::111111111111:user/security"] }
      Action    = "sts:AssumeRole"
      Condition = { Bool = { "aws:MultiFactorAuthPresent" = "true" } }
    }
    error_message = "Only the trusted person, and only with MFA."
  }

  assert {
    condition = alltrue([
      for action in flatten([for statement in jsondecode(aws_iam_role_policy.break_glass[0].policy).Statement : statement.Action]) :
      can(regex("^backup:[A-Za-z]+$", action)) && !contains(["backup:DeleteBackupVault", "backup:StartRestoreJob"], action)
    ])
    error_message = "The role ends the life of recovery points and does nothing else."
  }
}

run "there_need_be_no_break_glass_role" {
  command = plan

  variables {
    break_glass = null
  }

  assert {
    condition     = length(aws_iam_role.break_glass) == 0 && length(aws_iam_role_policy.break_glass) == 0
    error_message = "Nobody may then."
  }
}

run "the_audit_is_a_choice" {
  command = plan

  assert {
    condition     = length(aws_backup_framework.this) == 0
    error_message = "It costs, and needs AWS Config."
  }
}

run "the_audit_looks_for_each_promise" {
  command = plan

  variables {
    audit_framework = true
  }

  assert {
    condition = toset(aws_backup_framework.this[0].control[*].name) == toset([
      "BACKUP_LAST_RECOVERY_POINT_CREATED", "BACKUP_RECOVERY_POINT_ENCRYPTED", "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED",
      "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK", "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN",
      "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK", "BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION",
    ])
    error_message = "Taken, encrypted, kept, locked and copied."
  }

  assert {
    condition     = [for control in aws_backup_framework.this[0].control : one(control.input_parameter).value if control.name == "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK"] == ["30"]
    error_message = "The shortest retention of the rules is the least."
  }
}
