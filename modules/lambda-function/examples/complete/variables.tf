variable "architecture" {
  description = "The instruction set that the package was built for."
  type        = string
  default     = "arm64"
}

variable "canary" {
  description = "A trial of the version in the package: the version that keeps most of the traffic, and the share of the new one."
  type = object({
    stable_version     = string
    weight             = number
    error_rate_percent = number
    minimum_requests   = number
    failure_condition  = string
  })
  default = null
}

variable "package_path" {
  description = "The path of a zip that holds orders.py with a function `handler`."
  type        = string
}
