# Each number that a component is built with passes its arithmetic first; a plan that would not hold the surge fails here.

output "account_concurrency" {
  description = "The account's quota of concurrent executions in each region."
  value       = var.capacity.account_concurrency
}

output "authorizer" {
  description = "The authorizer function's concurrency."
  value       = var.capacity.authorizer

  precondition {
    condition     = var.capacity.authorizer.reserved_concurrency >= local.need.authorizer_concurrency
    error_message = "A surge of ${local.surge.writes_per_second} writes/s x ${var.capacity.authorizer.p99_seconds} s needs ${local.need.authorizer_concurrency} concurrent executions of the authorizer, but authorizer.reserved_concurrency is ${var.capacity.authorizer.reserved_concurrency}."
  }
}

output "head_room" {
  description = "How many times the surge each part holds, rounded down to hundredths; 1 is just enough. The smallest is the first bottleneck."
  value       = { for part, factor in local.head_room : part => floor(factor * 100) / 100 }
}

output "products" {
  description = "The products function's concurrency."
  value       = var.capacity.products

  precondition {
    condition     = var.capacity.products.reserved_concurrency >= local.need.products_concurrency
    error_message = "A surge of ${local.surge.requests_per_second} requests/s x ${var.capacity.products.p99_seconds} s needs ${local.need.products_concurrency} concurrent executions of the products function, but products.reserved_concurrency is ${var.capacity.products.reserved_concurrency}."
  }

  precondition {
    condition     = local.reserved_total <= var.capacity.account_concurrency - local.unreserved_minimum
    error_message = "The functions reserve ${local.reserved_total} executions, but the account's ${var.capacity.account_concurrency} less the ${local.unreserved_minimum} that Lambda keeps unreserved leave ${var.capacity.account_concurrency - local.unreserved_minimum}: raise the quota first."
  }
}

output "recovery" {
  description = "The concurrency of a repair at scale."
  value       = var.capacity.recovery
}

output "surge" {
  description = "The rates of a surge: requests, reads and writes a second."
  value       = local.surge
}

output "surge_factor" {
  description = "How many times the normal rate a surge brings."
  value       = var.capacity.surge_factor
}

output "table" {
  description = "The limits between which the table's throughput is scaled."
  value       = var.capacity.table

  precondition {
    condition     = var.capacity.table.read.maximum >= local.need.table_read_units
    error_message = "A surge of ${local.surge.reads_per_second} reads/s x ${var.capacity.table.read_units_per_read} units at ${var.capacity.table.target_utilization} % needs ${local.need.table_read_units} read units, but table.read.maximum is ${var.capacity.table.read.maximum}."
  }

  precondition {
    condition     = var.capacity.table.write.maximum >= local.need.table_write_units
    error_message = "A surge of ${local.surge.writes_per_second} writes/s x ${var.capacity.table.write_units_per_write} units at ${var.capacity.table.target_utilization} % needs ${local.need.table_write_units} write units, but table.write.maximum is ${var.capacity.table.write.maximum}."
  }

  precondition {
    condition     = var.capacity.table.read.baseline >= local.need.table_read_baseline
    error_message = "Until autoscaling acts, ${local.reaction_seconds} s after a sudden surge to ${local.table_units.read} read units/s, its baseline and ${local.burst_seconds} s of saved units must do: that takes ${local.need.table_read_baseline} read units, but table.read.baseline is ${var.capacity.table.read.baseline}."
  }

  precondition {
    condition     = var.capacity.table.write.baseline >= local.need.table_write_baseline
    error_message = "Until autoscaling acts, ${local.reaction_seconds} s after a sudden surge to ${local.table_units.write} write units/s, its baseline and ${local.burst_seconds} s of saved units must do: that takes ${local.need.table_write_baseline} write units, but table.write.baseline is ${var.capacity.table.write.baseline}."
  }
}

output "throttle" {
  description = "The stage's throttle."
  value       = var.capacity.throttle

  precondition {
    condition     = var.capacity.throttle.rate_limit >= local.surge.requests_per_second && var.capacity.throttle.burst_limit >= local.surge.requests_per_second
    error_message = "A surge brings ${local.surge.requests_per_second} requests/s, but the stage takes ${var.capacity.throttle.rate_limit} a second and ${var.capacity.throttle.burst_limit} at once: it would refuse paying customers."
  }

  precondition {
    condition     = var.capacity.throttle.write_rate_limit >= local.surge.writes_per_second && var.capacity.throttle.write_burst_limit >= local.surge.writes_per_second
    error_message = "A surge brings ${local.surge.writes_per_second} writes/s, but a writing method takes ${var.capacity.throttle.write_rate_limit} a second and ${var.capacity.throttle.write_burst_limit} at once."
  }

  precondition {
    condition     = var.capacity.throttle.write_rate_limit <= var.capacity.throttle.rate_limit && var.capacity.throttle.write_burst_limit <= var.capacity.throttle.burst_limit
    error_message = "The limits of writes must lie within the stage's."
  }
}
