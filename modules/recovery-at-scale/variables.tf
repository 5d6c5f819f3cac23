variable "architecture" {
  description = "The instruction set that the package was built for: \"arm64\" or \"x86_64\"."
  type        = string
  nullable    = false
}

variable "erasures" {
  description = "The log of erasures as this region has it: what is listed there never comes back."
  type        = object({ table_name = string, table_arn = string, kms_key_arn = string })
  nullable    = false
}

variable "force_destroy" {
  description = "Whether the bucket may be destroyed with what is in it; only for throw-away environments."
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key of the logs and of the function's settings; its policy must let CloudWatch Logs use it. Plans and undo files, which hold items, have a key of their own."
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
  description = "How many days the logs are kept."
  type        = number
  default     = 365
  nullable    = false
}

variable "max_concurrency" {
  description = "How many segments are worked on at the same time: so many executions are reserved for the function. The shares of the table's capacity are divided by it."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.max_concurrency >= 1 && var.max_concurrency <= 1000
    error_message = "max_concurrency must be 1 to 1000: a state machine runs up to 10,000 children at a time, but a new account 1000 functions."
  }
}

variable "name" {
  description = "Prefix of every name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}$", var.name))
    error_message = "name has 2 to 31 lower-case letters, digits and dashes, so that <name>-recovery is no longer than a function's name may be."
  }
}

variable "owner" {
  description = "Who answers for the alarm, as its tag Owner says."
  type        = string
  default     = "data-protection"
  nullable    = false
}

variable "package_path" {
  description = "The path of recovery_worker.zip."
  type        = string
  nullable    = false
}

variable "retention_days" {
  description = "How many days plans, undo files and reports are kept. They hold items, and so may hold what is to be erased."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.retention_days >= 1 && var.retention_days <= 90
    error_message = "Plans are kept 1 to 90 days: as long as somebody may want to take a repair back, and no longer."
  }
}

variable "runbook_base_url" {
  description = "Where the runbooks (docs/runbooks) are published; the alarm links there."
  type        = string
  nullable    = false
}

variable "segment_mib" {
  description = "About how many MiB of a table one segment has; smaller ones spread the work more evenly, larger ones cost fewer state transitions."
  type        = number
  default     = 256
  nullable    = false

  validation {
    condition     = var.segment_mib >= 1
    error_message = "A segment must have at least 1 MiB."
  }
}

variable "slice_seconds" {
  description = "How long one invocation works before the state machine calls the next. An execution that is stopped has written its last repair by then."
  type        = number
  default     = 120
  nullable    = false

  validation {
    condition     = var.slice_seconds >= 1 && var.slice_seconds <= 720
    error_message = "slice_seconds must be 1 to 720: Lambda ends an invocation after 900, and three minutes are for what is at work then."
  }
}

variable "table" {
  description = "The live table, which is repaired, and its key."
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
  description = "The topics that alarms notify, by severity: page, ticket."
  type        = map(string)
  nullable    = false

  validation {
    condition     = can(var.topic_arns["page"])
    error_message = "topic_arns must name the topic for the severity page."
  }
}
