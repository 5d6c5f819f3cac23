variable "allowed_regions" {
  description = "The regions in which backups may be kept; any when null."
  type        = set(string)
  default     = null
}

variable "break_glass_role_arn" {
  description = "The ARN of the only role that may delete recovery points or shorten their life; nobody may when null."
  type        = string
  default     = null
}

variable "force_destroy" {
  description = "Whether destroying the vault deletes its recovery points, once Terraform has lifted the access policy and the lock."
  type        = bool
  nullable    = false
}

variable "lock" {
  description = "The vault lock, as the backup module defines and validates it."
  type = object({
    mode                = string
    min_retention_days  = number
    max_retention_days  = number
    changeable_for_days = optional(number)
  })
  nullable = false
}

variable "name" {
  description = "The vault's name; its key's alias is alias/<name>."
  type        = string
  nullable    = false
}

variable "tags" {
  description = "Tags of the vault and its key."
  type        = map(string)
  nullable    = false
}
