# Only modules/api calls this module, so what it passes is validated there.

variable "kms_key_arn" {
  description = "The customer-managed key of the log."
  type        = string
  nullable    = false
}

variable "log_retention_days" {
  description = "How many days CloudWatch keeps the log."
  type        = number
  nullable    = false
}

variable "name" {
  description = "The name of the web ACL and its metrics, and the end of the log group's."
  type        = string
  nullable    = false
}

variable "requests_per_address" {
  description = "How many requests one address may send in five minutes."
  type        = number
  nullable    = false
}

variable "tags" {
  description = "Tags of everything the module creates."
  type        = map(string)
  nullable    = false
}
