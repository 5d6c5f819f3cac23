# Signs page cursors. One key in both regions, so that a client goes on paging after a failover.

locals {
  cursor_key_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AccountDecidesByIam"
      Effect    = "Allow"
      Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

resource "aws_kms_key" "cursor" {
  #checkov:skip=CKV_AWS_7:KMS does not rotate HMAC keys; a new key would only void cursors, which live for minutes.
  description              = "Signs the page cursors of ${var.name}."
  key_usage                = "GENERATE_VERIFY_MAC"
  customer_master_key_spec = "HMAC_256"
  multi_region             = true
  deletion_window_in_days  = 30
  policy                   = local.cursor_key_policy
}

resource "aws_kms_alias" "cursor" {
  name          = local.cursor_key_alias
  target_key_id = aws_kms_key.cursor.key_id
}

resource "aws_kms_replica_key" "cursor" {
  provider = aws.replica

  description             = "Signs the page cursors of ${var.name}."
  primary_key_arn         = aws_kms_key.cursor.arn
  deletion_window_in_days = 30
  policy                  = local.cursor_key_policy
}

resource "aws_kms_alias" "cursor_replica" {
  provider = aws.replica

  name          = local.cursor_key_alias
  target_key_id = aws_kms_replica_key.cursor.key_id
}
