# No endpoints here: what is tested is what ships. Another endpoint comes from the environment (AWS_ENDPOINT_URL).
# There is no provider of the primary region either: this environment must apply while that region is down.

provider "aws" {
  region = var.dr_region

  default_tags {
    tags = merge(var.tags, { Application = var.name, Environment = "dr", ManagedBy = "terraform" })
  }
}
