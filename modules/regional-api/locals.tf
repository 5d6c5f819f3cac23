data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.name

  base_path = "v1"

  # The schemas that the function validates with; its folder is their one home.
  schema_dir = "${path.module}/../../lambda_src/products_api/schemas"

  # Every input that must be alike in both regions, for the comparison of their fingerprints.
  common_configuration = {
    allowed_origin      = var.allowed_origin
    authorizer_capacity = var.authorizer_capacity
    failover_hosts      = var.failover_hosts
    health_check        = var.health_check
    jwt                 = var.jwt
    lambda_architecture = var.lambda_architecture
    lambda_packages     = { for name in ["authorizer", "canary", "products_api"] : name => filesha256("${var.lambda_package_dir}/${name}.zip") }
    log_level           = var.log_level
    log_retention_days  = var.log_retention_days
    models              = local.models
    monitoring          = var.monitoring
    name                = var.name
    products_capacity   = var.products_capacity
    public_domain_name  = var.domain_names.public
    routes              = local.product_routes
    table_names         = [var.tables.products.name, var.tables.products.category_index, var.tables.idempotency.name]
    throttle            = var.throttle
    waf                 = var.waf
  }
}
