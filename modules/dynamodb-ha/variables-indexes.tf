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

  validation {
    condition     = length(var.global_secondary_indexes) <= 20
    error_message = "A table has at most 20 global secondary indexes (DynamoDB's quota)."
  }

  validation {
    condition     = alltrue([for name in keys(var.global_secondary_indexes) : can(regex("^[a-zA-Z0-9_.-]{3,255}$", name))])
    error_message = "The name of an index has 3 to 255 of the characters a-z, A-Z, 0-9, _, - and ."
  }

  validation {
    condition = alltrue([
      for index in values(var.global_secondary_indexes) :
      contains(["ALL", "KEYS_ONLY", "INCLUDE"], index.projection_type) &&
      (index.projection_type == "INCLUDE") == (length(index.non_key_attributes) > 0)
    ])
    error_message = "projection_type is ALL, KEYS_ONLY or INCLUDE, and INCLUDE, only INCLUDE, names non_key_attributes."
  }

  validation {
    condition = alltrue([
      for key in flatten([for index in values(var.global_secondary_indexes) : [index.hash_key, index.range_key]]) :
      contains(["S", "N", "B"], key.type) if key != null
    ])
    error_message = "The key of an index is of type S, N or B."
  }

  validation {
    condition = length(distinct([
      for key in flatten([var.hash_key, var.range_key, [for index in values(var.global_secondary_indexes) : [index.hash_key, index.range_key]]]) : key if key != null
      ])) == length(distinct([
      for key in flatten([var.hash_key, var.range_key, [for index in values(var.global_secondary_indexes) : [index.hash_key, index.range_key]]]) : key.name if key != null
    ]))
    error_message = "An attribute has one type; the keys of the table and its indexes give one attribute two."
  }

  validation {
    condition = alltrue([
      for limits in flatten([for index in values(var.global_secondary_indexes) : [index.read, index.write]]) :
      limits.baseline >= 1 && limits.baseline <= limits.maximum if limits != null
    ])
    error_message = "An index's baseline is at least 1 and at most its maximum."
  }

  validation {
    condition = alltrue([
      for limits in flatten([for index in values(var.global_secondary_indexes) : [index.read, index.write]]) :
      limits.initial == null ? true : limits.initial >= limits.baseline && limits.initial <= limits.maximum if limits != null
    ])
    error_message = "An index's initial lies between its baseline and its maximum."
  }

  validation {
    condition = alltrue([
      for limits in flatten([for index in values(var.global_secondary_indexes) : [index.read, index.write]]) :
      limits.target_utilization >= 20 && limits.target_utilization <= 90 if limits != null
    ])
    error_message = "DynamoDB autoscaling takes a target_utilization of 20 to 90 percent."
  }

  validation {
    condition = var.capacity.mode != "provisioned" ? true : alltrue([
      for limits in flatten([for index in values(var.global_secondary_indexes) : [index.read, index.write]]) :
      limits.maximum >= var.capacity.surge_factor * limits.baseline if limits != null
    ])
    error_message = format("An index cannot take a surge of %v times its baseline: %s. Raise the maximum or lower the baseline.", var.capacity.surge_factor, join("; ", flatten([
      for name, index in var.global_secondary_indexes : [
        for kind, limits in { reads = index.read, writes = index.write } :
        format("%s of %s need %v × %v = %v units, maximum is %v", kind, name, var.capacity.surge_factor, limits.baseline, var.capacity.surge_factor * limits.baseline, limits.maximum)
        if try(limits.maximum < var.capacity.surge_factor * limits.baseline, false)
      ]
    ])))
  }

  validation {
    condition = alltrue([
      for index in values(var.global_secondary_indexes) :
      index.sparse || try(index.write.maximum, var.capacity.write.maximum) >= var.capacity.write.maximum
    ])
    error_message = "The writes of an index must reach the table's write maximum, ${var.capacity.write.maximum}, or it throttles the table; declare it sparse if few items carry its key."
  }

  validation {
    condition = alltrue([
      for ceiling in values(var.global_secondary_indexes)[*].on_demand_ceiling :
      ceiling == null ? true : var.capacity.mode == "on_demand" && alltrue([for units in values(ceiling) : units >= 1 if units != null])
    ])
    error_message = "An index's on_demand_ceiling belongs to mode \"on_demand\" and is at least 1 unit a second."
  }
}
