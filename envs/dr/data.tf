# Everything is looked up in this region, by name: the primary environment made the replicas here, but neither its
# state nor its region is needed to find them.

data "aws_dynamodb_table" "products" {
  name = local.products_table_name
}

data "aws_dynamodb_table" "idempotency" {
  name = local.idempotency_table_name
}

data "aws_kms_alias" "products" {
  name = local.products_key_alias
}

data "aws_kms_alias" "cursor" {
  name = local.cursor_key_alias
}
