# Which alarm leads to which playbook. Inputs in alphabetical order; each validation has a negative test.

variable "keep_failover" {
  description = <<-EOT
    The alarms by which the DR region learns that the primary one is unhealthy, and the STOP switch
    that is to be engaged then: its table, and the latch's function, which is started and given
    `wait_seconds`. For the DR region only.
  EOT
  type = object({
    alarm_names       = set(string)
    table_name        = string
    table_kms_key_arn = string
    function_name     = string
    alias             = string
    wait_seconds      = optional(number, 90)
    cooldown_minutes  = optional(number, 3)
  })
  default = null

  validation {
    condition     = var.keep_failover == null || try(length(var.keep_failover.alarm_names) > 0, false)
    error_message = "keep_failover.alarm_names: without an alarm the playbook never runs."
  }

  validation {
    # The function's timeout is 300 seconds.
    condition     = var.keep_failover == null || try(var.keep_failover.wait_seconds >= 1 && var.keep_failover.wait_seconds <= 240, false)
    error_message = "keep_failover.wait_seconds is 1 to 240."
  }

  validation {
    condition     = var.keep_failover == null || try(var.keep_failover.cooldown_minutes > 0, false)
    error_message = "keep_failover.cooldown_minutes is above 0."
  }
}

variable "raise_capacity" {
  description = <<-EOT
    For each alarm on a throttled table: the table, the index ("" for the table itself) and the
    throughput ("read" or "write") whose autoscaling minimum is raised by `factor`, at most to its
    maximum, for `hold_minutes`.
  EOT
  type = map(object({
    table_name       = string
    index_name       = optional(string, "")
    throughput       = string
    factor           = optional(number, 2)
    hold_minutes     = optional(number, 60)
    cooldown_minutes = optional(number, 5)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for parameters in values(var.raise_capacity) : contains(["read", "write"], parameters.throughput)])
    error_message = "raise_capacity: throughput is \"read\" or \"write\"."
  }

  validation {
    condition     = alltrue([for parameters in values(var.raise_capacity) : parameters.factor > 1 && parameters.factor <= 10])
    error_message = "raise_capacity: factor is over 1 and at most 10."
  }

  validation {
    condition = alltrue([
      for parameters in values(var.raise_capacity) :
      parameters.hold_minutes >= 1 && parameters.hold_minutes <= 1440 && floor(parameters.hold_minutes) == parameters.hold_minutes
    ])
    error_message = "raise_capacity: hold_minutes is a whole number from 1 to 1440: what is needed for longer belongs into the table's capacity."
  }

  validation {
    condition     = alltrue([for parameters in values(var.raise_capacity) : parameters.cooldown_minutes > 0])
    error_message = "raise_capacity: cooldown_minutes is above 0."
  }
}

variable "report_concurrency" {
  description = "For each alarm on concurrency: the function whose use, demand and quota are told, from the last `look_back_minutes`."
  type = map(object({
    function_name     = string
    look_back_minutes = optional(number, 10)
    cooldown_minutes  = optional(number, 30)
  }))
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for parameters in values(var.report_concurrency) :
      parameters.look_back_minutes >= 1 && parameters.look_back_minutes <= 180 && floor(parameters.look_back_minutes) == parameters.look_back_minutes
    ])
    error_message = "report_concurrency: look_back_minutes is a whole number from 1 to 180."
  }

  validation {
    condition     = alltrue([for parameters in values(var.report_concurrency) : parameters.cooldown_minutes > 0])
    error_message = "report_concurrency: cooldown_minutes is above 0."
  }
}

variable "restart_backup" {
  description = <<-EOT
    The vault whose failed backup jobs are started again once, with the role and the plan that they
    belong to, and for how many days the backup of a job is kept that no rule of the plan has
    started (`delete_after_days`; the vault's lock has to allow it). None when left out.
  EOT
  type = object({
    vault_name        = string
    vault_arn         = string
    role_arn          = string
    plan_arn          = string
    delete_after_days = optional(number, 35)
    cooldown_minutes  = optional(number, 360)
  })
  default = null

  validation {
    condition     = var.restart_backup == null || try(var.restart_backup.cooldown_minutes >= 60, false)
    error_message = "restart_backup.cooldown_minutes is at least 60: a second failure within the hour is left to people."
  }

  validation {
    condition     = var.restart_backup == null || try(var.restart_backup.delete_after_days >= 7 && floor(var.restart_backup.delete_after_days) == var.restart_backup.delete_after_days, false)
    error_message = "restart_backup.delete_after_days is a whole number of at least 7: a backup that is gone within the week proves nothing."
  }
}

variable "roll_back" {
  description = <<-EOT
    For each alarm on errors: the function and alias that go back to the version before, when the
    present one is served for less than `window_minutes`.
  EOT
  type = map(object({
    function_name    = string
    alias            = string
    window_minutes   = optional(number, 30)
    cooldown_minutes = optional(number, 30)
  }))
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for parameters in values(var.roll_back) :
      parameters.window_minutes >= 1 && parameters.window_minutes <= 1440 && floor(parameters.window_minutes) == parameters.window_minutes
    ])
    error_message = "roll_back: window_minutes is a whole number from 1 to 1440: an older version is not to blame for a burst of errors."
  }

  validation {
    condition     = alltrue([for parameters in values(var.roll_back) : parameters.cooldown_minutes > 0])
    error_message = "roll_back: cooldown_minutes is above 0."
  }

  validation {
    condition     = length(var.roll_back) + length(local.other_alarms) > 0
    error_message = "No alarm has a playbook: a responder that hears nothing only costs money."
  }

  validation {
    condition     = length(distinct(concat(keys(var.roll_back), local.other_alarms))) == length(var.roll_back) + length(local.other_alarms)
    error_message = "An alarm leads to one playbook: the same alarm stands in two of the inputs."
  }
}
