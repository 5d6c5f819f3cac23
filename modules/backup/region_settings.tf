locals {
  region_settings = {
    opt_in     = { DynamoDB = true }
    management = { DynamoDB = true }
  }
}

resource "aws_backup_region_settings" "primary" {
  count = var.manage_region_settings ? 1 : 0

  resource_type_opt_in_preference     = local.region_settings.opt_in
  resource_type_management_preference = local.region_settings.management
}

resource "aws_backup_region_settings" "dr" {
  count    = var.manage_region_settings ? 1 : 0
  provider = aws.replica

  resource_type_opt_in_preference     = local.region_settings.opt_in
  resource_type_management_preference = local.region_settings.management
}
