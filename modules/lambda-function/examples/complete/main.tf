# A function with warm environments, or, while `canary` is set, with a new version on trial.

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

resource "aws_kms_key" "this" {
  description             = "Logs and settings of the example."
  enable_key_rotation     = true
  deletion_window_in_days = 7

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Effect    = "Allow"
        Principal = { Service = "logs.${data.aws_region.current.name}.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
        Resource  = "*"
      },
    ]
  })
}

module "orders" {
  source = "../.."

  function_name        = "example-orders"
  description          = "Takes orders."
  package_path         = var.package_path
  handler              = "orders.handler"
  architecture         = var.architecture
  kms_key_arn          = aws_kms_key.this.arn
  reserved_concurrency = 10
  asynchronous         = { maximum_retry_attempts = 0 }
  environment          = { GREETING = "hello" }

  # Lambda refuses weights on an alias with provisioned concurrency.
  provisioned_concurrency = var.canary == null ? { minimum = 1, maximum = 5 } : null
  canary                  = var.canary
}
