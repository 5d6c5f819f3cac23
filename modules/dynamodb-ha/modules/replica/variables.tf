variable "region" {
  description = "The replica's region; the provider passed to this module must be of it."
  type        = string
  nullable    = false
}

variable "settings" {
  description = "How this replica is kept: its key (when the table's module does not create one), point-in-time recovery, deletion protection (default: the table's) and resource policy."
  type = object({
    kms_key_arn            = optional(string)
    point_in_time_recovery = optional(bool, true)
    deletion_protection    = optional(bool)
    resource_policy        = optional(object({ json = string }))
  })
  default  = {}
  nullable = false
}

variable "source_table" {
  description = "The output `replica_source` of the dynamodb-ha module that owns the table."
  type = object({
    home_region             = string
    name                    = string
    arn                     = string
    multi_region_key_arn    = string
    kms_alias               = string
    create_key              = bool
    deletion_window_in_days = number
    deletion_protection     = bool
    index_names             = list(string)
    contributor_insights    = bool
    targets = map(object({
      index              = string
      kind               = string
      baseline           = number
      maximum            = number
      target_utilization = number
    }))
    scheduled_actions = map(object({
      name     = string
      target   = string
      at       = string
      baseline = number
      maximum  = number
    }))
  })
  nullable = false
}

variable "tags" {
  description = "Tags of everything this module creates in the replica's region."
  type        = map(string)
  default     = {}
  nullable    = false
}
