# Validations that need more than one input stand in validations.tf's locals or
# beside the input they would break; each has a negative test in tests/.

variable "capacity" {
  description = <<-EOT
    How the table pays for throughput. In mode "provisioned", reads and writes each
    start at `initial` (default: `baseline`), are autoscaled between `baseline` and
    `maximum` around `target_utilization` percent, and every maximum must hold
    `surge_factor` times its baseline. In mode "on_demand" DynamoDB bills per request,
    up to the optional `on_demand_ceiling` (units a second). Switching the mode changes
    the table in place.
  EOT
  type = object({
    mode         = optional(string, "provisioned")
    surge_factor = optional(number, 10)
    read = optional(object({
      baseline           = optional(number, 5)
      maximum            = optional(number, 100)
      initial            = optional(number)
      target_utilization = optional(number, 70)
    }), {})
    write = optional(object({
      baseline           = optional(number, 5)
      maximum            = optional(number, 100)
      initial            = optional(number)
      target_utilization = optional(number, 70)
    }), {})
    on_demand_ceiling = optional(object({
      read  = optional(number)
      write = optional(number)
    }))
  })
  default  = {}
  nullable = false
}

variable "contributor_insights" {
  description = "Whether CloudWatch Contributor Insights names the most used and most throttled keys of the table, its indexes and its replicas (billed per event)."
  type        = bool
  default     = false
  nullable    = false
}

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
}

variable "events" {
  description = <<-EOT
    Known surges, by name: from `starts_at` to `ends_at` (RFC 3339, UTC: "2026-09-24T06:00:00Z")
    the limits of autoscaling are raised to the given baseline and maximum, then put back.
    An index without limits of its own takes those of the table's event.
  EOT
  type = map(object({
    starts_at = string
    ends_at   = string
    read      = optional(object({ baseline = number, maximum = number }))
    write     = optional(object({ baseline = number, maximum = number }))
    indexes = optional(map(object({
      read  = optional(object({ baseline = number, maximum = number }))
      write = optional(object({ baseline = number, maximum = number }))
    })), {})
  }))
  default  = {}
  nullable = false
}

variable "global_secondary_indexes" {
  description = <<-EOT
    Global secondary indexes by name. An index without `read` or `write` limits takes the
    table's. Because a throttled index throttles the writes of its table, the write maximum
    of an index must reach the table's unless the index is declared `sparse` (few items
    carry its key).
  EOT
  type = map(object({
    hash_key           = object({ name = string, type = optional(string, "S") })
    range_key          = optional(object({ name = string, type = optional(string, "S") }))
    projection_type    = optional(string, "ALL")
    non_key_attributes = optional(set(string), [])
    sparse             = optional(bool, false)
    read = optional(object({
      baseline           = optional(number, 5)
      maximum            = optional(number, 100)
      initial            = optional(number)
      target_utilization = optional(number, 70)
    }))
    write = optional(object({
      baseline           = optional(number, 5)
      maximum            = optional(number, 100)
      initial            = optional(number)
      target_utilization = optional(number, 70)
    }))
    on_demand_ceiling = optional(object({
      read  = optional(number)
      write = optional(number)
    }))
  }))
  default  = {}
  nullable = false
}

variable "hash_key" {
  description = "The table's partition key: its attribute name and type (S, N or B). Changing it replaces the table."
  type        = object({ name = string, type = optional(string, "S") })
  nullable    = false
}

variable "name" {
  description = "The table's name; the key alias and the names of the scaling policies derive from it."
  type        = string
  nullable    = false
}

variable "point_in_time_recovery" {
  description = "Point-in-time recovery of the table and the days (1 to 35) back to which it can be restored."
  type = object({
    enabled                 = optional(bool, true)
    recovery_period_in_days = optional(number, 35)
  })
  default  = {}
  nullable = false
}

variable "range_key" {
  description = "The table's sort key, if it has one: its attribute name and type (S, N or B). Changing it replaces the table."
  type        = object({ name = string, type = optional(string, "S") })
  default     = null
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
}

variable "resource_policy" {
  description = "A resource-based policy (its JSON text) for the table; none when left out. A replica has its own, in `replicas`. (An object, so that a policy naming things made in the same apply will do.)"
  type        = object({ json = string })
  default     = null
}

variable "table_class" {
  description = "STANDARD, or STANDARD_INFREQUENT_ACCESS where storage outweighs throughput in cost."
  type        = string
  default     = "STANDARD"
  nullable    = false
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
}
