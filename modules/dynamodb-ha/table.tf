data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  region = data.aws_region.current.name

  key_attributes = concat(
    [var.hash_key],
    var.range_key == null ? [] : [var.range_key],
    [for index in values(var.global_secondary_indexes) : index.hash_key],
    [for index in values(var.global_secondary_indexes) : index.range_key if index.range_key != null],
  )
}

resource "aws_dynamodb_table" "this" {
  #checkov:skip=CKV_AWS_28:On by default, which checkov does not resolve from the object input; only expendable data turns it off.
  name         = var.name
  billing_mode = local.provisioned ? "PROVISIONED" : "PAY_PER_REQUEST"
  table_class  = var.table_class

  hash_key  = var.hash_key.name
  range_key = one(var.range_key[*].name)

  read_capacity  = lookup(local.capacity_units, "read", null)
  write_capacity = lookup(local.capacity_units, "write", null)

  # Replicas need both images, and so does undoing corrupted writes.
  stream_enabled   = true
  stream_view_type = "NEW_AND_OLD_IMAGES"

  deletion_protection_enabled = var.deletion_protection
  tags                        = var.tags

  dynamic "attribute" {
    for_each = { for attribute in distinct(local.key_attributes) : attribute.name => attribute.type }

    content {
      name = attribute.key
      type = attribute.value
    }
  }

  dynamic "global_secondary_index" {
    for_each = var.global_secondary_indexes
    iterator = index

    content {
      name               = index.key
      hash_key           = index.value.hash_key.name
      range_key          = one(index.value.range_key[*].name)
      projection_type    = index.value.projection_type
      non_key_attributes = index.value.non_key_attributes
      read_capacity      = lookup(local.capacity_units, "index/${index.key}/read", null)
      write_capacity     = lookup(local.capacity_units, "index/${index.key}/write", null)

      dynamic "on_demand_throughput" {
        for_each = lookup(local.ceilings, index.key, null)[*]

        content {
          max_read_request_units  = on_demand_throughput.value.read
          max_write_request_units = on_demand_throughput.value.write
        }
      }
    }
  }

  dynamic "on_demand_throughput" {
    for_each = lookup(local.ceilings, "", null)[*]

    content {
      max_read_request_units  = on_demand_throughput.value.read
      max_write_request_units = on_demand_throughput.value.write
    }
  }

  dynamic "ttl" {
    for_each = var.ttl_attribute[*]

    content {
      enabled        = true
      attribute_name = ttl.value
    }
  }

  point_in_time_recovery {
    enabled                 = var.point_in_time_recovery.enabled
    recovery_period_in_days = var.point_in_time_recovery.enabled ? var.point_in_time_recovery.recovery_period_in_days : null
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = local.kms_key_arn
  }

  lifecycle {
    # Replicas are resources of their own (replica.tf): a replica block here and
    # aws_dynamodb_table_replica would each remove what the other added.
    ignore_changes = [replica]
  }
}

resource "aws_dynamodb_resource_policy" "table" {
  count = var.resource_policy == null ? 0 : 1

  resource_arn = aws_dynamodb_table.this.arn
  policy       = var.resource_policy.json
}

resource "aws_dynamodb_contributor_insights" "table" {
  for_each = var.contributor_insights ? toset(concat(["table"], [for name in keys(var.global_secondary_indexes) : "index/${name}"])) : []

  table_name = aws_dynamodb_table.this.name
  index_name = each.value == "table" ? null : trimprefix(each.value, "index/")
}
