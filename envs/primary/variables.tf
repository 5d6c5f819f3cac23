# Inputs that only the primary environment has, because it makes the data; see shared_variables.tf for the others.

variable "backup_audit_framework" {
  description = "Whether AWS Backup Audit Manager keeps checking the backups; it needs AWS Config to record in the primary region."
  type        = bool
  default     = false
  nullable    = false
}

variable "backup_break_glass" {
  description = "The role that alone may delete recovery points, and who may assume it (with MFA); null makes none. modules/backup explains it."
  type        = object({ trusted_principal_arns = optional(list(string), []) })
  default     = {}
}

variable "backup_lock" {
  description = "The lock of the backup vaults: its mode (\"governance\", \"compliance\" or \"none\") and limits; modules/backup explains them."
  type = object({
    mode                                         = optional(string, "governance")
    min_retention_days                           = optional(number, 7)
    max_retention_days                           = optional(number, 400)
    changeable_for_days                          = optional(number)
    i_understand_that_compliance_is_irreversible = optional(bool, false)
  })
  default  = {}
  nullable = false
}

variable "backup_rules" {
  description = "When backups are taken and how long they and their copies are kept, by rule; modules/backup has the defaults (daily, weekly, monthly) and checks that AWS takes them. null takes the defaults."
  type = map(object({
    schedule                  = string
    start_window_minutes      = optional(number, 60)
    completion_window_minutes = optional(number, 180)
    cold_storage_after_days   = optional(number)
    delete_after_days         = number
    copy_to_dr                = optional(bool, true)
    copy = optional(object({
      cold_storage_after_days = optional(number)
      delete_after_days       = number
    }))
  }))
  default = null
}

variable "surge_events" {
  description = "Known surges of the products table by name (fashion weeks): between the two times (RFC 3339, UTC) autoscaling works between a higher baseline and maximum."
  type = map(object({
    starts_at = string
    ends_at   = string
    read      = optional(object({ baseline = number, maximum = number }))
    write     = optional(object({ baseline = number, maximum = number }))
  }))
  default  = {}
  nullable = false
}
