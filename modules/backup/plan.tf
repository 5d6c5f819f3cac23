resource "aws_backup_plan" "this" {
  name = "${var.name}-backup-plan"
  tags = var.tags

  dynamic "rule" {
    for_each = var.rules

    content {
      rule_name                    = rule.key
      target_vault_name            = module.vault.name
      schedule                     = rule.value.schedule
      schedule_expression_timezone = "Etc/UTC"
      start_window                 = rule.value.start_window_minutes
      completion_window            = rule.value.completion_window_minutes
      recovery_point_tags          = merge(var.tags, { BackupRule = rule.key })

      lifecycle {
        cold_storage_after = rule.value.cold_storage_after_days
        delete_after       = rule.value.delete_after_days
      }

      dynamic "copy_action" {
        for_each = rule.value.copy_to_dr ? [coalesce(rule.value.copy, {
          cold_storage_after_days = rule.value.cold_storage_after_days
          delete_after_days       = rule.value.delete_after_days
        })] : []

        content {
          destination_vault_arn = module.dr_vault.arn

          lifecycle {
            cold_storage_after = copy_action.value.cold_storage_after_days
            delete_after       = copy_action.value.delete_after_days
          }
        }
      }
    }
  }

  # Copies and cold storage of DynamoDB backups fail unless the account has the advanced
  # features on, so the plan comes after the setting where this module owns it.
  depends_on = [aws_backup_region_settings.primary, aws_backup_region_settings.dr]
}

resource "aws_backup_selection" "arns" {
  count = length(var.selection.arns) > 0 ? 1 : 0

  name         = "${var.name}-by-arn"
  plan_id      = aws_backup_plan.this.id
  iam_role_arn = aws_iam_role.backup.arn
  resources    = var.selection.arns

  depends_on = [aws_iam_role_policy.backup]
}

resource "aws_backup_selection" "tags" {
  count = length(var.selection.tags) > 0 ? 1 : 0

  name         = "${var.name}-by-tag"
  plan_id      = aws_backup_plan.this.id
  iam_role_arn = aws_iam_role.backup.arn
  resources    = ["arn:${data.aws_partition.current.partition}:dynamodb:*:*:table/*"]

  # Conditions are ANDed; several selection_tag blocks would be ORed.
  condition {
    dynamic "string_equals" {
      for_each = var.selection.tags

      content {
        key   = "aws:ResourceTag/${string_equals.key}"
        value = string_equals.value
      }
    }
  }
}

resource "aws_backup_vault_notifications" "this" {
  count = var.notifications == null ? 0 : 1

  backup_vault_name   = module.vault.name
  sns_topic_arn       = var.notifications.topic_arn
  backup_vault_events = ["BACKUP_JOB_FAILED", "BACKUP_JOB_EXPIRED", "COPY_JOB_FAILED", "RESTORE_JOB_FAILED"]
}
