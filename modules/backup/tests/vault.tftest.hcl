# One vault on its own: its lock, its access policy, its region.

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

run "a_governance_lock_can_be_lifted" {
  command = plan

  module {
    source = "./modules/vault"
  }

  variables {
    name          = "techmoda-vault"
    force_destroy = false
    tags          = {}
    lock          = { mode = "governance", min_retention_days = 7, max_retention_days = 400 }
  }

  assert {
    condition     = aws_backup_vault_lock_configuration.this[0].changeable_for_days == null && aws_backup_vault_lock_configuration.this[0].min_retention_days == 7
    error_message = "No day of no return: that is what makes it governance."
  }

  assert {
    condition = length([
      for statement in jsondecode(aws_backup_vault_policy.this.policy).Statement : statement
      if statement.Effect == "Deny" && statement.Principal == "*" && contains(flatten([statement.Action]), "backup:DeleteRecoveryPoint") && !can(statement.Condition)
    ]) == 1
    error_message = "Without a break-glass role nobody deletes a recovery point."
  }
}

run "a_compliance_lock_has_its_day_of_no_return" {
  command = plan

  module {
    source = "./modules/vault"
  }

  variables {
    name          = "techmoda-vault"
    force_destroy = false
    tags          = {}
    lock          = { mode = "compliance", min_retention_days = 7, max_retention_days = 400, changeable_for_days = 10 }
  }

  assert {
    condition     = aws_backup_vault_lock_configuration.this[0].changeable_for_days == 10
    error_message = "After ten days the lock stays."
  }
}

run "a_throw_away_vault_without_a_lock_can_be_emptied" {
  command = plan

  module {
    source = "./modules/vault"
  }

  variables {
    name          = "techmoda-vault"
    force_destroy = true
    tags          = {}
    lock          = { mode = "none", min_retention_days = 7, max_retention_days = 400 }
  }

  assert {
    condition     = length(aws_backup_vault_lock_configuration.this) == 0 && aws_backup_vault.this.force_destroy
    error_message = "There is no lock, and destroying takes the recovery points along."
  }
}

run "only_the_break_glass_role_ends_the_life_of_a_recovery_point" {
  command = plan

  module {
    source = "./modules/vault"
  }

  variables {
    name                 = "techmoda-vault"
    break_glass_role_arn = "arn:aws:iam::111111111111:role/techmoda-backup-break-glass"
    force_destroy        = true
    tags                 = {}
    lock                 = { mode = "none", min_retention_days = 7, max_retention_days = 400 }
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_backup_vault_policy.this.policy).Statement : statement
      if contains(flatten([statement.Action]), "backup:DeleteRecoveryPoint")
      ]) == {
      Sid       = "OnlyTheBreakGlassRoleEndsTheLifeOfARecoveryPoint"
      Effect    = "Deny"
      Principal = "*"
      Action    = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"]
      Resource  = "*"
      Condition = { ArnNotEquals = { "aws:PrincipalArn" = "arn:aws:iam::111111111111:role/techmoda-backup-break-glass" } }
    }
    error_message = "Everyone else is denied both, a throw-away vault's administrator included."
  }
}

run "a_vault_in_a_region_that_is_not_allowed_is_refused" {
  command = plan

  module {
    source = "./modules/vault"
  }

  variables {
    name            = "techmoda-vault"
    allowed_regions = ["eu-west-1", "eu-central-1"]
    force_destroy   = false
    tags            = {}
    lock            = { mode = "none", min_retention_days = 7, max_retention_days = 400 }
  }

  expect_failures = [aws_backup_vault.this]
}
