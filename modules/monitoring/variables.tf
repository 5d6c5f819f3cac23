# Inputs in alphabetical order; those about the objectives stand in variables-slo.tf. Each validation has a negative test.

variable "account_concurrency" {
  description = "The account's quota of concurrent Lambda executions in this region."
  type        = number
  default     = 1000
  nullable    = false

  validation {
    condition     = var.account_concurrency >= 1
    error_message = "account_concurrency is at least 1."
  }
}

variable "alarm_email" {
  description = "An address that both alarm topics mail (it must confirm the subscriptions); none when left out."
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

variable "canary" {
  description = "The canary that visits the API from this region: where it publishes its metrics, and the severity of each target that fails. None when left out."
  type = object({
    namespace = string
    service   = string
    targets   = map(string)
  })
  default = null

  validation {
    condition     = var.canary == null || try(length(var.canary.targets) > 0 && alltrue([for severity in values(var.canary.targets) : contains(["page", "ticket"], severity)]), false)
    error_message = "canary.targets: name at least one, with the severity \"page\" or \"ticket\"."
  }
}

variable "extra_alarm_actions" {
  description = "ARNs that every alarm notifies besides the module's own topic, for example an incident responder's topic."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "failed_event_queues" {
  description = "SQS queues of events that could not be handled, by label: their names."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "featured" {
  description = "The function and the table, by label, that the dashboard's first widgets show."
  type        = object({ function = optional(string, "products"), table = optional(string, "products") })
  default     = {}
  nullable    = false

  validation {
    condition     = contains(keys(var.functions), var.featured.function) && contains(keys(var.tables), var.featured.table)
    error_message = "featured: the function and the table are labels of functions and of tables."
  }
}

variable "functions" {
  description = "Lambda functions to watch, by label: the function's name, its alias if its traffic goes through one, its reserved concurrency, and how bad it is when that is used up (page or ticket)."
  type = map(object({
    name                 = string
    alias                = optional(string)
    reserved_concurrency = number
    severity             = optional(string, "page")
  }))
  nullable = false

  validation {
    condition     = length(var.functions) > 0
    error_message = "functions: name at least one, or nobody hears when it fails."
  }

  validation {
    condition     = alltrue([for function in values(var.functions) : contains(["page", "ticket"], function.severity)])
    error_message = "functions: the severity is \"page\" or \"ticket\"."
  }

  validation {
    condition     = alltrue([for function in values(var.functions) : function.reserved_concurrency >= 1])
    error_message = "functions: a function that serves has at least 1 reserved execution."
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

variable "implausible_products_metric" {
  description = "The metric that counts products which break the catalogue's rules."
  type        = object({ namespace = string, name = string, dimensions = map(string) })
  default     = { namespace = "TechModa/API", name = "ImplausibleProducts", dimensions = { service = "products-api" } }
  nullable    = false
}

variable "name" {
  description = "Prefix of the topics', the dashboard's, the key's and the alarms' names."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{2,64}$", var.name))
    error_message = "name has 2 to 64 of the characters a-z, A-Z, 0-9, _ and -."
  }
}

variable "other_alarm_names" {
  description = "Alarms of this region that other modules made, for the dashboard's widget of alarms."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "owner" {
  description = "The team that answers the alarms; each alarm names it in its description and its tag Owner."
  type        = string
  nullable    = false

  validation {
    # What a tag's value may hold (AWS tagging rules), without a comma or a full stop that would end the sentence.
    condition     = can(regex("^[A-Za-z0-9 @_/+=:-]{2,64}$", var.owner))
    error_message = "owner has 2 to 64 letters, digits, spaces and the characters @ _ / + = : -."
  }
}

variable "period_seconds" {
  description = "The period of the alarms that look at minutes. Services publish by the minute, so anything shorter only makes sense where metrics are finer."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = contains([10, 20, 30, 60, 120, 300], var.period_seconds)
    error_message = "period_seconds is 10, 20, 30, 60, 120 or 300."
  }
}

variable "runbook_base_url" {
  description = "Where the runbooks are published; every alarm's description links to <runbook_base_url>/<file>.md#<section>."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^https://[^\\s#]+$", var.runbook_base_url))
    error_message = "runbook_base_url starts with https:// and holds no #."
  }
}

variable "tables" {
  description = "DynamoDB tables to watch, by label: the table's name, its indexes, the regions that its writes are replicated to from here, and whether its capacity is provisioned."
  type = map(object({
    name            = string
    indexes         = optional(set(string), [])
    replica_regions = optional(set(string), [])
    provisioned     = optional(bool, true)
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
  description = <<-EOT
    Where the alarms stand: API latency (average, ms), share of 5xx answers (0 to 1), share of the concurrency in use
    (0 to 1), replication latency (ms) that is worth a ticket and that breaks the recovery point objective, implausible
    products in a minute.
  EOT
  type = object({
    api_latency_ms         = optional(number, 500)
    api_5xx_share          = optional(number, 0.01)
    concurrency_share      = optional(number, 0.8)
    implausible_products   = optional(number, 5)
    recovery_point_ms      = optional(number, 900000)
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
    condition     = var.thresholds.concurrency_share > 0 && var.thresholds.concurrency_share < 1
    error_message = "thresholds.concurrency_share is a share above 0 and below 1: at 1 requests are refused already."
  }

  validation {
    condition     = var.thresholds.implausible_products >= 1
    error_message = "thresholds.implausible_products is at least 1."
  }

  validation {
    condition     = var.thresholds.recovery_point_ms > 0 && var.thresholds.recovery_point_ms <= 900000
    error_message = "thresholds.recovery_point_ms is at most 900000 (15 minutes), the recovery point objective."
  }

  validation {
    condition     = var.thresholds.replication_latency_ms > 0 && var.thresholds.replication_latency_ms < var.thresholds.recovery_point_ms
    error_message = "thresholds.replication_latency_ms is below thresholds.recovery_point_ms: an alarm at the recovery point objective comes too late."
  }
}

variable "webhooks" {
  description = "HTTPS endpoints that alarms of a severity are posted to, by label: a pager, or a relay that posts to a chat. Each must confirm SNS's subscription. The state file holds the URLs."
  type        = map(object({ url = string, severity = string }))
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for webhook in values(var.webhooks) : can(regex("^https://[^\\s]+$", webhook.url))])
    error_message = "webhooks: an URL starts with https://; an alarm's text must not travel in the clear."
  }

  validation {
    condition     = alltrue([for webhook in values(var.webhooks) : contains(["page", "ticket"], webhook.severity)])
    error_message = "webhooks: the severity is \"page\" or \"ticket\"."
  }
}
