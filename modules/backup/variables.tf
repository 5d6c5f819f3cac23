variable "force_destroy" {
  description = "Whether destroying a vault also deletes its recovery points; only for throw-away environments."
  type        = bool
  default     = false
  nullable    = false
}

variable "lock" {
  description = <<-EOT
    Vault lock of both vaults. "governance" can be lifted by a principal with the right
    permission; "compliance" cannot be lifted by anyone, the root user and AWS included, once
    `changeable_for_days` (at least 3) have passed: recovery points then stay until they expire,
    and with them any personal data in them. Compliance therefore also needs
    `i_understand_that_compliance_is_irreversible = true`. "none" leaves the vaults unlocked.
  EOT
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

variable "manage_region_settings" {
  description = "Whether this module turns on AWS Backup's advanced DynamoDB features (cold storage, copies to another region) in both regions. The setting belongs to the whole account and region, so exactly one configuration may own it."
  type        = bool
  default     = false
  nullable    = false
}

variable "name" {
  description = "Prefix of the names of the vaults (<name>-vault, <name>-vault-dr), the plan, the role and the keys."
  type        = string
  nullable    = false
}

variable "notifications" {
  description = "The SNS topic, in the vault's region, that hears of failed and expired jobs; none when left out. (An object, so that a topic made in the same apply will do.)"
  type        = object({ topic_arn = string })
  default     = null
}

variable "rules" {
  description = <<-EOT
    Backup rules by name. `schedule` is a cron or rate expression in UTC, at most hourly. A
    backup that moves to cold storage must stay there 90 days: delete_after_days ≥
    cold_storage_after_days + 90. `copy` is the lifecycle of the copy in the DR vault
    (default: the rule's own); `copy_to_dr = false` keeps the backup in one region.
  EOT
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
  default = {
    RespaldosDiarios = {
      schedule                  = "cron(0 1 * * ? *)"
      start_window_minutes      = 60
      completion_window_minutes = 120
      delete_after_days         = 30
    }
    RespaldosSemanales = {
      schedule                  = "cron(0 2 ? * SUN *)"
      start_window_minutes      = 120
      completion_window_minutes = 240
      cold_storage_after_days   = 30
      delete_after_days         = 120
    }
    RespaldosMensuales = {
      schedule                  = "cron(0 3 1 * ? *)"
      start_window_minutes      = 120
      completion_window_minutes = 480
      cold_storage_after_days   = 90
      delete_after_days         = 365
    }
  }
  nullable = false
}

variable "selection" {
  description = "What is backed up: the ARNs of tables, and every supported resource that carries all of `tags`."
  type = object({
    arns = optional(list(string), [])
    tags = optional(map(string), {})
  })
  nullable = false
}

variable "tags" {
  description = "Tags of everything the module creates, in both regions."
  type        = map(string)
  default     = {}
  nullable    = false
}
