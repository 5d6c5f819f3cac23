# Backup Audit Manager keeps looking whether the promises hold. It evaluates through AWS Config, which must record in
# this region, and is paid for by evaluation: hence a choice.

locals {
  audited_resources = ["DynamoDB"]

  # By control: its parameters, and the kinds of resources that it looks at (the others look at recovery points).
  framework_controls = {
    BACKUP_LAST_RECOVERY_POINT_CREATED = {
      parameters = { recoveryPointAgeUnit = "days", recoveryPointAgeValue = "1" }
      resources  = local.audited_resources
    }
    BACKUP_RECOVERY_POINT_ENCRYPTED                = { parameters = {}, resources = [] }
    BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED = { parameters = {}, resources = [] }
    BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK = {
      parameters = { requiredRetentionDays = tostring(min([for rule in values(var.rules) : rule.delete_after_days]...)) }
      resources  = []
    }
    BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN       = { parameters = {}, resources = local.audited_resources }
    BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK = { parameters = {}, resources = local.audited_resources }
    BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION      = { parameters = {}, resources = local.audited_resources }
  }
}

resource "aws_backup_framework" "this" {
  count = var.audit_framework ? 1 : 0

  name        = "${replace(var.name, "-", "_")}_backups"
  description = "Backups of ${var.name} are taken daily, encrypted, locked and copied to the other region."
  tags        = var.tags

  dynamic "control" {
    for_each = local.framework_controls

    content {
      name = control.key

      dynamic "input_parameter" {
        for_each = control.value.parameters

        content {
          name  = input_parameter.key
          value = input_parameter.value
        }
      }

      dynamic "scope" {
        for_each = length(control.value.resources) > 0 ? [control.value.resources] : []

        content {
          compliance_resource_types = scope.value
        }
      }
    }
  }
}
