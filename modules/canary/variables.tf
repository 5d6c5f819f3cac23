# Inputs in alphabetical order. Each validation has a negative test in tests/.

variable "architecture" {
  description = "The instruction set that the package was built for: \"arm64\" or \"x86_64\"."
  type        = string
  nullable    = false
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
  description = "Prefix of every name; the function is <name>-canary."
  type        = string
  nullable    = false
}

variable "package_path" {
  description = "The path of the function's zip."
  type        = string
  nullable    = false
}

variable "tags" {
  description = "Tags of everything the module creates."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "targets" {
  description = "Where visits go, by label: the API's URL there, without a closing slash, and how bad it is when visits fail (page or ticket)."
  type        = map(object({ url = string, severity = string }))
  nullable    = false

  validation {
    condition     = length(var.targets) > 0
    error_message = "targets: name at least one; a canary without a target sees nothing."
  }

  validation {
    condition     = alltrue([for target in values(var.targets) : can(regex("^https://[^/\\s]+(/[^\\s]*[^/\\s])?$", target.url))])
    error_message = "targets: an URL starts with https:// and does not end with a slash."
  }

  validation {
    condition     = alltrue([for target in values(var.targets) : contains(["page", "ticket"], target.severity)])
    error_message = "targets: the severity is \"page\" or \"ticket\"."
  }
}
