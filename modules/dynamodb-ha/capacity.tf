# Provisioned capacity belongs to Application Auto Scaling, not to this configuration.
# ignore_changes would be the usual answer, but it is static: it cannot reach inside the
# set of indexes, and after on-demand it would make the provider ask for one unit. So the
# plan reads the live figures and asks for exactly those, kept within the limits.
# docs/decisions/0030 gives the alternatives.

data "aws_dynamodb_tables" "existing" {}

data "aws_dynamodb_table" "live" {
  count = contains(local.existing_tables, var.name) ? 1 : 0

  name = var.name
}

locals {
  provisioned = var.capacity.mode == "provisioned"

  # The provider says null, not [], of a region without tables.
  existing_tables = coalesce(data.aws_dynamodb_tables.existing.names, [])

  indexed_limits = merge([
    for name, index in var.global_secondary_indexes : {
      "index/${name}/read"  = merge(coalesce(index.read, var.capacity.read), { index = name, kind = "read" })
      "index/${name}/write" = merge(coalesce(index.write, var.capacity.write), { index = name, kind = "write" })
    }
  ]...)

  # What holds outside known events, by target.
  usual_limits = merge(local.indexed_limits, {
    read  = merge(var.capacity.read, { index = null, kind = "read" })
    write = merge(var.capacity.write, { index = null, kind = "write" })
  })

  # What holds at the time of this plan. A scheduled action moves the limits in AWS, so a
  # plan made during an event has to ask for the event's limits or it would end the event.
  targets = {
    for target, usual in local.usual_limits : target => {
      index              = usual.index
      kind               = usual.kind
      baseline           = try(local.limits_now[target].baseline, usual.baseline)
      maximum            = try(local.limits_now[target].maximum, usual.maximum)
      target_utilization = usual.target_utilization
    } if local.provisioned
  }

  live_indexes = flatten(data.aws_dynamodb_table.live[*].global_secondary_index)

  live_index_capacity = merge([
    for index in local.live_indexes : {
      "index/${index.name}/read"  = index.read_capacity
      "index/${index.name}/write" = index.write_capacity
    }
  ]...)

  live_capacity = merge(local.live_index_capacity, {
    read  = one(data.aws_dynamodb_table.live[*].read_capacity)
    write = one(data.aws_dynamodb_table.live[*].write_capacity)
  })

  # A table or index that does not exist yet, or is on demand, has no live figure (null or 0).
  capacity_units = {
    for target, limits in local.targets : target => (
      coalesce(try(local.live_capacity[target], 0), 0) > 0
      ? max(limits.baseline, min(limits.maximum, local.live_capacity[target]))
      : max(limits.baseline, coalesce(local.usual_limits[target].initial, limits.baseline))
    )
  }
}
