# Inputs in alphabetical order; the playbooks stand in variables-playbooks.tf. Each validation has a negative test.

variable "alarm_actions" {
  description = "ARNs that the alarms about the responder notify when they go off and when they clear, by severity: `page` and `ticket`."
  type        = object({ page = set(string), ticket = set(string) })
  nullable    = false

  validation {
    condition     = length(var.alarm_actions.page) > 0 && length(var.alarm_actions.ticket) > 0
    error_message = "Someone must hear that the responder does not work: name an action for each severity."
  }
}

variable "architecture" {
  description = "The instruction set that the package was built for: \"arm64\" or \"x86_64\"."
  type        = string
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether DynamoDB refuses to delete the table with the audit records."
  type        = bool
  default     = true
  nullable    = false
}

variable "dry_run" {
  description = "Whether playbooks only tell what they would do."
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key of the function's log and settings, and of the queue. Its policy must let CloudWatch Logs of the region use it, and EventBridge (kms:Decrypt, kms:GenerateDataKey), which fills the queue."
  type        = string
  nullable    = false
}

variable "limits" {
  description = <<-EOT
    Limits of all playbooks together: `acts_per_hour`; for how long a version must have served
    until the responder may go back to it (`stable_after_seconds`); and how many days audit
    records are kept. Each playbook has a cool-down of its own besides.
  EOT
  type = object({
    acts_per_hour        = optional(number, 10)
    stable_after_seconds = optional(number, 600)
    keep_records_days    = optional(number, 400)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.limits.acts_per_hour >= 1 && var.limits.acts_per_hour <= 60 && floor(var.limits.acts_per_hour) == var.limits.acts_per_hour
    error_message = "limits.acts_per_hour is a whole number from 1 to 60: more than one act a minute is a loop, not an answer."
  }

  validation {
    condition     = var.limits.stable_after_seconds >= 1 && var.limits.stable_after_seconds <= 86400 && floor(var.limits.stable_after_seconds) == var.limits.stable_after_seconds
    error_message = "limits.stable_after_seconds is a whole number from 1 to 86400."
  }

  validation {
    condition     = var.limits.keep_records_days >= 90 && floor(var.limits.keep_records_days) == var.limits.keep_records_days
    error_message = "limits.keep_records_days is a whole number of at least 90: audits look back a quarter."
  }
}

variable "log_level" {
  description = "The lowest level of log lines that the function keeps."
  type        = string
  default     = "INFO"
  nullable    = false
}

variable "log_retention_days" {
  description = "How many days its log is kept."
  type        = number
  default     = 365
  nullable    = false
}

variable "name" {
  description = "Prefix of every name; the function and the table are <name>-incidents."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{2,30}$", var.name))
    error_message = "name has 2 to 30 of the characters a-z, A-Z, 0-9, _ and -."
  }
}

variable "owner" {
  description = "The team that answers for the responder: tag Owner of its alarms."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.owner) > 0
    error_message = "An alarm without an owner is nobody's."
  }
}

variable "package_path" {
  description = "The path of the function's zip."
  type        = string
  nullable    = false
}

variable "runbook_base_url" {
  description = "Where the runbooks (docs/runbooks) are published; the alarms link to <runbook_base_url>/incident-response.md."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^https://[^\\s]+$", var.runbook_base_url))
    error_message = "runbook_base_url starts with https://."
  }
}

variable "tags" {
  description = "Tags of everything the module creates."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "topic" {
  description = "The topic that is told what was done, and the key that encrypts it."
  type        = object({ arn = string, kms_key_arn = string })
  nullable    = false
}
