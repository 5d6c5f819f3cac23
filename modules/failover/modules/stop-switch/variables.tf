# Inputs in alphabetical order. Each validation has a negative test in tests/.

variable "alarm_actions" {
  description = "ARNs that the alarms of each severity notify when they go off and when they clear."
  type        = object({ page = set(string), ticket = set(string) })
  nullable    = false
}

variable "architecture" {
  description = "The instruction set that the package was built for: \"arm64\" or \"x86_64\"."
  type        = string
  nullable    = false
}

variable "arm_after_seconds" {
  description = "How many seconds after a change of the switch DNS has followed it for certain: only then may its answer arm the latch again."
  type        = number
  nullable    = false

  validation {
    condition     = var.arm_after_seconds >= 60
    error_message = "DNS answers of the aliases are kept for 60 seconds alone; a latch that is armed earlier would undo a resume."
  }
}

variable "deletion_protection" {
  description = "Whether DynamoDB refuses to delete the table."
  type        = bool
  nullable    = false
}

variable "hosts" {
  description = "Host names: `primary` and `dr` are each region's own, and the CNAME of `active` is the one to which clients are led."
  type        = object({ active = string, primary = string, dr = string })
  nullable    = false

  validation {
    condition     = length(distinct(values(var.hosts))) == 3
    error_message = "The three host names must differ: the latch tells the regions apart by them."
  }
}

variable "kms_key_arn" {
  description = "The key of the function's log, settings and failed events."
  type        = string
  nullable    = false
}

variable "log_level" {
  description = "The lowest level of log lines that the function keeps."
  type        = string
  nullable    = false
}

variable "log_retention_days" {
  description = "How many days its log is kept."
  type        = number
  nullable    = false
}

variable "name" {
  description = "Prefix of every name; the table and the function are <name>-failover."
  type        = string
  nullable    = false
}

variable "owner" {
  description = "The team that answers the alarms."
  type        = string
  nullable    = false
}

variable "package_path" {
  description = "The path of the function's zip."
  type        = string
  nullable    = false
}

variable "runbook_url" {
  description = "The page that says when and how to resume."
  type        = string
  nullable    = false
}

variable "tags" {
  description = "Tags of everything the module creates."
  type        = map(string)
  default     = {}
  nullable    = false
}
