# Inputs in alphabetical order. Each validation has a negative test in tests/.

variable "authorizer" {
  description = <<-EOT
    The Lambda function (its alias) that judges the Authorization header of authorized routes.
    API Gateway keeps a verdict for `cache_seconds`, so a withdrawn or expired token may pass
    that long; with 0 every request asks the function.
  EOT
  type = object({
    function_name = string
    alias         = string
    invoke_arn    = string
    cache_seconds = optional(number, 60)
  })
  nullable = false

  validation {
    condition     = var.authorizer.cache_seconds >= 0 && var.authorizer.cache_seconds <= 300
    error_message = "Verdicts are cached 0 to 300 seconds: longer, and an expired token would stay good for minutes."
  }
}

variable "base_path" {
  description = "The first part of every path under the custom domains; it names the API's major version."
  type        = string
  default     = "v1"
  nullable    = false

  validation {
    condition     = can(regex("^v[1-9][0-9]*$", var.base_path))
    error_message = "The base path must be v and a number, for example \"v1\"."
  }
}

variable "cors" {
  description = "Which web page's origin may call the API from a browser, with which headers, and how many seconds browsers may remember the answer."
  type = object({
    allowed_origin  = string
    allowed_headers = optional(list(string), ["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match"])
    max_age_seconds = optional(number, 600)
  })
  nullable = false

  validation {
    condition     = var.cors.allowed_origin == "*" || can(regex("^https://[a-z0-9.-]+(:[0-9]+)?$", var.cors.allowed_origin))
    error_message = "The allowed origin must be \"*\" or an origin such as https://www.example.com, without a path."
  }
}

variable "description" {
  description = "What the API offers, as the console shows it."
  type        = string
  nullable    = false
}

variable "domain_names" {
  description = <<-EOT
    The two host names the API answers to: `public`, which every region serves and DNS points
    at one of them, and `regional`, this region's own, which health checks poll. One certificate
    holds both.
  EOT
  type = object({
    public   = string
    regional = string
  })
  nullable = false

  validation {
    condition     = var.domain_names.public != var.domain_names.regional
    error_message = "The region needs a host name of its own: a health check on the public name would ask whichever region DNS points at."
  }

  validation {
    condition     = alltrue([for name in values(var.domain_names) : can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?$", name))])
    error_message = "Host names are written in lower case without a closing dot."
  }
}

variable "hosted_zone_id" {
  description = "The public hosted zone in which the certificate is validated."
  type        = string
  nullable    = false
}

variable "integration" {
  description = "The Lambda function (its alias) that answers the routes, and after how many milliseconds the API gives up waiting for it."
  type = object({
    function_name = string
    alias         = string
    invoke_arn    = string
    timeout_ms    = optional(number, 11000)
  })
  nullable = false

  validation {
    condition     = var.integration.timeout_ms >= 50 && var.integration.timeout_ms <= 29000
    error_message = "API Gateway waits between 50 and 29000 milliseconds for an integration."
  }
}

variable "kms_key_arn" {
  description = "The customer-managed key of the access log and the firewall's log; its policy must let CloudWatch Logs use it."
  type        = string
  nullable    = false
}

variable "log_retention_days" {
  description = "How many days CloudWatch keeps the access log and the firewall's log; both hold clients' addresses."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "Logs are kept 30, 60, 90, 120, 150, 180, 365, 400, 545 or 731 days: long enough to investigate an incident, not for ever."
  }
}

variable "manage_account_logging_role" {
  description = "Whether this module gives API Gateway its role for writing logs. The setting belongs to the whole account and region: exactly one configuration may own it, and without it no stage can log."
  type        = bool
  default     = true
  nullable    = false
}

variable "minimum_compression_bytes" {
  description = "Answers of at least this size are compressed for clients that accept it; smaller ones would grow."
  type        = number
  default     = 1024
  nullable    = false

  validation {
    condition     = var.minimum_compression_bytes >= 0 && var.minimum_compression_bytes <= 10485760
    error_message = "API Gateway compresses from a size between 0 and 10485760 bytes."
  }
}

variable "models" {
  description = "JSON Schemas (draft 4) of request bodies, by model name (letters and digits)."
  type        = map(object({ description = string, schema = string }))
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name, model in var.models : can(regex("^[A-Za-z0-9]+$", name))])
    error_message = "A model's name may hold letters and digits only."
  }

  validation {
    condition     = alltrue([for model in values(var.models) : try(jsondecode(model.schema).type == "object", false)])
    error_message = "A model's schema must be JSON and describe an object."
  }
}

variable "name" {
  description = "The API's name; log groups, the firewall and metrics carry it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,40}$", var.name))
    error_message = "The name must have 1 to 40 letters, digits, dashes or underscores."
  }
}

variable "problem_type_prefix" {
  description = "What the `type` of a problem document (RFC 9457) starts with, so that the gateway's answers name problems as the function does: a URN or URL prefix."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(urn:[a-z0-9][a-z0-9-]*:|https://).*[:/#]$", var.problem_type_prefix))
    error_message = "The prefix must be a URN or https URL that ends with \":\", \"/\" or \"#\"."
  }
}

variable "other_integrations" {
  description = "Further Lambda functions (their aliases) by a name, for the routes whose `integration` names it."
  type = map(object({
    function_name = string
    alias         = string
    invoke_arn    = string
    timeout_ms    = number
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for integration in values(var.other_integrations) : integration.timeout_ms >= 50 && integration.timeout_ms <= 29000])
    error_message = "API Gateway waits between 50 and 29000 milliseconds for an integration."
  }
}

variable "routes" {
  description = <<-EOT
    The API's methods by path (up to three parts deep) and HTTP method. `authorized` routes ask
    the authorizer first; `model` names the schema that the body must satisfy;
    `query_parameters` are the ones the route knows, true where required; `throttle` sets a
    limit of its own below the stage's; `integration` names one of other_integrations where not
    the usual function answers. OPTIONS is answered everywhere by itself.
  EOT
  type = map(map(object({
    authorized       = optional(bool, false)
    model            = optional(string)
    query_parameters = optional(map(bool), {})
    throttle         = optional(object({ rate_limit = number, burst_limit = number }))
    integration      = optional(string)
  })))
  nullable = false

  validation {
    condition     = length(var.routes) > 0 && alltrue([for path in keys(var.routes) : can(regex("^(/([A-Za-z0-9._-]+|\\{[A-Za-z0-9]+\\})){1,3}$", path))])
    error_message = "There must be routes, each path one to three parts long, such as /products/{id}."
  }

  validation {
    condition = alltrue(flatten([
      for methods in values(var.routes) : [for method in keys(methods) : contains(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], method)]
    ]))
    error_message = "A method is GET, HEAD, POST, PUT, PATCH or DELETE."
  }

  validation {
    condition = alltrue(flatten([
      for methods in values(var.routes) : [for method, route in methods : route.authorized || contains(["GET", "HEAD"], method)]
    ]))
    error_message = "Every route that writes must be authorized."
  }

  validation {
    condition = alltrue(flatten([
      for methods in values(var.routes) : [for route in values(methods) : route.model == null || contains(keys(var.models), coalesce(route.model, "-"))]
    ]))
    error_message = "A route names a model that does not exist."
  }

  validation {
    condition = alltrue(flatten([
      for methods in values(var.routes) : [for route in values(methods) : route.integration == null || contains(keys(var.other_integrations), coalesce(route.integration, "-"))]
    ]))
    error_message = "A route names an integration that does not exist."
  }

  validation {
    condition = alltrue(flatten([
      for methods in values(var.routes) : [
        for route in values(methods) : route.throttle == null || try(
          route.throttle.rate_limit > 0 && route.throttle.rate_limit <= var.throttle.rate_limit && route.throttle.burst_limit > 0 && route.throttle.burst_limit <= var.throttle.burst_limit,
          false
        )
      ]
    ]))
    error_message = "A route's throttle must lie above 0 and within the stage's."
  }
}

variable "tags" {
  description = "Tags of everything the module creates."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "throttle" {
  description = "Requests a second that each method of the API takes on average, and at once. The account's own limit in a region is 10000 and 5000."
  type        = object({ rate_limit = number, burst_limit = number })
  nullable    = false

  validation {
    condition     = var.throttle.rate_limit >= 1 && var.throttle.rate_limit <= 10000 && var.throttle.burst_limit >= 1 && var.throttle.burst_limit <= 5000
    error_message = "The rate limit lies between 1 and 10000 and the burst limit between 1 and 5000 requests: beyond that the account's limit applies, and 0 closes the API."
  }
}

variable "waf" {
  description = "How many requests one address may send in five minutes before the firewall blocks it until it slows down."
  type        = object({ requests_per_address = optional(number, 10000) })
  default     = {}
  nullable    = false

  validation {
    condition     = var.waf.requests_per_address >= 100 && var.waf.requests_per_address <= 2000000000
    error_message = "The rate limit of an address must be at least 100 requests: below that, health checks and shops behind one address are shut out."
  }
}
