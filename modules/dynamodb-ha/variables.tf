variable "contributor_insights" {
  description = "Whether CloudWatch Contributor Insights names the most used and most throttled keys of the table, its indexes and its replicas (billed per event)."
  type        = bool
  default     = false
  nullable    = false
}

variable "hash_key" {
  description = "The table's partition key: its attribute name and type (S, N or B). Changing it replaces the table."
  type        = object({ name = string, type = optional(string, "S") })
  nullable    = false

  validation {
    condition     = contains(["S", "N", "B"], var.hash_key.type)
    error_message = "The partition key is of type S, N or B."
  }
}

variable "name" {
  description = "The table's name; the key alias and the names of the scaling policies derive from it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.-]{3,255}$", var.name))
    error_message = "A table's name has 3 to 255 of the characters a-z, A-Z, 0-9, _, - and ."
  }
}

variable "range_key" {
  description = "The table's sort key, if it has one: its attribute name and type (S, N or B). Changing it replaces the table."
  type        = object({ name = string, type = optional(string, "S") })
  default     = null

  validation {
    condition     = contains(["S", "N", "B"], try(var.range_key.type, "S"))
    error_message = "The sort key is of type S, N or B."
  }
}

variable "table_class" {
  description = "STANDARD, or STANDARD_INFREQUENT_ACCESS where storage outweighs throughput in cost."
  type        = string
  default     = "STANDARD"
  nullable    = false

  validation {
    condition     = contains(["STANDARD", "STANDARD_INFREQUENT_ACCESS"], var.table_class)
    error_message = "table_class is STANDARD or STANDARD_INFREQUENT_ACCESS."
  }
}

variable "tags" {
  description = "Tags of everything the module creates."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "ttl_attribute" {
  description = "The attribute that holds an item's expiry in epoch seconds; items never expire when left out."
  type        = string
  default     = null

  validation {
    condition     = try(length(var.ttl_attribute) >= 1 && length(var.ttl_attribute) <= 255, true)
    error_message = "ttl_attribute has 1 to 255 characters."
  }
}
