# Inputs in alphabetical order; those about traffic stand in variables-traffic.tf. Each validation has a negative test.

variable "architecture" {
  description = "The instruction set of the function; the package must hold libraries for it."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "Architecture must be \"arm64\" or \"x86_64\"."
  }
}

variable "code_signing_config_arn" {
  description = "The code-signing configuration that every package must satisfy; packages are not checked when it is left out."
  type        = string
  default     = null
}

variable "description" {
  description = "What the function is for, as the console shows it."
  type        = string
  nullable    = false
}

variable "environment" {
  description = "The function's environment variables; they are encrypted with kms_key_arn. Lambda allows 4 KB in all."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = sum(concat([0], [for name, value in var.environment : length(name) + length(value)])) <= 4096
    error_message = "The environment's names and values must not exceed 4096 bytes together."
  }
}

variable "function_name" {
  description = "The function's name; the role, the log group and the alarms derive their names from it."
  type        = string
  nullable    = false

  validation {
    # Role names add "-rollback-" and the region (up to 14 characters) and may have 64.
    condition     = can(regex("^[a-zA-Z0-9_-]{1,40}$", var.function_name))
    error_message = "The function's name must have 1 to 40 letters, digits, dashes or underscores."
  }
}

variable "handler" {
  description = "The Python entry point, as package.module.function."
  type        = string
  nullable    = false
}

variable "kms_key_arn" {
  description = "The customer-managed key of the log group, the environment variables and the queue of failed events; its policy must let CloudWatch Logs use it."
  type        = string
  nullable    = false
}

variable "log_level" {
  description = "The lowest level of the function's own log lines that is kept."
  type        = string
  default     = "INFO"
  nullable    = false

  validation {
    condition     = contains(["DEBUG", "INFO", "WARN", "ERROR", "FATAL"], var.log_level)
    error_message = "The log level must be DEBUG, INFO, WARN, ERROR or FATAL."
  }
}

variable "log_retention_days" {
  description = "How many days CloudWatch keeps the function's log."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "Logs are kept 30, 60, 90, 120, 150, 180, 365, 400, 545 or 731 days: long enough to investigate an incident, not for ever."
  }
}

variable "memory_mb" {
  description = "Memory in MB; Lambda gives CPU in proportion (1769 MB are one whole CPU)."
  type        = number
  default     = 512
  nullable    = false

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240
    error_message = "Lambda offers 128 to 10240 MB."
  }
}

variable "package_path" {
  description = "The path of the zip with the function's code."
  type        = string
  nullable    = false
}

variable "policy_statements" {
  description = <<-EOT
    What the function may do, by statement id (letters and digits). The module adds only what
    its own features need: writing to its log group, sending traces, decrypting its
    environment and, if it is asynchronous, passing failed events on.
  EOT
  type = map(object({
    effect    = optional(string, "Allow")
    actions   = set(string)
    resources = set(string)
    conditions = optional(list(object({
      test     = string
      variable = string
      values   = list(string)
    })), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for id in keys(var.policy_statements) : can(regex("^[a-zA-Z0-9]+$", id))])
    error_message = "A statement's id may hold letters and digits only."
  }

  validation {
    condition     = alltrue([for statement in values(var.policy_statements) : contains(["Allow", "Deny"], statement.effect)])
    error_message = "A statement's effect is \"Allow\" or \"Deny\"."
  }

  validation {
    condition = alltrue([
      for statement in values(var.policy_statements) : length(statement.actions) > 0 && length(statement.resources) > 0
    ])
    error_message = "A statement needs at least one action and one resource."
  }

  validation {
    condition = alltrue([
      for statement in values(var.policy_statements) :
      statement.effect == "Deny" || alltrue([for action in statement.actions : can(regex("^[a-z0-9-]+:[A-Za-z0-9]+$", action))])
    ])
    error_message = "Name each allowed action in full (service:Action): a wildcard grants what nobody asked for."
  }

  validation {
    condition     = alltrue([for statement in values(var.policy_statements) : statement.effect == "Deny" || !contains(statement.resources, "*")])
    error_message = "Name the resources that a statement allows; \"*\" is every resource of the account."
  }
}

variable "runtime" {
  description = "The Lambda runtime."
  type        = string
  default     = "python3.13"
  nullable    = false

  validation {
    # The newest that version 5.100 of the provider knows; older ones are near their end of support.
    condition     = contains(["python3.12", "python3.13"], var.runtime)
    error_message = "The runtime must be python3.12 or python3.13."
  }
}

variable "tags" {
  description = "Tags of everything the module creates."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "timeout_seconds" {
  description = "After how many seconds Lambda stops an execution. Behind API Gateway it must stay under the integration's 29 seconds."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900
    error_message = "Lambda allows 1 to 900 seconds."
  }
}

variable "unscoped_actions" {
  description = <<-EOT
    Actions that AWS authorizes on no resource but "*" (lists and the like; the Service
    Authorization Reference says which). Any other action belongs into policy_statements, with
    the resources that it is allowed on.
  EOT
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for action in var.unscoped_actions : can(regex("^[a-z0-9-]+:[A-Za-z0-9]+$", action))])
    error_message = "Name each allowed action in full (service:Action): a wildcard grants what nobody asked for."
  }
}
