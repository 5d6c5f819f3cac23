# When backups are taken and how long they are kept; the other inputs stand in variables.tf.

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

  validation {
    condition     = length(var.rules) >= 1
    error_message = "A backup plan has at least one rule."
  }

  validation {
    condition     = alltrue([for name in keys(var.rules) : can(regex("^[a-zA-Z0-9_.-]{1,50}$", name))])
    error_message = "The name of a rule has 1 to 50 of the characters a-z, A-Z, 0-9, _, - and ."
  }

  validation {
    condition     = alltrue([for rule in values(var.rules) : can(regex("^(cron|rate)\\(.+\\)$", rule.schedule))])
    error_message = "rules: schedule is a cron(…) or rate(…) expression."
  }

  validation {
    condition     = alltrue([for rule in values(var.rules) : !can(regex("^(rate\\(\\d+ minutes?\\)|cron\\([^ ]*[,*/-])", rule.schedule))])
    error_message = "rules: AWS Backup runs a rule at most once an hour."
  }

  validation {
    condition     = alltrue([for rule in values(var.rules) : rule.start_window_minutes >= 60])
    error_message = "rules: start_window_minutes is at least 60."
  }

  validation {
    condition     = alltrue([for rule in values(var.rules) : rule.completion_window_minutes >= rule.start_window_minutes + 60])
    error_message = "rules: completion_window_minutes is at least 60 more than start_window_minutes."
  }

  validation {
    condition = alltrue(flatten([
      for rule in values(var.rules) : [
        for life in [
          { cold_storage_after_days = rule.cold_storage_after_days, delete_after_days = rule.delete_after_days },
          rule.copy_to_dr ? rule.copy : null,
        ] :
        life == null ? true : coalesce(life.cold_storage_after_days, 1) >= 1 && life.delete_after_days >= coalesce(try(life.cold_storage_after_days + 90, null), 1)
      ]
    ]))
    error_message = format("A backup in cold storage stays there 90 days: %s.", join("; ", flatten([
      for name, rule in var.rules : [
        for place, life in { "the backup" = rule, "its copy" = rule.copy } :
        format("%s of %s moves after %v days, so it is deleted after %v at the least, not %v", place, name, life.cold_storage_after_days, life.cold_storage_after_days + 90, life.delete_after_days)
        if try(life.delete_after_days < life.cold_storage_after_days + 90, false)
      ]
    ])))
  }

  validation {
    condition = var.lock.mode == "none" ? true : alltrue(flatten([
      for rule in values(var.rules) : [
        for life in [
          { cold_storage_after_days = rule.cold_storage_after_days, delete_after_days = rule.delete_after_days },
          rule.copy_to_dr ? rule.copy : null,
        ] :
        life == null ? true : life.delete_after_days >= var.lock.min_retention_days && life.delete_after_days <= var.lock.max_retention_days
      ]
    ]))
    error_message = "rules: a locked vault refuses a backup kept for less than lock.min_retention_days or more than lock.max_retention_days."
  }

  validation {
    condition     = alltrue([for rule in values(var.rules) : rule.copy == null || rule.copy_to_dr])
    error_message = "rules: copy is the lifecycle of a copy that copy_to_dr = false says not to make."
  }

  validation {
    condition     = length(var.rules) == 0 || anytrue([for rule in values(var.rules) : rule.copy_to_dr])
    error_message = "rules: at least one rule copies to the DR vault, or the loss of the region is the loss of every backup."
  }
}
