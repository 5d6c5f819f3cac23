terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

# In the DR region: a release must be possible, and the way back of one, while the primary region is gone.
provider "aws" {
  region = "us-west-2"

  default_tags {
    tags = { Application = "techmoda-api", ManagedBy = "terraform" }
  }
}

variable "connection_arn" {
  description = "The CodeConnections connection to the repository; a person has to authorise it once in the console."
  type        = string
  default     = "arn:aws:codeconnections:us-west-2:111111111111:connection/11111111-2222-3333-4444-555555555555"
}

data "aws_caller_identity" "current" {}

locals {
  regions = { primary = "us-east-1", dr = "us-west-2" }
  account = data.aws_caller_identity.current.account_id
}

module "pipeline" {
  source = "../.."

  name                  = "techmoda-api"
  runbook_base_url      = "https://github.com/example/techmoda-ha/blob/main/docs/runbooks"
  smoke_token_parameter = { name = "/techmoda-api/smoke-token" }
  source_repository     = { connection_arn = var.connection_arn, repository = "example/techmoda-ha" }
  stages                = yamldecode(file("${path.module}/../../../../pipeline/stages.yaml")).stages
  terraform_inputs      = { domain_name = "shop.example.com", jwt_issuer = "https://login.example.com/" }

  # As `ha bootstrap` names them.
  state_buckets = {
    for environment, region in local.regions : environment => { bucket = "techmoda-api-state-${local.account}-${region}", region = region }
  }
}

output "pipeline" {
  description = "What the pipeline is called, and the roles of its stages."
  value       = { name = module.pipeline.pipeline_name, roles = module.pipeline.role_arns, topic = module.pipeline.topic_arn }
}
