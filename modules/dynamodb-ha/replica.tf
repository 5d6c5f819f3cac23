locals {
  # A provisioned table takes no replica before its writes are autoscaled, so the replica
  # learns the table's ARN from the autoscaling module, which tells it only when done.
  # This orders change and destruction too, without depends_on, which would hide the
  # replica's data sources from the plan.
  replica_source = {
    home_region             = local.region
    name                    = module.autoscaling.table.name
    arn                     = module.autoscaling.table.arn
    multi_region_key_arn    = one(aws_kms_key.table[*].arn)
    kms_alias               = local.kms_alias
    create_key              = var.encryption.create_key
    deletion_window_in_days = var.encryption.deletion_window_in_days
    deletion_protection     = var.deletion_protection
    index_names             = keys(var.global_secondary_indexes)
    contributor_insights    = var.contributor_insights
    targets                 = local.targets
    scheduled_actions       = local.scheduled_actions
  }
}

module "replica" {
  source   = "./modules/replica"
  for_each = var.replicas

  providers = { aws = aws.replica }

  region       = each.key
  settings     = each.value
  source_table = local.replica_source
  tags         = merge(var.tags, each.value.tags)
}
