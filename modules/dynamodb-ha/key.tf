locals {
  kms_alias   = coalesce(var.encryption.alias, "alias/${var.name}")
  kms_key_arn = var.encryption.create_key ? one(aws_kms_key.table[*].arn) : var.encryption.kms_key_arn
}

resource "aws_kms_key" "table" {
  count = var.encryption.create_key ? 1 : 0

  description             = "Encrypts the DynamoDB table ${var.name} in ${local.region}; primary of a multi-Region key"
  multi_region            = true
  enable_key_rotation     = true
  rotation_period_in_days = var.encryption.rotation_period_in_days
  deletion_window_in_days = var.encryption.deletion_window_in_days
  tags                    = var.tags

  policy = templatefile("${path.module}/key_policy.json.tftpl", {
    account_id = data.aws_caller_identity.current.account_id
    partition  = data.aws_partition.current.partition
    region     = local.region
  })
}

resource "aws_kms_alias" "table" {
  count = var.encryption.create_key ? 1 : 0

  name          = local.kms_alias
  target_key_id = aws_kms_key.table[0].key_id
}
