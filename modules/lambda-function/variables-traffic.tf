# How the function is invoked: events, versions on trial, concurrency. The other inputs stand in variables.tf.

variable "asynchronous" {
  description = <<-EOT
    How events that nobody waits for are handled; leave it out for a function that is only
    invoked synchronously. An event that still fails after the retries, or grows older than
    the maximum age, goes to `on_failure_destination_arn`; when that is left out the module
    creates an encrypted SQS queue, <function name>-failed-events, which keeps it 14 days.
  EOT
  type = object({
    maximum_event_age_seconds  = optional(number, 3600)
    maximum_retry_attempts     = optional(number, 2)
    on_failure_destination_arn = optional(string)
  })
  default = null

  validation {
    condition     = var.asynchronous == null || try(var.asynchronous.maximum_event_age_seconds >= 60 && var.asynchronous.maximum_event_age_seconds <= 21600, false)
    error_message = "Lambda keeps an asynchronous event between 60 and 21600 seconds."
  }

  validation {
    condition     = var.asynchronous == null || try(contains([0, 1, 2], var.asynchronous.maximum_retry_attempts), false)
    error_message = "Lambda retries an asynchronous event 0, 1 or 2 times."
  }
}

variable "canary" {
  description = <<-EOT
    Tries a new version on a share of the traffic: the alias keeps serving `stable_version`,
    and the version published by this apply gets `weight` (0.01 to 0.5) of the requests.
    When more than `error_rate_percent` of at least `minimum_requests` a minute fail, the
    module's alarm takes the new version out of the alias again. A crash or a timeout always
    counts as a failure. A function that answers its own errors also needs `failure_condition`,
    a CloudWatch Logs filter condition on its JSON log lines, such as "$.status >= 500"; each
    line must then hold the version under `function_version`. Leave the canary out (and apply
    again) to give the new version everything. Lambda refuses weights on an alias with
    provisioned concurrency, so the two exclude each other. `alarm_actions`, `owner` and
    `runbook_url` (a page, whose section is canary-errors) say who answers the alarm, and how.
  EOT
  type = object({
    stable_version     = string
    weight             = optional(number, 0.1)
    error_rate_percent = optional(number, 1)
    evaluation_minutes = optional(number, 1)
    minimum_requests   = optional(number, 10)
    failure_condition  = optional(string)
    alarm_actions      = optional(list(string), [])
    owner              = optional(string)
    runbook_url        = optional(string)
  })
  default = null

  validation {
    condition     = var.canary == null || can(regex("^[1-9][0-9]*$", var.canary.stable_version))
    error_message = "The stable version must be a published version number, for example \"7\": $LATEST changes under a canary's feet."
  }

  validation {
    condition     = var.canary == null || try(var.canary.weight >= 0.01 && var.canary.weight <= 0.5, false)
    error_message = "A canary takes between 0.01 and 0.5 of the traffic; more than half is no trial."
  }

  validation {
    condition     = var.canary == null || var.provisioned_concurrency == null
    error_message = "Lambda refuses weights on an alias with provisioned concurrency: leave provisioned_concurrency out while the canary runs."
  }

  validation {
    condition     = var.canary == null || can(regex("^[$][.]", coalesce(try(var.canary.failure_condition, null), "$.")))
    error_message = "A failure condition compares a property of the JSON log line, for example \"$.status >= 500\"."
  }

  validation {
    condition     = var.canary == null || try(var.canary.error_rate_percent > 0 && var.canary.error_rate_percent < 100 && var.canary.minimum_requests >= 1, false)
    error_message = "A canary is judged by an error rate above 0 and below 100 percent, over at least one request a minute."
  }
}

variable "provisioned_concurrency" {
  description = <<-EOT
    Execution environments kept warm on the alias: between `minimum` and `maximum`, following
    the use of what is provisioned around `target_utilization`. None when left out.
  EOT
  type = object({
    minimum            = number
    maximum            = number
    target_utilization = optional(number, 0.7)
  })
  default = null

  validation {
    condition = var.provisioned_concurrency == null || try(
      var.provisioned_concurrency.minimum >= 1 && var.provisioned_concurrency.minimum <= var.provisioned_concurrency.maximum,
      false
    )
    error_message = "Provisioned concurrency needs 1 <= minimum <= maximum."
  }

  validation {
    condition     = var.provisioned_concurrency == null || try(var.provisioned_concurrency.maximum <= var.reserved_concurrency, false)
    error_message = "Provisioned concurrency is taken out of the reserved concurrency, so its maximum must not exceed it."
  }

  validation {
    condition = var.provisioned_concurrency == null || try(
      var.provisioned_concurrency.target_utilization >= 0.1 && var.provisioned_concurrency.target_utilization <= 0.9,
      false
    )
    error_message = "The target utilization must lie between 0.1 and 0.9 (0.7 leaves room for the minutes that scaling takes)."
  }
}

variable "reserved_concurrency" {
  description = "How many executions run at the same time at most; as many are kept free for this function alone."
  type        = number
  nullable    = false

  validation {
    condition     = var.reserved_concurrency >= 1
    error_message = "Reserved concurrency must be at least 1: 0 switches the function off and -1 lets it starve, or be starved by, every other function of the account."
  }
}
