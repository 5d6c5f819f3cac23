variable "root_arn" {
  description = "The ARN of the account that administers the key: arn:<partition>:iam::<account id>:root. Who in it may, its IAM policies say."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[^:]+:iam::\\d{12}:root$", var.root_arn))
    error_message = "root_arn is the ARN of an account's root: whoever else administered the key could lock the account out."
  }
}
