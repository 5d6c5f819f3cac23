# The switch's state and its audit trail. The table has no replica: the primary region must have no say in it.

module "table" {
  source = "../../../dynamodb-ha"

  providers = {
    aws         = aws
    aws.replica = aws # There is no replica.
  }

  name                = "${var.name}-failover"
  hash_key            = { name = "id" }
  capacity            = { mode = "on_demand" }
  deletion_protection = var.deletion_protection
  tags                = var.tags
}
