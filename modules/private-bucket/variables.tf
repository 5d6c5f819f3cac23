variable "name" {
  description = "The bucket's name, which no other bucket on AWS may have."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "A bucket's name has 3 to 63 lowercase letters, digits and hyphens, and begins and ends with none of the latter."
  }
}

variable "kms_key_arn" {
  description = "The ARN of the customer managed key that encrypts the objects."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "The key is given by its ARN: arn:aws:kms:<region>:<account>:key/<id>."
  }
}

variable "expires_after_days" {
  description = "An object is deleted this many days after it was written."
  type        = number

  validation {
    condition     = var.expires_after_days >= 1 && floor(var.expires_after_days) == var.expires_after_days
    error_message = "Objects are kept for a whole number of days, at least 1."
  }
}

variable "superseded_after_days" {
  description = "A version that a newer one replaced is deleted after this many days, and so is an upload that was never completed."
  type        = number

  validation {
    condition     = var.superseded_after_days >= 1 && floor(var.superseded_after_days) == var.superseded_after_days
    error_message = "Replaced versions are kept for a whole number of days, at least 1."
  }
}

variable "force_destroy" {
  description = "Whether the bucket may be destroyed while objects are in it."
  type        = bool
  default     = false
}

variable "tags" {
  description = "The tags of the bucket."
  type        = map(string)
  default     = {}
}
