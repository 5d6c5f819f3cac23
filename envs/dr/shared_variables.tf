# The inputs that both environments have. This file is the same, byte for byte, in envs/primary and envs/dr (a test
# compares them), and everything made of it is made by modules/regional-api: see docs/decisions/0040.

variable "alarm_email" {
  description = "An address that the alarm topics mail (it must confirm the subscriptions); none when left out."
  type        = string
  default     = null
}

variable "allowed_data_regions" {
  description = "The regions in which the law lets the data be kept (products, erasures, backups and their copies); any when left out."
  type        = set(string)
  default     = null

  validation {
    condition     = var.allowed_data_regions == null ? true : length(setsubtract([var.primary_region, var.dr_region], var.allowed_data_regions)) == 0
    error_message = "primary_region and dr_region hold the data, so both must be among allowed_data_regions."
  }
}

variable "allowed_origin" {
  description = "The web origin that may call the API from a browser, for example https://www.example.com, or \"*\" for any; the domain's own www host when left out."
  type        = string
  default     = null
}

variable "api_subdomain" {
  description = "The first label of the API's host name: <api_subdomain>.<domain_name>. Each region also answers at <api_subdomain>-<region>.<domain_name>."
  type        = string
  default     = "api"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$", var.api_subdomain))
    error_message = "The subdomain must be one DNS label of lower-case letters, digits and dashes, short enough to take a region's name."
  }
}

variable "backup_validation" {
  description = "How backups are proven: how old the newest may be (hours), when a restore is tested, and how much of its data is compared; modules/backup/modules explains them."
  type = object({
    recent_hours            = optional(number, 24)
    restore_test_schedule   = optional(string, "cron(0 5 * * ? *)")
    validation_window_hours = optional(number, 4)
    sample                  = optional(number, 1000)
    read_units_per_second   = optional(number, 100)
  })
  default  = {}
  nullable = false
}

variable "capacity" {
  description = "How much traffic the API carries and what each part of it may use; modules/capacity explains each number, has the defaults and checks that a surge fits."
  type = object({
    requests_per_second = optional(number)
    surge_factor        = optional(number)
    write_share         = optional(number)
    account_concurrency = optional(number)
    products = optional(object({
      p99_seconds          = optional(number)
      reserved_concurrency = optional(number)
      provisioned          = optional(object({ minimum = optional(number), maximum = optional(number) }))
    }))
    authorizer = optional(object({
      p99_seconds          = optional(number)
      reserved_concurrency = optional(number)
    }))
    throttle = optional(object({
      rate_limit        = optional(number)
      burst_limit       = optional(number)
      write_rate_limit  = optional(number)
      write_burst_limit = optional(number)
    }))
    recovery = optional(object({ max_concurrency = optional(number) }))
    table = optional(object({
      read_units_per_read   = optional(number)
      write_units_per_write = optional(number)
      target_utilization    = optional(number)
      read                  = optional(object({ baseline = optional(number), maximum = optional(number) }))
      write                 = optional(object({ baseline = optional(number), maximum = optional(number) }))
    }))
  })
  default  = {}
  nullable = false
}

variable "deletion_protection" {
  description = "Whether the tables and the backups refuse to be deleted; false only for throw-away environments."
  type        = bool
  default     = true
  nullable    = false
}

variable "domain_name" {
  description = "The domain whose public hosted zone exists in the account; the API's host names are made under it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "The domain must be written in lower case, without a closing dot, for example shop.example.com."
  }
}

variable "dr_region" {
  description = "The region that takes over."
  type        = string
  default     = "us-west-2"
  nullable    = false

  validation {
    condition     = var.dr_region != var.primary_region
    error_message = "The DR region must be another one than the primary region: one outage would take both."
  }
}

variable "health_check" {
  description = "Seconds between Route 53's checks of each region (10 or 30), and failures in a row until a region counts as down."
  type = object({
    interval_seconds  = optional(number, 10)
    failure_threshold = optional(number, 3)
  })
  default  = {}
  nullable = false
}

variable "hosted_zone_id" {
  description = "The id of the domain's public hosted zone; looked up by the domain's name when left out. Set it to be able to change the DR region (with -refresh=false) while Route 53's control plane in us-east-1 is down."
  type        = string
  default     = null
}

variable "jwt_audience" {
  description = "The audience (aud) that a token must name to be meant for this API."
  type        = string
  nullable    = false
}

variable "jwt_issuer" {
  description = "The issuer (iss) whose tokens are trusted, an https URL."
  type        = string
  nullable    = false
}

variable "jwt_public_keys" {
  description = "The issuer's RSA public keys in PEM, by key id (kid); list the next key beside the current one while they are rotated."
  type        = map(string)
  nullable    = false
}

variable "lambda_architecture" {
  description = "The instruction set that the Lambda packages were built for: \"arm64\" or \"x86_64\"."
  type        = string
  default     = "arm64"
  nullable    = false
}

variable "lambda_package_dir" {
  description = "The folder with products_api.zip and authorizer.zip."
  type        = string
  nullable    = false
}

variable "log_level" {
  description = "The lowest level of log lines that the functions keep: DEBUG, INFO, WARN or ERROR."
  type        = string
  default     = "INFO"
  nullable    = false
}

variable "log_retention_days" {
  description = "How many days logs are kept; they hold clients' addresses, so keep them no longer than needed."
  type        = number
  default     = 365
  nullable    = false
}

variable "manage_account_settings" {
  description = "Whether this deployment owns the settings that an account has once in each region: API Gateway's role for writing logs, and AWS Backup's advanced features for DynamoDB."
  type        = bool
  default     = true
  nullable    = false
}

variable "monitoring" {
  description = "How closely the alarms look: the period of those that look at minutes (seconds), thresholds and objectives that differ from modules/monitoring's, and webhooks (https URL and severity, page or ticket) by label."
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
  description = "Prefix of every name; both environments must use the same."
  type        = string
  default     = "techmoda-api"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name))
    error_message = "The name must have 3 to 30 lower-case letters, digits and dashes, starting with a letter."
  }
}

variable "owner" {
  description = "The team that answers the alarms; every alarm names it."
  type        = string
  default     = "catalogue-platform"
  nullable    = false
}

variable "primary_region" {
  description = "The region that serves clients while it is healthy."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "products_canary" {
  description = "Tries the new version of the products function on a share of the traffic: the version that keeps the rest, and the share (0.01 to 0.5). Left out, the new version gets everything."
  type = object({
    stable_version     = string
    weight             = optional(number, 0.1)
    error_rate_percent = optional(number, 1)
  })
  default = null
}

variable "runbook_base_url" {
  description = "Where the runbooks (docs/runbooks) are published; every alarm links there."
  type        = string
  default     = "https://runbooks.techmoda.example"
  nullable    = false
}

variable "tags" {
  description = "Tags of everything, besides Application, Environment and ManagedBy."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "waf" {
  description = "How many requests one address may send in five minutes before the firewall blocks it; raise it for load tests from one machine."
  type        = object({ requests_per_address = optional(number, 10000) })
  default     = {}
  nullable    = false
}
