# The same, byte for byte, in envs/primary and envs/dr (a test compares them).

locals {
  api_host       = "${var.api_subdomain}.${var.domain_name}"
  allowed_origin = coalesce(var.allowed_origin, "https://www.${var.domain_name}")

  # Each region's own host name, and the one whose CNAME tells to which of them clients are led.
  failover_hosts = {
    active  = "${var.api_subdomain}-active.${var.domain_name}"
    primary = "${var.api_subdomain}-${var.primary_region}.${var.domain_name}"
    dr      = "${var.api_subdomain}-${var.dr_region}.${var.domain_name}"
  }

  hosted_zone_id = var.hosted_zone_id == null ? data.aws_route53_zone.public[0].zone_id : var.hosted_zone_id

  # Names by which the DR region finds, in itself, what the primary environment made there.
  cursor_key_alias       = "alias/${var.name}-cursor"
  dr_vault_name          = "${var.name}-vault-dr"
  erasures_key_alias     = "alias/${var.name}-erasures"
  erasures_table_name    = "${var.name}-erasures"
  idempotency_table_name = "${var.name}-idempotency"
  products_key_alias     = "alias/${var.name}-products"
  products_table_name    = "${var.name}-products"
  category_index         = "by-category"
}

# Route 53's control plane is in us-east-1. With hosted_zone_id set, a change with -refresh=false needs none of it.
data "aws_route53_zone" "public" {
  count = var.hosted_zone_id == null ? 1 : 0

  name = var.domain_name
}

module "capacity" {
  source = "../../modules/capacity"

  capacity = var.capacity
}
