# Inputs that only the primary environment has, because it makes the data; see shared_variables.tf for the others.

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

variable "deletion_protection" {
  description = "Whether the tables and the backups refuse to be deleted; false only for throw-away environments."
  type        = bool
  default     = true
  nullable    = false
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
