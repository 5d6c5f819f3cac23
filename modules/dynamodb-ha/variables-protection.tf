variable "deletion_protection" {
  description = "Whether DynamoDB refuses to delete the table, and its replicas unless they say otherwise."
  type        = bool
  default     = true
  nullable    = false
}

variable "encryption" {
  description = <<-EOT
    The customer-managed key of the table. By default the module creates a multi-Region
    key, replicates it to the replica's region and names both `alias` (default:
    alias/<table name>). With `create_key = false`, `kms_key_arn` and each replica's
    `kms_key_arn` name existing keys.
  EOT
  type = object({
    create_key              = optional(bool, true)
    kms_key_arn             = optional(string)
    alias                   = optional(string)
    deletion_window_in_days = optional(number, 30)
    rotation_period_in_days = optional(number, 365)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.encryption.create_key == (var.encryption.kms_key_arn == null)
    error_message = "encryption: give kms_key_arn exactly when create_key is false."
  }

  validation {
    condition     = startswith(coalesce(var.encryption.alias, "alias/-"), "alias/") && !startswith(coalesce(var.encryption.alias, "alias/-"), "alias/aws/")
    error_message = "encryption.alias starts with alias/, and not with alias/aws/, which is reserved."
  }

  validation {
    condition     = var.encryption.deletion_window_in_days >= 7 && var.encryption.deletion_window_in_days <= 30
    error_message = "encryption.deletion_window_in_days is 7 to 30."
  }

  validation {
    condition     = var.encryption.rotation_period_in_days >= 90 && var.encryption.rotation_period_in_days <= 2560
    error_message = "encryption.rotation_period_in_days is 90 to 2560."
  }
}

variable "point_in_time_recovery" {
  description = "Point-in-time recovery of the table and the days (1 to 35) back to which it can be restored."
  type = object({
    enabled                 = optional(bool, true)
    recovery_period_in_days = optional(number, 35)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.point_in_time_recovery.recovery_period_in_days >= 1 && var.point_in_time_recovery.recovery_period_in_days <= 35
    error_message = "point_in_time_recovery.recovery_period_in_days is 1 to 35."
  }
}

variable "replicas" {
  description = <<-EOT
    Replica regions, by region name. The module holds at most one, the region of the provider
    alias aws.replica; call ./modules/replica with the output `replica_source` for each further
    region. `kms_key_arn` is only needed when the module does not create the key;
    `deletion_protection` follows the table's when left out.
  EOT
  type = map(object({
    kms_key_arn            = optional(string)
    point_in_time_recovery = optional(bool, true)
    deletion_protection    = optional(bool)
    resource_policy        = optional(object({ json = string }))
    tags                   = optional(map(string), {})
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(var.replicas) <= 1
    error_message = "The module holds at most one replica region, that of aws.replica. Call ./modules/replica with the output replica_source for each further one."
  }

  validation {
    condition     = alltrue([for region in keys(var.replicas) : can(regex("^[a-z]{2}(-[a-z]+)+-\\d$", region))])
    error_message = "The keys of replicas are region names, like us-west-2."
  }

  validation {
    condition     = alltrue([for replica in values(var.replicas) : (replica.kms_key_arn == null) == var.encryption.create_key])
    error_message = "A replica needs a kms_key_arn of its own region exactly when encryption.create_key is false."
  }

  validation {
    condition     = alltrue([for replica in values(var.replicas) : replica.resource_policy == null || can(jsondecode(replica.resource_policy.json))])
    error_message = "The resource_policy of a replica is JSON."
  }
}

variable "resource_policy" {
  description = "A resource-based policy (its JSON text) for the table; none when left out. A replica has its own, in `replicas`. (An object, so that a policy naming things made in the same apply will do.)"
  type        = object({ json = string })
  default     = null

  validation {
    condition     = var.resource_policy == null || can(jsondecode(var.resource_policy.json))
    error_message = "resource_policy.json is JSON."
  }
}
