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

  validation {
    condition     = contains(["provisioned", "on_demand"], var.capacity.mode)
    error_message = "capacity.mode is \"provisioned\" or \"on_demand\"."
  }

  validation {
    condition     = var.capacity.surge_factor >= 1
    error_message = "capacity.surge_factor is at least 1: it says how many times its baseline the table must be able to take."
  }

  validation {
    condition     = alltrue([for limits in [var.capacity.read, var.capacity.write] : limits.baseline >= 1 && limits.baseline <= limits.maximum])
    error_message = "capacity: each baseline is at least 1 and at most its maximum."
  }

  validation {
    condition = alltrue([
      for limits in [var.capacity.read, var.capacity.write] :
      limits.initial == null ? true : limits.initial >= limits.baseline && limits.initial <= limits.maximum
    ])
    error_message = "capacity: an initial lies between its baseline and its maximum."
  }

  validation {
    condition = alltrue([
      for limits in [var.capacity.read, var.capacity.write] :
      limits.target_utilization >= 20 && limits.target_utilization <= 90
    ])
    error_message = "capacity: DynamoDB autoscaling takes a target_utilization of 20 to 90 percent."
  }

  validation {
    condition = var.capacity.mode != "provisioned" ? true : alltrue([
      for limits in [var.capacity.read, var.capacity.write] :
      limits.maximum >= var.capacity.surge_factor * limits.baseline
    ])
    error_message = format("The table cannot take a surge of %v times its baseline: %s. Raise the maximum or lower the baseline.", var.capacity.surge_factor, join("; ", [
      for kind, limits in { reads = var.capacity.read, writes = var.capacity.write } :
      format("%s need %v × %v = %v units, maximum is %v", kind, var.capacity.surge_factor, limits.baseline, var.capacity.surge_factor * limits.baseline, limits.maximum)
      if limits.maximum < var.capacity.surge_factor * limits.baseline
    ]))
  }

  validation {
    condition = var.capacity.on_demand_ceiling == null ? true : (
      var.capacity.mode == "on_demand" &&
      alltrue([for units in values(var.capacity.on_demand_ceiling) : units >= 1 if units != null])
    )
    error_message = "capacity.on_demand_ceiling belongs to mode \"on_demand\" and is at least 1 unit a second."
  }
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

  validation {
    condition = alltrue(flatten([
      for event in values(var.events) : [
        for instant in [event.starts_at, event.ends_at] :
        can(regex("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$", instant)) && can(timecmp(instant, instant))
      ]
    ]))
    error_message = "events: starts_at and ends_at are RFC 3339 instants in UTC, like 2026-09-24T06:00:00Z."
  }

  validation {
    condition     = alltrue([for name in keys(var.events) : can(regex("^[a-zA-Z0-9_-]{1,64}$", name))])
    error_message = "The name of an event has 1 to 64 of the characters a-z, A-Z, 0-9, _ and -."
  }

  validation {
    condition     = alltrue([for event in values(var.events) : try(timecmp(event.starts_at, event.ends_at) < 0, true)])
    error_message = "events: an event starts before it ends."
  }

  validation {
    condition = alltrue(flatten([
      for name, event in var.events : [
        for other_name, other in var.events :
        try(timecmp(event.ends_at, other.starts_at) <= 0 || timecmp(other.ends_at, event.starts_at) <= 0, true)
        if name != other_name
      ]
    ]))
    error_message = "events: two events overlap; the end of the first would put the limits back in the midst of the second. Merge them."
  }

  validation {
    condition     = length(var.events) == 0 || var.capacity.mode == "provisioned"
    error_message = "events raise the limits of autoscaling, which a table in mode \"on_demand\" does not have."
  }

  validation {
    condition     = alltrue([for event in values(var.events) : alltrue([for index in keys(event.indexes) : contains(keys(var.global_secondary_indexes), index)])])
    error_message = "events: an event names an index that the table does not have."
  }

  validation {
    condition = alltrue([
      for limits in flatten([for event in values(var.events) : [for target in concat([event], values(event.indexes)) : [target.read, target.write]]]) :
      limits.baseline >= 1 && limits.baseline <= limits.maximum if limits != null
    ])
    error_message = "events: each baseline is at least 1 and at most its maximum."
  }

  validation {
    condition = alltrue(flatten([
      for event in values(var.events) : [
        for pair in [{ event = event.read, usual = var.capacity.read }, { event = event.write, usual = var.capacity.write }] :
        pair.event.baseline >= pair.usual.baseline && pair.event.maximum >= pair.usual.maximum
        if pair.event != null
      ]
    ]))
    error_message = "events: an event may not lower the table's usual baseline or maximum."
  }
}
