data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  kms_key_arn         = var.source_table.create_key ? one(aws_kms_replica_key.table[*].arn) : var.settings.kms_key_arn
  deletion_protection = coalesce(var.settings.deletion_protection, var.source_table.deletion_protection)
}

resource "aws_dynamodb_table_replica" "this" {
  global_table_arn            = var.source_table.arn
  kms_key_arn                 = local.kms_key_arn
  point_in_time_recovery      = var.settings.point_in_time_recovery
  deletion_protection_enabled = local.deletion_protection
  tags                        = var.tags

  lifecycle {
    precondition {
      condition     = data.aws_region.current.name == var.region
      error_message = "The replica for ${var.region} was given a provider of region ${data.aws_region.current.name}: pass a provider of ${var.region} as aws.replica."
    }

    precondition {
      condition     = var.region != var.source_table.home_region
      error_message = "The table already lives in ${var.region}: a replica goes to another region."
    }
  }
}

# The replica's own region scales its reads, and its writes too: replicated writes
# consume the capacity of every replica.
module "autoscaling" {
  source = "../autoscaling"

  table             = { name = var.source_table.name, arn = aws_dynamodb_table_replica.this.arn }
  targets           = var.source_table.targets
  scheduled_actions = var.source_table.scheduled_actions
  tags              = var.tags

  depends_on = [aws_dynamodb_table_replica.this]
}

resource "aws_dynamodb_resource_policy" "replica" {
  count = var.settings.resource_policy == null ? 0 : 1

  resource_arn = aws_dynamodb_table_replica.this.arn
  policy       = var.settings.resource_policy.json
}

resource "aws_dynamodb_contributor_insights" "replica" {
  for_each = var.source_table.contributor_insights ? toset(concat(["table"], [for name in var.source_table.index_names : "index/${name}"])) : []

  table_name = module.autoscaling.table.name
  index_name = each.value == "table" ? null : trimprefix(each.value, "index/")
}
