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

module "products" {
  source = "../.."

  providers = {
    aws         = aws
    aws.replica = aws.dr
  }

  # As the plain table has them: another name or key would replace the table.
  name     = "plain-products"
  hash_key = { name = "id" }

  deletion_protection = var.deletion_protection
  replicas            = { us-west-2 = {} }

  global_secondary_indexes = {
    by-category = {
      hash_key  = { name = "category" }
      range_key = { name = "id" }
    }
  }
}

variable "deletion_protection" {
  description = "Whether the table refuses to be deleted."
  type        = bool
  default     = true
}
