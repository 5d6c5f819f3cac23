# Every resource of AWS Backup that a deployment can have, each in its plain form.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "dr"
  region = "us-west-2"
}

variable "days" {
  description = "How long backups are kept; another value changes what Terraform can change in place."
  type        = number
  default     = 30
}

locals {
  tags = { Days = tostring(var.days) }
  resource_types = toset([
    "Aurora", "CloudFormation", "DSQL", "DocumentDB", "DynamoDB", "EBS", "EC2", "EFS", "FSx", "Neptune", "RDS",
    "Redshift", "Redshift Serverless", "S3", "SAP HANA on Amazon EC2", "Storage Gateway", "Timestream", "VirtualMachine",
  ])
}

resource "aws_kms_key" "vault" {}

resource "aws_sns_topic" "vault" {
  name = "backup-root"
}

resource "aws_iam_role" "backup" {
  name = "backup-root"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "backup.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_dynamodb_table" "protected" {
  name         = "backup-root"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  tags         = { Backup = "yes" }

  attribute {
    name = "id"
    type = "S"
  }

  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = min(35, var.days)
  }
}

resource "aws_backup_vault" "governed" {
  name        = "backup-root"
  kms_key_arn = aws_kms_key.vault.arn
  tags        = local.tags
}

resource "aws_backup_vault_lock_configuration" "governed" {
  backup_vault_name  = aws_backup_vault.governed.name
  min_retention_days = 7
  max_retention_days = var.days + 100
}

resource "aws_backup_vault_policy" "governed" {
  backup_vault_name = aws_backup_vault.governed.name

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Deny", Principal = "*", Action = "backup:DeleteRecoveryPoint", Resource = "*" }]
  })
}

resource "aws_backup_vault_notifications" "governed" {
  backup_vault_name   = aws_backup_vault.governed.name
  sns_topic_arn       = aws_sns_topic.vault.arn
  backup_vault_events = ["BACKUP_JOB_COMPLETED", "COPY_JOB_FAILED"]
}

# With the key that AWS manages, and a lock that becomes final in three days.
resource "aws_backup_vault" "compliant" {
  name = "backup-root-compliant"
}

resource "aws_backup_vault_lock_configuration" "compliant" {
  backup_vault_name   = aws_backup_vault.compliant.name
  changeable_for_days = 3
  min_retention_days  = 7
}

resource "aws_backup_vault" "dr" {
  provider = aws.dr
  name     = "backup-root-dr"
}

resource "aws_backup_region_settings" "all" {
  resource_type_opt_in_preference     = { for type in local.resource_types : type => true }
  resource_type_management_preference = { DynamoDB = true, EFS = true }
}

resource "aws_backup_plan" "both" {
  name = "backup-root"
  tags = local.tags

  rule {
    rule_name           = "daily"
    target_vault_name   = aws_backup_vault.governed.name
    schedule            = "cron(0 1 * * ? *)"
    start_window        = 60
    completion_window   = 180
    recovery_point_tags = local.tags

    lifecycle {
      delete_after = var.days
    }

    copy_action {
      destination_vault_arn = aws_backup_vault.dr.arn

      lifecycle {
        delete_after = var.days
      }
    }
  }

  rule {
    rule_name                    = "weekly"
    target_vault_name            = aws_backup_vault.governed.name
    schedule                     = "cron(0 2 ? * SUN *)"
    schedule_expression_timezone = "Europe/Madrid"

    lifecycle {
      cold_storage_after = var.days
      delete_after       = var.days + 90
    }
  }
}

resource "aws_backup_selection" "arns" {
  name         = "by-arn"
  plan_id      = aws_backup_plan.both.id
  iam_role_arn = aws_iam_role.backup.arn
  resources    = [aws_dynamodb_table.protected.arn]
}

resource "aws_backup_selection" "conditions" {
  name          = "by-condition"
  plan_id       = aws_backup_plan.both.id
  iam_role_arn  = aws_iam_role.backup.arn
  resources     = ["arn:aws:dynamodb:*:*:table/*"]
  not_resources = ["arn:aws:dynamodb:*:*:table/scratch-*"]

  condition {
    string_equals {
      key   = "aws:ResourceTag/Backup"
      value = "yes"
    }
  }
}

resource "aws_backup_selection" "tags" {
  name         = "by-tag"
  plan_id      = aws_backup_plan.both.id
  iam_role_arn = aws_iam_role.backup.arn

  selection_tag {
    type  = "STRINGEQUALS"
    key   = "Backup"
    value = "yes"
  }
}

resource "aws_backup_restore_testing_plan" "nightly" {
  name                = "backup_root"
  schedule_expression = "cron(0 5 ? * * *)"
  start_window_hours  = 1
  tags                = local.tags

  recovery_point_selection {
    algorithm             = "LATEST_WITHIN_WINDOW"
    include_vaults        = [aws_backup_vault.governed.arn]
    recovery_point_types  = ["SNAPSHOT"]
    selection_window_days = var.days
  }
}

resource "aws_backup_restore_testing_selection" "arns" {
  name                       = "by_arn"
  restore_testing_plan_name  = aws_backup_restore_testing_plan.nightly.name
  protected_resource_type    = "DynamoDB"
  iam_role_arn               = aws_iam_role.backup.arn
  protected_resource_arns    = [aws_dynamodb_table.protected.arn]
  restore_metadata_overrides = { encryptionType = "Default" }
  validation_window_hours    = var.days
}

resource "aws_backup_restore_testing_selection" "conditions" {
  name                      = "by_condition"
  restore_testing_plan_name = aws_backup_restore_testing_plan.nightly.name
  protected_resource_type   = "DynamoDB"
  iam_role_arn              = aws_iam_role.backup.arn

  protected_resource_conditions {
    string_equals {
      key   = "aws:ResourceTag/Backup"
      value = "yes"
    }
  }
}

resource "aws_backup_framework" "retention" {
  name = "backup_root"

  control {
    name = "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK"

    input_parameter {
      name  = "requiredRetentionDays"
      value = tostring(var.days)
    }
  }
}
