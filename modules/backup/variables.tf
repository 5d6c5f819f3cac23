# Inputs in alphabetical order; the rules stand in variables-rules.tf. Each validation has a negative test.

variable "allowed_regions" {
  description = "The regions in which backups may be kept, as the law on the data demands; any when left out. A vault in another region is refused at plan time."
  type        = set(string)
  default     = null

  validation {
    condition     = var.allowed_regions == null ? true : length(var.allowed_regions) >= 2
    error_message = "allowed_regions: name two regions at least, for a backup and its copy must not share a fate."
  }

  validation {
    condition     = var.allowed_regions == null ? true : alltrue([for region in var.allowed_regions : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))])
    error_message = "allowed_regions are names of regions, such as eu-west-1."
  }
}

variable "audit_framework" {
  description = "Whether AWS Backup Audit Manager keeps checking these backups. It needs AWS Config to record in the region, and costs by evaluation."
  type        = bool
  default     = false
  nullable    = false
}

variable "break_glass" {
  description = <<-EOT
    The role <name>-backup-break-glass, which alone may delete recovery points and lift a
    governance lock. It is assumed with MFA, by `trusted_principal_arns` or, without any, by
    whomever the account's administrators let assume it. null makes no such role, and nobody
    may.
  EOT
  type        = object({ trusted_principal_arns = optional(list(string), []) })
  default     = {}

  validation {
    condition     = var.break_glass == null ? true : alltrue([for arn in var.break_glass.trusted_principal_arns : can(regex("^arn:[^:]+:iam::\\d{12}:(root|(role|user)/.+)$", arn))])
    error_message = "break_glass.trusted_principal_arns are ARNs of IAM users, roles or an account's root, without wildcards for the account."
  }
}

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

  validation {
    condition     = contains(["governance", "compliance", "none"], var.lock.mode)
    error_message = "lock.mode is \"governance\", \"compliance\" or \"none\"."
  }

  validation {
    condition     = var.lock.min_retention_days >= 1 && var.lock.min_retention_days <= var.lock.max_retention_days
    error_message = "lock: min_retention_days is at least 1 and at most max_retention_days."
  }

  validation {
    condition     = (var.lock.mode == "compliance") == (var.lock.changeable_for_days != null)
    error_message = "lock.changeable_for_days belongs to mode \"compliance\", which needs it: the days in which the lock can still be lifted."
  }

  validation {
    condition     = coalesce(var.lock.changeable_for_days, 3) >= 3
    error_message = "lock.changeable_for_days is at least 3."
  }

  validation {
    condition     = var.lock.mode != "compliance" || var.lock.i_understand_that_compliance_is_irreversible
    error_message = "A compliance lock can never be lifted again: set lock.i_understand_that_compliance_is_irreversible if that is what you want."
  }

  validation {
    condition     = !(var.force_destroy && var.lock.mode == "compliance")
    error_message = "A vault under a compliance lock cannot be destroyed with its recovery points: force_destroy must be false."
  }
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

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{2,40}$", var.name))
    error_message = "name has 2 to 40 of the characters a-z, A-Z, 0-9, _ and -, so that the names made from it stay within 50."
  }
}

variable "notifications" {
  description = "The SNS topic, in the vault's region, that hears of failed and expired jobs; none when left out. (An object, so that a topic made in the same apply will do.)"
  type        = object({ topic_arn = string })
  default     = null
}

variable "selection" {
  description = "What is backed up: the ARNs of tables, and every supported resource that carries all of `tags`."
  type = object({
    arns = optional(list(string), [])
    tags = optional(map(string), {})
  })
  nullable = false

  validation {
    condition     = length(var.selection.arns) + length(var.selection.tags) > 0
    error_message = "selection: name at least one table or tag, or nothing is backed up."
  }

  validation {
    condition     = alltrue([for arn in var.selection.arns : can(regex("^arn:[^:]+:dynamodb:[^:]+:\\d{12}:table/[^*]+$", arn))])
    error_message = "selection.arns are ARNs of DynamoDB tables, without wildcards."
  }
}

variable "tags" {
  description = "Tags of everything the module creates, in both regions."
  type        = map(string)
  default     = {}
  nullable    = false
}
