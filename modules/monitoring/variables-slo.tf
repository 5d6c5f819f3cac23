# What is promised, and how fast breaking the promise raises an alert. The other inputs stand in variables.tf.

variable "slo" {
  description = <<-EOT
    The service level objectives of the API in this region. `availability` is the share of requests that do not fail
    with 5xx; `latency` the share that is answered `within_ms`. What an objective leaves over in `period_days` is its
    error budget. An alert is raised when its long window spends `budget_share` of that budget, and its short window
    spends as fast still. The defaults are the SRE Workbook's: 2 % in an hour (burn rate 14.4), 5 % in six hours (6),
    10 % in three days (1). A long window with fewer than `minimum_bad_requests` bad requests raises nothing.
  EOT
  type = object({
    availability         = optional(number, 0.9999)
    latency              = optional(object({ objective = optional(number, 0.99), within_ms = optional(number, 500) }), {})
    period_days          = optional(number, 30)
    minimum_bad_requests = optional(number, 5)
    alerts = optional(map(object({
      budget_share  = number
      long_seconds  = number
      short_seconds = number
      severity      = string
      })), {
      fast   = { budget_share = 0.02, long_seconds = 3600, short_seconds = 300, severity = "page" }
      medium = { budget_share = 0.05, long_seconds = 21600, short_seconds = 1800, severity = "page" }
      slow   = { budget_share = 0.1, long_seconds = 259200, short_seconds = 21600, severity = "ticket" }
    })
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.slo.availability > 0 && var.slo.availability < 1 && var.slo.latency.objective > 0 && var.slo.latency.objective < 1
    error_message = "slo: an objective is a share above 0 and below 1; an objective of 1 leaves no budget to alert on."
  }

  validation {
    condition     = var.slo.latency.within_ms > 0 && var.slo.latency.within_ms == floor(var.slo.latency.within_ms)
    error_message = "slo.latency.within_ms is a whole number of milliseconds above 0."
  }

  validation {
    condition     = var.slo.period_days >= 1 && var.slo.minimum_bad_requests >= 1
    error_message = "slo: the budget's period is a day or more, and at least one bad request is needed to raise an alert."
  }

  validation {
    condition     = length(var.slo.alerts) > 0 && alltrue([for alert in keys(var.slo.alerts) : can(regex("^[a-z]+$", alert))])
    error_message = "slo.alerts: name at least one, in lower-case letters."
  }

  validation {
    condition     = alltrue([for alert in values(var.slo.alerts) : alert.budget_share > 0 && alert.budget_share <= 1])
    error_message = "slo.alerts: budget_share is a share of the error budget, above 0 and at most 1."
  }

  validation {
    condition     = alltrue([for alert in values(var.slo.alerts) : alert.short_seconds < alert.long_seconds])
    error_message = "slo.alerts: the short window is shorter than the long one, or it would not tell that the fault is over."
  }

  validation {
    # PutMetricAlarm: a period is 10, 20, 30 or a multiple of 60 s; all periods together last 7 days at most.
    condition = alltrue(flatten([
      for alert in values(var.slo.alerts) : [
        for seconds in [alert.long_seconds, alert.short_seconds] :
        (contains([10, 20, 30], seconds) || seconds % 60 == 0) && seconds > 0 && seconds <= 604800
      ]
    ]))
    error_message = "slo.alerts: CloudWatch takes windows of whole minutes (or 10, 20, 30 seconds) of up to 604800 seconds (7 days)."
  }

  validation {
    condition     = alltrue([for alert in values(var.slo.alerts) : contains(["page", "ticket"], alert.severity)])
    error_message = "slo.alerts: the severity is \"page\" or \"ticket\"."
  }

  validation {
    condition = alltrue([
      for alert in values(var.slo.alerts) :
      alert.budget_share * var.slo.period_days * 86400 / alert.long_seconds * (1 - min(var.slo.availability, var.slo.latency.objective)) < 1
    ])
    error_message = "slo.alerts: an alert would need more than all requests to be bad; take a longer window or a smaller share of the budget."
  }
}
