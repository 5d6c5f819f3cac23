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

module "monitoring" {
  source = "../.."

  name             = "example"
  runbook_base_url = "https://runbooks.example.com/techmoda"
  alarm_email      = "on-call@example.com"
  api              = { name = "example-api", stage = "live" }
  owner            = "catalogue"
  functions        = { products = { name = "example-products", alias = "live", reserved_concurrency = 100 } }
  canary           = { namespace = "Example/Canary", service = "canary", targets = { public = "page", dr = "ticket" } }
  health_checks    = { us-east-1 = "11111111-2222-3333-4444-555555555555" }

  tables = {
    products = {
      name            = "example-products"
      indexes         = ["by-category"]
      replica_regions = ["us-west-2"]
    }
  }
}
