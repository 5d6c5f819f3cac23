# Inputs in alphabetical order. What both regions must have alike stands here once; envs/ only say which region it is.

variable "account_concurrency" {
  description = "The account's quota of concurrent executions in this region, out of modules/capacity."
  type        = number
  nullable    = false
}

variable "alarm_email" {
  description = "An address that the alarm topic mails (it must confirm the subscription); none when left out."
  type        = string
  default     = null
}

variable "allowed_origin" {
  description = "The web origin that may call the API from a browser, or \"*\"."
  type        = string
  nullable    = false
}

variable "authorizer_capacity" {
  description = "The authorizer function's reserved concurrency, out of modules/capacity."
  type        = object({ reserved_concurrency = number })
  nullable    = false
}

variable "cursor_key_arn" {
  description = "The ARN, in this region, of the multi-Region HMAC key that signs page cursors."
  type        = string
  nullable    = false
}

variable "domain_names" {
  description = "The host name that clients use (`public`) and this region's own (`regional`)."
  type        = object({ public = string, regional = string })
  nullable    = false
}

variable "environment" {
  description = "Which of the two environments this is: \"primary\" serves clients while it is healthy, \"dr\" takes over."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["primary", "dr"], var.environment)
    error_message = "The environment must be \"primary\" or \"dr\"."
  }
}

variable "failover_hosts" {
  description = "Each region's own host name (`primary`, `dr`), and the one whose CNAME tells to which of them clients are led (`active`)."
  type        = object({ active = string, primary = string, dr = string })
  nullable    = false
}

variable "health_check" {
  description = "Seconds between Route 53's checks of this region (10 or 30), and failures in a row until it counts as down."
  type        = object({ interval_seconds = number, failure_threshold = number })
  nullable    = false
}

variable "hosted_zone_id" {
  description = "The public hosted zone of both host names."
  type        = string
  nullable    = false
}

variable "incident_response" {
  description = <<-EOT
    How incidents are answered (modules/incident-response): only told about (`dry_run`), how often in
    an hour, after how many seconds a version has proved itself, and the backups that are started
    again when they fail (their vault, role and plan; none when left out).
  EOT
  type = object({
    dry_run              = optional(bool, false)
    acts_per_hour        = optional(number, 10)
    stable_after_seconds = optional(number, 600)
    restart_backup = optional(object({
      vault_name = string
      vault_arn  = string
      role_arn   = string
      plan_arn   = string
    }))
  })
  default  = {}
  nullable = false
}

variable "jwt" {
  description = "Whose tokens may write: the issuer, the audience, and the trusted RSA public keys (PEM) by key id."
  type = object({
    issuer      = string
    audience    = string
    public_keys = map(string)
  })
  nullable = false

  validation {
    condition     = length(var.jwt.public_keys) > 0
    error_message = "Without a trusted key nobody could write."
  }

  validation {
    condition     = alltrue([for key in values(var.jwt.public_keys) : startswith(trimspace(key), "-----BEGIN PUBLIC KEY-----")])
    error_message = "Trust public keys in PEM (-----BEGIN PUBLIC KEY-----) only; a private key must never come here."
  }

  validation {
    condition     = startswith(var.jwt.issuer, "https://") && length(var.jwt.audience) > 0
    error_message = "The issuer is an https URL and the audience must not be empty."
  }
}

variable "lambda_architecture" {
  description = "The instruction set that the Lambda packages were built for: \"arm64\" or \"x86_64\"."
  type        = string
  nullable    = false
}

variable "lambda_package_dir" {
  description = "The folder with products_api.zip and authorizer.zip."
  type        = string
  nullable    = false
}

variable "log_level" {
  description = "The lowest level of log lines that the functions keep."
  type        = string
  nullable    = false
}

variable "log_retention_days" {
  description = "How many days logs are kept."
  type        = number
  nullable    = false
}

variable "manage_account_logging_role" {
  description = "Whether to give API Gateway its role for writing logs, of which an account has one in each region."
  type        = bool
  nullable    = false
}

variable "monitoring" {
  description = "How closely the alarms look: the period of those that look at minutes (seconds), thresholds and objectives that differ from modules/monitoring's, and webhooks by label."
  type = object({
    period_seconds = optional(number, 60)
    slo            = optional(any, {})
    thresholds     = optional(map(number), {})
    webhooks       = optional(map(object({ url = string, severity = string })), {})
  })
  default  = {}
  nullable = false
}

variable "name" {
  description = "Prefix of every name."
  type        = string
  nullable    = false
}

variable "owner" {
  description = "The team that answers the alarms."
  type        = string
  nullable    = false
}

variable "products_canary" {
  description = "A canary of the products function (see modules/lambda-function); null gives the new version all traffic."
  type = object({
    stable_version     = string
    weight             = optional(number, 0.1)
    error_rate_percent = optional(number, 1)
  })
  default = null
}

variable "products_capacity" {
  description = "The products function's reserved and provisioned concurrency, out of modules/capacity."
  type = object({
    reserved_concurrency = number
    provisioned          = object({ minimum = number, maximum = number })
  })
  nullable = false
}

variable "runbook_base_url" {
  description = "Where the runbooks are published; alarms link to <runbook_base_url>/<runbook>.md."
  type        = string
  nullable    = false
}

variable "tables" {
  description = "The products table and the table of idempotency receipts as this region sees them; `kms_key_arn` encrypts both, and a table made here is protected as they are."
  type = object({
    products = object({
      name            = string
      arn             = string
      category_index  = string
      replica_regions = set(string)
    })
    idempotency = object({
      name = string
      arn  = string
    })
    kms_key_arn         = string
    deletion_protection = bool
  })
  nullable = false
}

variable "tags" {
  description = "Tags of everything the module creates."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "throttle" {
  description = "The throttle of the stage's methods and the tighter one of those that write, out of modules/capacity."
  type = object({
    rate_limit        = number
    burst_limit       = number
    write_rate_limit  = number
    write_burst_limit = number
  })
  nullable = false
}

variable "waf" {
  description = "The firewall's limit: requests that one address may send in five minutes."
  type        = object({ requests_per_address = number })
  nullable    = false
}
