terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "dr"
  region = "us-west-2"
}

# The product catalogue as TechModa runs it: provisioned, autoscaled, in two regions.
module "products" {
  source = "../.."

  providers = {
    aws         = aws
    aws.replica = aws.dr
  }

  name                     = "example-products"
  hash_key                 = { name = "id" }
  deletion_protection      = var.deletion_protection
  capacity                 = { mode = var.capacity_mode }
  global_secondary_indexes = var.global_secondary_indexes
  replicas                 = var.replicas
  events                   = var.events
}

# Answers remembered by idempotency key: spiky, short-lived, on demand.
module "idempotency" {
  source = "../.."

  providers = {
    aws         = aws
    aws.replica = aws.dr
  }

  name                = "example-idempotency"
  hash_key            = { name = "id" }
  ttl_attribute       = "expires_at"
  capacity            = { mode = "on_demand" }
  deletion_protection = var.deletion_protection
  replicas            = var.replicas
}
