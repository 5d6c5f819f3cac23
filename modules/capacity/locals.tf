locals {
  # Lambda refuses reservations that leave less than this for everything else in the account.
  unreserved_minimum = 100

  surge = {
    requests_per_second = var.capacity.requests_per_second * var.capacity.surge_factor
    reads_per_second    = var.capacity.requests_per_second * var.capacity.surge_factor * (1 - var.capacity.write_share)
    writes_per_second   = var.capacity.requests_per_second * var.capacity.surge_factor * var.capacity.write_share
  }

  # What each region's canary reserves (modules/canary).
  reserved_for_canary = 2

  # What the DR region's function for the STOP switch reserves (modules/failover/modules/stop-switch).
  reserved_for_failover = 5

  # What each region's backup manager reserves (modules/backup/modules/manager).
  reserved_for_backup = 3

  # What each region's incident responder reserves (modules/incident-response).
  reserved_for_incidents = 3

  reserved_total = sum([
    var.capacity.products.reserved_concurrency,
    var.capacity.authorizer.reserved_concurrency,
    local.reserved_for_canary,
    local.reserved_for_failover,
    local.reserved_for_backup,
    local.reserved_for_incidents,
    var.capacity.recovery.max_concurrency,
  ])

  # Autoscaling acts after two whole minutes over its target and an alarm's delay: 60 + 120 + 90 s at worst
  # (scripts/techmoda_ha/capacity/rules.py has the sources). Until then the baseline must do, with the unused
  # throughput of up to 300 s before.
  reaction_seconds = 270
  burst_seconds    = 300

  table_units = {
    read  = local.surge.reads_per_second * var.capacity.table.read_units_per_read
    write = local.surge.writes_per_second * var.capacity.table.write_units_per_write
  }

  # From baseline x (reaction + burst) >= surge x reaction + normal x burst.
  surge_share = (local.reaction_seconds + local.burst_seconds / var.capacity.surge_factor) / (local.reaction_seconds + local.burst_seconds)

  # 100 x 0.3 is a hair more than 30 in binary; no unit must be asked for because of that.
  hair = 0.000001

  # Concurrency is rate times duration (Lambda developer guide). Target tracking keeps the table's use at the target,
  # so the maximum must hold the surge at that utilization.
  need = {
    products_concurrency   = ceil(local.surge.requests_per_second * var.capacity.products.p99_seconds - local.hair)
    authorizer_concurrency = ceil(local.surge.writes_per_second * var.capacity.authorizer.p99_seconds - local.hair)
    table_read_baseline    = ceil(local.table_units.read * local.surge_share - local.hair)
    table_read_units       = ceil(local.table_units.read * 100 / var.capacity.table.target_utilization - local.hair)
    table_write_baseline   = ceil(local.table_units.write * local.surge_share - local.hair)
    table_write_units      = ceil(local.table_units.write * 100 / var.capacity.table.target_utilization - local.hair)
  }

  head_room = {
    authorizer_concurrency = var.capacity.authorizer.reserved_concurrency / max(1, local.need.authorizer_concurrency)
    products_concurrency   = var.capacity.products.reserved_concurrency / max(1, local.need.products_concurrency)
    table_read_baseline    = var.capacity.table.read.baseline / max(1, local.need.table_read_baseline)
    table_read_units       = var.capacity.table.read.maximum / max(1, local.need.table_read_units)
    table_write_baseline   = var.capacity.table.write.baseline / max(1, local.need.table_write_baseline)
    table_write_units      = var.capacity.table.write.maximum / max(1, local.need.table_write_units)
    throttle               = var.capacity.throttle.rate_limit / local.surge.requests_per_second
    write_throttle         = var.capacity.throttle.write_rate_limit / max(1, local.surge.writes_per_second)
  }
}
