variable "force_destroy" {
  description = "Whether destroying the vault deletes its recovery points; the access policy then does not deny that."
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
