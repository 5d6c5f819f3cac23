# Inputs in alphabetical order. Each validation has a negative test in tests/.

variable "alarm_actions" {
  description = "ARNs that the standby alarm notifies when it goes off and when it clears."
  type        = set(string)
  nullable    = false
}

variable "api" {
  description = "The REST API behind the region's endpoint as CloudWatch knows it: the dimensions ApiName and Stage."
  type        = object({ name = string, stage = string })
  nullable    = false
}

variable "domain_names" {
  description = "The host name that clients use (`public`), the region's own (`regional`), which the health check polls, and the one whose CNAME tells to which region clients are led (`active`)."
  type = object({
    public   = string
    regional = string
    active   = string
  })
  nullable = false

  validation {
    condition     = var.domain_names.public != var.domain_names.regional
    error_message = "The health check must poll the region's own host name: the public one leads to whichever region DNS points at."
  }

  validation {
    # Route 53 takes no CNAME beside another record of the name, and no answer may lead back to its question.
    condition     = !contains([var.domain_names.public, var.domain_names.regional], var.domain_names.active)
    error_message = "The active name needs a name of its own: no other record can stand beside a CNAME."
  }
}

variable "domain_targets" {
  description = "Where the aliases of the two host names point: the regional domain name and hosted zone of each API Gateway custom domain."
  type = object({
    public   = object({ domain_name = string, zone_id = string })
    regional = object({ domain_name = string, zone_id = string })
  })
  nullable = false

  validation {
    # Both are plausible mistakes: an API's own host cannot hold a custom host name, and Z2FDTNDATAQYW2 is CloudFront's zone.
    condition = alltrue([
      for target in values(var.domain_targets) :
      !can(regex("^[a-z0-9]{10}\\.execute-api\\.", target.domain_name)) && target.zone_id != "Z2FDTNDATAQYW2"
    ])
    error_message = "An alias must point at the custom domain's regional domain name with its regional zone, not at the API's own execute-api host nor at CloudFront's zone."
  }
}

variable "health_check" {
  description = <<-EOT
    How Route 53 judges the region: it requests `path` over HTTPS every `interval_seconds` (10
    or 30) from each of at least three `checker_regions`, and `failure_threshold` failures in a
    row make a checker count the endpoint as down.
  EOT
  type = object({
    path              = optional(string, "/v1/health")
    interval_seconds  = optional(number, 10)
    failure_threshold = optional(number, 3)
    checker_regions   = optional(set(string), ["us-east-1", "us-west-1", "us-west-2", "eu-west-1", "ap-northeast-1", "sa-east-1"])
  })
  default  = {}
  nullable = false

  validation {
    # The base path leads to the API's stage; without it nothing answers, and the region would count as down.
    condition     = can(regex("^/v[1-9][0-9]*/", var.health_check.path))
    error_message = "The path must start with the API's base path, for example /v1/health."
  }

  validation {
    condition     = contains([10, 30], var.health_check.interval_seconds)
    error_message = "Route 53 checks every 10 or every 30 seconds."
  }

  validation {
    condition     = var.health_check.failure_threshold >= 2 && var.health_check.failure_threshold <= 10 && floor(var.health_check.failure_threshold) == var.health_check.failure_threshold
    error_message = "The failure threshold must be 2 to 10: with 1, a single lost packet moves every client to the other region."
  }

  validation {
    condition = length(var.health_check.checker_regions) >= 3 && length(setsubtract(var.health_check.checker_regions, [
      "us-east-1", "us-west-1", "us-west-2", "eu-west-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1",
    ])) == 0
    error_message = "Route 53 wants at least three of its checker regions: us-east-1, us-west-1, us-west-2, eu-west-1, ap-southeast-1, ap-southeast-2, ap-northeast-1, sa-east-1."
  }
}

variable "hosted_zone_id" {
  description = "The public hosted zone of both host names."
  type        = string
  nullable    = false
}

variable "name" {
  description = "Prefix of the names of the health check and the alarm."
  type        = string
  nullable    = false
}

variable "recovery_time_objective_seconds" {
  description = "How long clients may be without the API when a region fails."
  type        = number
  default     = 300
  nullable    = false

  validation {
    condition     = local.worst_case_seconds.rto <= var.recovery_time_objective_seconds
    error_message = "Interval and threshold are too slow: in the worst case failure_threshold x (interval_seconds + 6) + 60 seconds pass until clients reach the other region, more than recovery_time_objective_seconds."
  }
}

variable "owner" {
  description = "The team that answers the alarm."
  type        = string
  nullable    = false
}

variable "role" {
  description = "PRIMARY for the region that serves clients while it is healthy, SECONDARY for the one that takes over."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["PRIMARY", "SECONDARY"], var.role)
    error_message = "The role must be \"PRIMARY\" or \"SECONDARY\"."
  }
}

variable "runbook_url" {
  description = "The page that tells the on-call engineer what to do when the region's endpoint is down."
  type        = string
  nullable    = false
}

variable "stop_switch" {
  description = <<-EOT
    Where the switch answers that takes this region out of DNS: `host_name` is the DR region's own,
    and `path` answers with "stopped":true while the switch is engaged. For the PRIMARY region, and
    for no other: Route 53 has nothing to fall back on when both regions are taken out.
  EOT
  type = object({
    host_name = string
    path      = optional(string, "/v1/failover/stop")
  })
  default = null

  validation {
    condition     = (var.role == "PRIMARY") == (var.stop_switch != null)
    error_message = "The PRIMARY region needs a STOP switch, and the SECONDARY region must have none."
  }

  validation {
    condition     = var.stop_switch == null || try(!contains(values(var.domain_names), var.stop_switch.host_name), false)
    error_message = "The switch must answer on the DR region's own host name: it has to work when this region is gone, and whichever region serves clients."
  }

  validation {
    condition     = var.stop_switch == null || can(regex("^/v[1-9][0-9]*/", var.stop_switch.path))
    error_message = "The switch's path must start with the API's base path, for example /v1/failover/stop."
  }
}

variable "tags" {
  description = "Tags of everything the module creates."
  type        = map(string)
  default     = {}
  nullable    = false
}
