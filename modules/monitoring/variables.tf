variable "alarm_email" {
  description = "An address that the alarm topic mails (it must confirm the subscription); none when left out."
  type        = string
  default     = null

  validation {
    condition     = var.alarm_email == null || can(regex("^[^@\\s]+@[^@\\s]+$", var.alarm_email))
    error_message = "alarm_email is an e-mail address."
  }
}

variable "api" {
  description = "The REST API as CloudWatch knows it: the values of the dimensions ApiName and Stage."
  type        = object({ name = string, stage = string })
  nullable    = false
}

variable "extra_alarm_actions" {
  description = "ARNs that every alarm notifies besides the module's own topic, for example an incident responder's topic."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "functions" {
  description = "Lambda functions to watch, by label: the function's name and, if its traffic goes through one, its alias."
  type = map(object({
    name  = string
    alias = optional(string)
  }))
  nullable = false

  validation {
    condition     = length(var.functions) > 0
    error_message = "functions: name at least one, or nobody hears when it fails."
  }
}

variable "health_checks" {
  description = "Route 53 health checks to alarm on, by label: their ids. Route 53 publishes their state in us-east-1 only, so elsewhere this stays empty."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(var.health_checks) == 0 || data.aws_region.current.name == "us-east-1"
    error_message = "health_checks: Route 53 publishes their state in us-east-1 only; an alarm in another region would never see it."
  }
}

variable "name" {
  description = "Prefix of the topic's, the dashboard's, the key's and the alarms' names."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{2,64}$", var.name))
    error_message = "name has 2 to 64 of the characters a-z, A-Z, 0-9, _ and -."
  }
}

variable "runbook_base_url" {
  description = "Where the runbooks are published; every alarm's description links to <runbook_base_url>/<runbook>.md."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^https://[^\\s]+$", var.runbook_base_url))
    error_message = "runbook_base_url starts with https://."
  }
}

variable "tables" {
  description = "DynamoDB tables to watch, by label: the table's name, its indexes and the regions that its writes are replicated to from here."
  type = map(object({
    name            = string
    indexes         = optional(set(string), [])
    replica_regions = optional(set(string), [])
  }))
  nullable = false

  validation {
    condition     = length(var.tables) > 0
    error_message = "tables: name at least one, or nobody hears when it throttles."
  }
}

variable "tags" {
  description = "Tags of everything the module creates."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "thresholds" {
  description = "Where the alarms stand: API latency (average, ms), share of 5xx answers (0 to 1), replication latency (ms)."
  type = object({
    api_latency_ms         = optional(number, 500)
    api_5xx_share          = optional(number, 0.01)
    replication_latency_ms = optional(number, 60000)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.thresholds.api_latency_ms > 0
    error_message = "thresholds.api_latency_ms is above 0."
  }

  validation {
    condition     = var.thresholds.api_5xx_share > 0 && var.thresholds.api_5xx_share < 1
    error_message = "thresholds.api_5xx_share is a share: above 0, below 1 (0.01 is one in a hundred)."
  }

  validation {
    condition     = var.thresholds.replication_latency_ms > 0 && var.thresholds.replication_latency_ms < 900000
    error_message = "thresholds.replication_latency_ms is below 900000 (15 minutes): an alarm at the recovery point objective comes too late."
  }
}
