resource "aws_kms_replica_key" "table" {
  count = var.source_table.create_key ? 1 : 0

  description             = "Encrypts the DynamoDB table ${var.source_table.name} in ${var.region}; replica of a multi-Region key"
  primary_key_arn         = var.source_table.multi_region_key_arn
  deletion_window_in_days = var.source_table.deletion_window_in_days
  tags                    = var.tags

  policy = templatefile("${path.module}/../../key_policy.json.tftpl", {
    account_id = data.aws_caller_identity.current.account_id
    partition  = data.aws_partition.current.partition
    region     = var.region
  })
}

resource "aws_kms_alias" "table" {
  count = var.source_table.create_key ? 1 : 0

  name          = var.source_table.kms_alias
  target_key_id = aws_kms_replica_key.table[0].key_id
}
