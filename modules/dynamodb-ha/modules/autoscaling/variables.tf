variable "scheduled_actions" {
  description = "One-time changes of the limits, by \"<event>-<start|end>/<target>\": at `at` (RFC 3339, UTC) the target gets the baseline and maximum."
  type = map(object({
    name     = string
    target   = string
    at       = string
    baseline = number
    maximum  = number
  }))
  nullable = false
}

variable "table" {
  description = "The table whose throughput is scaled, in the region of the provider."
  type        = object({ name = string, arn = string })
  nullable    = false
}

variable "tags" {
  description = "Tags of the scalable targets."
  type        = map(string)
  nullable    = false
}

variable "targets" {
  description = "What is scaled, by target (\"read\", \"write\", \"index/<name>/read\", …): the index (null for the table itself), the kind (read or write), the limits in units and the utilization aimed at in percent."
  type = map(object({
    index              = string
    kind               = string
    baseline           = number
    maximum            = number
    target_utilization = number
  }))
  nullable = false
}
