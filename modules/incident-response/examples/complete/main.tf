# A responder that takes a bad version back, raises the capacity of a throttled table and tells of used-up concurrency.

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

resource "aws_kms_key" "operations" {
  description             = "Logs, settings and parked events of the example."
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
      {
        # Rules that park what they cannot deliver.
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
      },
    ]
  })
}

resource "aws_sns_topic" "alerts" {
  name              = "example-alerts"
  kms_master_key_id = aws_kms_key.operations.arn
}

module "responder" {
  source = "../.."

  # A module within it takes two providers, so Terraform wants this one named.
  providers = { aws = aws }

  name                = "example"
  package_path        = var.package_path
  architecture        = var.architecture
  kms_key_arn         = aws_kms_key.operations.arn
  topic               = { arn = aws_sns_topic.alerts.arn, kms_key_arn = aws_kms_key.operations.arn }
  alarm_actions       = { page = [aws_sns_topic.alerts.arn], ticket = [aws_sns_topic.alerts.arn] }
  owner               = "example team"
  runbook_base_url    = "https://runbooks.example.com"
  deletion_protection = false
  dry_run             = var.dry_run
  limits              = { stable_after_seconds = var.stable_after_seconds }

  roll_back          = { example-5xx = { function_name = "example-orders", alias = "live" } }
  raise_capacity     = { example-writes = { table_name = "example-orders", throughput = "write" } }
  report_concurrency = { example-throttled = { function_name = "example-orders" } }
}
