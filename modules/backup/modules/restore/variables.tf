variable "name" {
  description = "Prefix of the names of the role and the restore testing plan."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{2,30}$", var.name))
    error_message = "name has 2 to 30 of the characters a-z, A-Z, 0-9, _ and -, so that the names made from it are short enough."
  }
}

variable "table" {
  description = "The table whose backups the vault holds, by its name, and the key in this region that encrypts what is restored."
  type        = object({ name = string, kms_key_arn = string })
  nullable    = false
}

variable "tags" {
  description = "Tags of everything the module creates."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "testing" {
  description = <<-EOT
    When a recovery point is restored for a test, and which: one of the last
    `selection_window_days`, the latest or a random one. Its table is kept until the result is
    in, `validation_window_hours` at most.
  EOT
  type = object({
    schedule                = optional(string, "cron(0 5 * * ? *)")
    start_window_hours      = optional(number, 1)
    algorithm               = optional(string, "LATEST_WITHIN_WINDOW")
    selection_window_days   = optional(number, 7)
    validation_window_hours = optional(number, 4)
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^cron\\(.+\\)$", var.testing.schedule))
    error_message = "testing.schedule is a cron(…) expression in UTC."
  }

  validation {
    condition     = contains(["LATEST_WITHIN_WINDOW", "RANDOM_WITHIN_WINDOW"], var.testing.algorithm)
    error_message = "testing.algorithm is \"LATEST_WITHIN_WINDOW\" or \"RANDOM_WITHIN_WINDOW\"."
  }

  validation {
    condition     = var.testing.selection_window_days >= 1 && var.testing.selection_window_days <= 365
    error_message = "testing.selection_window_days is between 1 and 365."
  }

  validation {
    condition     = var.testing.start_window_hours >= 1 && var.testing.start_window_hours <= 168
    error_message = "testing.start_window_hours is between 1 and 168."
  }

  validation {
    # Without a window AWS Backup deletes the table at once, and nobody can compare its data.
    condition     = var.testing.validation_window_hours >= 1 && var.testing.validation_window_hours <= 168
    error_message = "testing.validation_window_hours is between 1 and 168: a restore whose data nobody looked at proves little."
  }
}

variable "vault" {
  description = "The vault in this region whose recovery points are tested, and its key."
  type        = object({ arn = string, kms_key_arn = string })
  nullable    = false
}
