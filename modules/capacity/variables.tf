variable "capacity" {
  description = <<-EOT
    How much traffic the API carries, and what each part of it may use. Everything is derived
    from, and checked against, one rate: `requests_per_second` on a busy normal day, times
    `surge_factor`.

    `write_share` of the requests are writes. `account_concurrency` is the Lambda quota of the
    account in each region, of which Lambda keeps at least 100 unreserved. A function needs
    requests a second times `p99_seconds` executions at a time. `throttle` is what each method of
    the API takes a second, and at once; each writing method has tighter limits, because a write
    costs more and a flood of them would be replicated. A repair at scale works on so many segments
    of the table at a time (modules/recovery-at-scale). The table's units a request are averages: a strongly
    consistent read of one product takes 1, a page of the list as much as its 20 products fill
    (0.5 for each 4 KB), a create with an idempotency key 2 on each of the two tables. A `baseline`
    carries a surge, with what it saved before, for the minutes until autoscaling acts.
  EOT
  type = object({
    requests_per_second = optional(number, 10)
    surge_factor        = optional(number, 10)
    write_share         = optional(number, 0.1)
    account_concurrency = optional(number, 1000)

    products = optional(object({
      p99_seconds          = optional(number, 0.3)
      reserved_concurrency = optional(number, 100)
      provisioned = optional(object({
        minimum = optional(number, 2)
        maximum = optional(number, 50)
      }), {})
    }), {})

    authorizer = optional(object({
      p99_seconds          = optional(number, 0.3)
      reserved_concurrency = optional(number, 20)
    }), {})

    throttle = optional(object({
      rate_limit        = optional(number, 200)
      burst_limit       = optional(number, 400)
      write_rate_limit  = optional(number, 50)
      write_burst_limit = optional(number, 100)
    }), {})

    recovery = optional(object({
      max_concurrency = optional(number, 20)
    }), {})

    table = optional(object({
      read_units_per_read   = optional(number, 1)
      write_units_per_write = optional(number, 2)
      target_utilization    = optional(number, 70)
      read                  = optional(object({ baseline = optional(number, 50), maximum = optional(number, 500) }), {})
      write                 = optional(object({ baseline = optional(number, 15), maximum = optional(number, 150) }), {})
    }), {})
  })
  default  = {}
  nullable = false

  # What else must hold needs the derived numbers of locals.tf, which a variable's validation may not use: see the
  # preconditions in outputs.tf.
  validation {
    condition     = var.capacity.requests_per_second > 0 && var.capacity.surge_factor >= 1 && var.capacity.write_share >= 0 && var.capacity.write_share <= 1
    error_message = "The normal rate must be above 0, the surge factor at least 1 and the share of writes between 0 and 1."
  }

  validation {
    condition     = var.capacity.table.target_utilization >= 20 && var.capacity.table.target_utilization <= 90
    error_message = "DynamoDB's autoscaling takes a target utilization between 20 and 90 percent."
  }
}
