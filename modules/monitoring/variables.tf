variable "alarm_email" {
  description = "An address that the alarm topic mails (it must confirm the subscription); none when left out."
  type        = string
  default     = null
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
}

variable "health_checks" {
  description = "Route 53 health checks to alarm on, by label: their ids. Route 53 publishes their state in us-east-1 only, so elsewhere this stays empty."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "name" {
  description = "Prefix of the topic's, the dashboard's, the key's and the alarms' names."
  type        = string
  nullable    = false
}

variable "runbook_base_url" {
  description = "Where the runbooks are published; every alarm's description links to <runbook_base_url>/<runbook>.md."
  type        = string
  nullable    = false
}

variable "tables" {
  description = "DynamoDB tables to watch, by label: the table's name, its indexes and the regions that its writes are replicated to from here."
  type = map(object({
    name            = string
    indexes         = optional(set(string), [])
    replica_regions = optional(set(string), [])
  }))
  nullable = false
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
}
