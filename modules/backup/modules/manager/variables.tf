variable "architecture" {
  description = "The instruction set that the package was built for: \"arm64\" or \"x86_64\"."
  type        = string
  nullable    = false
}

variable "backups" {
  description = <<-EOT
    Where this region's backups of the table are: its vault, the ARN of the table they were taken
    of, and what they `are` to this region: "jobs" where AWS Backup takes them, "copies" where it
    only receives them. By that the function tells whether there are recent ones.
  EOT
  type        = object({ vault_name = string, vault_arn = string, table_arn = string, are = string })
  nullable    = false

  validation {
    condition     = contains(["jobs", "copies"], var.backups.are)
    error_message = "backups.are is \"jobs\" or \"copies\"."
  }
}

variable "erasures" {
  description = "The log of erasures as this region has it: what is listed there never comes back in a restored table."
  type        = object({ table_name = string, table_arn = string, kms_key_arn = string })
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key of the function's log group, settings and failed events."
  type        = string
  nullable    = false
}

variable "log_level" {
  description = "The lowest level of the function's log lines that is kept."
  type        = string
  default     = "INFO"
  nullable    = false
}

variable "log_retention_days" {
  description = "How many days the function's log is kept."
  type        = number
  default     = 365
  nullable    = false
}

variable "name" {
  description = "Prefix of every name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,31}$", var.name))
    error_message = "name has 2 to 32 lower-case letters, digits and dashes, so that <name>-backups is no longer than a function's name may be."
  }
}

variable "owner" {
  description = "Who answers for the alarms, as their tag Owner says."
  type        = string
  default     = "data-protection"
  nullable    = false
}

variable "package_path" {
  description = "The path of backup_manager.zip."
  type        = string
  nullable    = false
}

variable "recent_hours" {
  description = "How old the newest completed backup may be, in hours, before someone is paged. A daily backup may start an hour late and take two."
  type        = number
  default     = 24
  nullable    = false

  validation {
    condition     = var.recent_hours >= 1 && var.recent_hours <= 168
    error_message = "recent_hours is between 1 and 168."
  }
}

variable "restore_role_arn" {
  description = "The role with which AWS Backup restores tables in this region (../restore)."
  type        = string
  nullable    = false
}

variable "runbook_base_url" {
  description = "Where the runbooks are published; every alarm links there."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^https://[^\\s]+$", var.runbook_base_url))
    error_message = "runbook_base_url starts with https://."
  }
}

variable "table" {
  description = "The table that is restored, as this region has it: its name, and the key that encrypts it and every table made of its backups."
  type        = object({ name = string, kms_key_arn = string })
  nullable    = false
}

variable "tags" {
  description = "Tags of everything the module creates."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "topic_arns" {
  description = "The topics of this region that the alarms notify, by severity."
  type        = object({ page = string, ticket = string })
  nullable    = false
}

variable "validation" {
  description = <<-EOT
    How a restored table is compared with the original: `sample` items of each are read whole;
    both are counted, reading no more than `read_units_per_second` so that clients notice nothing.
    Items that were written in the last `grace_seconds` before the recovery point was made may be
    missing: a copy is dated by its arrival, hours after its backup.
  EOT
  type = object({
    sample                = optional(number, 1000)
    read_units_per_second = optional(number, 100)
    grace_seconds         = optional(number, 300)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.validation.sample >= 100 && var.validation.sample <= 10000
    error_message = "validation.sample is between 100 (fewer would prove little) and 10000 (more would not fit into an invocation)."
  }

  validation {
    condition     = var.validation.read_units_per_second >= 1 && var.validation.grace_seconds >= 0
    error_message = "validation: read_units_per_second is at least 1, grace_seconds at least 0."
  }
}

variable "validation_schedule" {
  description = "When the function looks for recent backups: a cron or rate expression in UTC. By default two and a half hours after the daily backup is due, when its windows are over."
  type        = string
  default     = "cron(30 3 * * ? *)"
  nullable    = false

  validation {
    condition     = can(regex("^(cron|rate)\\(.+\\)$", var.validation_schedule))
    error_message = "validation_schedule is a cron(…) or rate(…) expression."
  }
}
