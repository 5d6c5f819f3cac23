# No endpoints here: what is tested is what ships. Another endpoint comes from the environment (AWS_ENDPOINT_URL).

locals {
  default_tags = merge(var.tags, { Application = var.name, Environment = "primary", ManagedBy = "terraform" })
}

provider "aws" {
  region = var.primary_region

  default_tags {
    tags = local.default_tags
  }
}

# The other region, for what has to be made from here: the replica tables, the replica keys and the vault for copies.
provider "aws" {
  alias  = "replica"
  region = var.dr_region

  default_tags {
    tags = local.default_tags
  }
}
