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

# Daily, weekly and monthly backups of every table tagged Backup = yes, copied to us-west-2 and nowhere else, and
# audited (AWS Config must record in us-east-1).
module "backup" {
  source = "../.."

  providers = {
    aws         = aws
    aws.replica = aws.dr
  }

  name                   = "example"
  allowed_regions        = ["us-east-1", "us-west-2"]
  audit_framework        = true
  manage_region_settings = true
  selection              = { tags = { Backup = "yes" } }
}
