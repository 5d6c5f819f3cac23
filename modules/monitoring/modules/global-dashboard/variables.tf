variable "alarm_names" {
  description = "The alarms that exist under the same name in both regions and tell how the API does there."
  type        = list(string)
  nullable    = false
}

variable "api_name" {
  description = "The REST API's name, the same in both regions."
  type        = string
  nullable    = false
}

variable "availability" {
  description = "The availability objective of each region: the share of requests that do not fail with 5xx."
  type        = number
  nullable    = false

  validation {
    condition     = var.availability > 0 && var.availability < 1
    error_message = "availability is a share above 0 and below 1."
  }
}

variable "canary" {
  description = "Where the canaries of both regions publish their metrics, and the targets that they visit."
  type        = object({ namespace = string, service = string, targets = set(string) })
  nullable    = false
}

variable "function_name" {
  description = "The function that answers the API, under the same name in both regions."
  type        = string
  nullable    = false
}

variable "name" {
  description = "Prefix of the dashboard's name, <name>-global."
  type        = string
  nullable    = false
}

variable "regional_alarm_names" {
  description = "Further alarms by region, which exist there alone: that clients were led away from the other one, for example."
  type        = map(list(string))
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(keys(var.regional_alarm_names), var.regions)) == 0
    error_message = "Alarms of a region that is not on the dashboard."
  }
}

variable "regions" {
  description = "The regions, the one that serves clients first."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.regions) == 2 && length(distinct(var.regions)) == 2
    error_message = "regions are the two regions, each once."
  }
}

variable "table_name" {
  description = "The global table's name."
  type        = string
  nullable    = false
}
