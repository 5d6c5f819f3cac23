locals {
  throughput = {
    for kind in ["read", "write"] : kind => {
      baseline           = module.capacity.table[kind].baseline
      maximum            = module.capacity.table[kind].maximum
      target_utilization = module.capacity.table.target_utilization
    }
  }
}

module "products_table" {
  source = "../../modules/dynamodb-ha"

  providers = {
    aws         = aws
    aws.replica = aws.replica
  }

  name                = local.products_table_name
  hash_key            = { name = "id" }
  encryption          = { alias = local.products_key_alias }
  events              = var.surge_events
  deletion_protection = var.deletion_protection
  replicas            = { (var.dr_region) = {} }

  capacity = {
    surge_factor = module.capacity.surge_factor
    read         = local.throughput.read
    write        = local.throughput.write
  }

  global_secondary_indexes = {
    (local.category_index) = {
      hash_key  = { name = "category" }
      range_key = { name = "id" }
    }
  }
}

# What a create with an Idempotency-Key answered. It is replicated as well: a client that repeats its request in the
# other region, because this one failed meanwhile, gets the same answer. It shares the products' key.
module "idempotency_table" {
  source = "../../modules/dynamodb-ha"

  providers = {
    aws         = aws
    aws.replica = aws.replica
  }

  name                = local.idempotency_table_name
  hash_key            = { name = "id" }
  ttl_attribute       = "expires_at"
  capacity            = { mode = "on_demand" }
  deletion_protection = var.deletion_protection
  replicas            = { (var.dr_region) = { kms_key_arn = module.products_table.kms_key_arns[var.dr_region] } }

  encryption = {
    create_key  = false
    kms_key_arn = module.products_table.kms_key_arns[var.primary_region]
  }
}
