# The settings hold every resource type that AWS Backup knows in the region, and AWS adds to
# them; this module answers for DynamoDB alone. So it sets DynamoDB, ignores the rest, and has
# the plan fail if someone turned DynamoDB off again.

locals {
  dynamodb_on = { DynamoDB = true }
  dynamodb_off = join(" ", [
    "AWS Backup's advanced features for DynamoDB were turned off, so copies and cold storage fail:",
    "turn them on, or apply with -replace for this resource.",
  ])
}

resource "aws_backup_region_settings" "primary" {
  count = var.manage_region_settings ? 1 : 0

  resource_type_opt_in_preference     = local.dynamodb_on
  resource_type_management_preference = local.dynamodb_on

  lifecycle {
    ignore_changes = [resource_type_opt_in_preference, resource_type_management_preference]

    postcondition {
      condition     = self.resource_type_opt_in_preference["DynamoDB"] && self.resource_type_management_preference["DynamoDB"]
      error_message = local.dynamodb_off
    }
  }
}

resource "aws_backup_region_settings" "dr" {
  count    = var.manage_region_settings ? 1 : 0
  provider = aws.replica

  resource_type_opt_in_preference     = local.dynamodb_on
  resource_type_management_preference = local.dynamodb_on

  lifecycle {
    ignore_changes = [resource_type_opt_in_preference, resource_type_management_preference]

    postcondition {
      condition     = self.resource_type_opt_in_preference["DynamoDB"] && self.resource_type_management_preference["DynamoDB"]
      error_message = local.dynamodb_off
    }
  }
}
