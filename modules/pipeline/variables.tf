variable "alarm_owner" {
  description = "Who answers for a failed build; a tag of each alarm."
  type        = string
  default     = "delivery"
  nullable    = false
}

variable "artifact_retention_days" {
  description = "How long artifacts and the logs of builds are kept, in days."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = contains([7, 14, 30, 60, 90, 120, 150, 180, 365, 400], var.artifact_retention_days)
    error_message = "The retention must be a number of days that CloudWatch Logs knows: 7, 14, 30, 60, 90, 120, 150, 180, 365 or 400."
  }
}

variable "build_image" {
  description = "The CodeBuild image that runs the buildspecs."
  type        = string
  default     = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
  nullable    = false

  validation {
    condition     = can(regex("^aws/codebuild/(standard:[7-9]\\.|amazonlinux-x86_64-standard:[5-9]\\.)", var.build_image))
    error_message = "The image must be a current one of CodeBuild for x86_64: standard:7.0 or amazonlinux-x86_64-standard:5.0, or newer. Older ones are no longer patched."
  }
}

variable "name" {
  description = "The prefix of every name of the deployment, as in envs/; the stages' roles reach what starts with it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name))
    error_message = "The name must have 3 to 30 lower-case letters, digits and dashes, starting with a letter."
  }
}

variable "notification_email" {
  description = "An address that the pipeline's topic mails (it must confirm the subscription); none when left out."
  type        = string
  default     = null
}

variable "runbook_base_url" {
  description = "Where the runbooks stand; every alarm names its own."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^https://[^ ]+[^/]$", var.runbook_base_url))
    error_message = "The address must begin with https:// and end without a slash."
  }
}

variable "smoke_token_parameter" {
  description = "The name of the SSM parameter (SecureString) with the token that the smoke test writes with, and the ARN of the KMS key that encrypts it; without one it is the account's aws/ssm, which needs no permission."
  type        = object({ name = string, key_arn = optional(string) })
  nullable    = false

  validation {
    condition     = startswith(var.smoke_token_parameter.name, "/") && (var.smoke_token_parameter.key_arn == null || can(regex("^arn:[a-z-]+:kms:.*:key/", var.smoke_token_parameter.key_arn)))
    error_message = "The parameter's name must begin with a slash, and its key must be given by the ARN of the key, not of an alias."
  }
}

variable "source_repository" {
  description = "What is delivered: the CodeConnections connection, the repository (owner/name) and the branch."
  type = object({
    connection_arn = string
    repository     = string
    branch         = optional(string, "main")
  })
  nullable = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:code(connections|star-connections):", var.source_repository.connection_arn)) && can(regex("^[^/ ]+/[^ ]+$", var.source_repository.repository))
    error_message = "The connection must be given by its ARN, and the repository as owner/name."
  }
}

variable "stages" {
  description = "The stages after the source, in their order, as pipeline/stages.yaml lists them: a buildspec with the access it needs (none, read, deploy or prove), or neither for a person's approval."
  type = list(object({
    name      = string
    buildspec = optional(string)
    access    = optional(string)
    variables = optional(map(string), {})
  }))
  nullable = false

  validation {
    condition     = length(distinct(var.stages[*].name)) == length(var.stages) && alltrue([for stage in var.stages : can(regex("^[A-Z][A-Za-z]{1,30}$", stage.name))])
    error_message = "Each stage needs a name of its own, of letters, starting with a capital one."
  }

  validation {
    condition     = alltrue([for stage in var.stages : stage.buildspec == null ? stage.access == null : try(contains(["none", "read", "deploy", "prove"], stage.access), false)])
    error_message = "A stage with a buildspec needs the access none, read, deploy or prove; an approval has neither."
  }

  # Whatever is deployed first must have been judged, approved, and must not be the region that serves clients.
  validation {
    condition = try(
      index([for stage in var.stages : stage.buildspec == null], true) < index(var.stages[*].access, "deploy")
      && var.stages[index(var.stages[*].access, "deploy")].variables["ENV"] == "dr"
      && contains(slice(var.stages[*].access, 0, index(var.stages[*].access, "deploy")), "read"),
      false
    )
    error_message = "Before the first deployment there must be a stage that plans (access read) and an approval, and that deployment must be the DR region's (ENV = dr)."
  }

  validation {
    condition     = alltrue([for position, stage in var.stages : stage.access != "deploy" || try(var.stages[position + 1].access == "prove" && var.stages[position + 1].variables["ENV"] == stage.variables["ENV"], false)])
    error_message = "Each deployment must be followed by the stage that proves the same environment (access prove), or a bad release would go on to the next region."
  }
}

variable "state_buckets" {
  description = "By environment (primary and dr): the bucket of its Terraform state and its region, as `ha bootstrap` made them."
  type        = map(object({ bucket = string, region = string }))
  nullable    = false

  validation {
    condition     = toset(keys(var.state_buckets)) == toset(["primary", "dr"]) && length(distinct(values(var.state_buckets)[*].region)) == 2
    error_message = "Both environments need the bucket of their state, each in a region of its own."
  }
}

variable "tags" {
  description = "Tags of everything in this module."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "terraform_inputs" {
  description = "The inputs of envs/ that have no default, by name (domain_name, jwt_issuer ...), as strings; nothing secret."
  type        = map(string)
  default     = {}
  nullable    = false
}
