terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # The state lies in this environment's own region; `ha bootstrap` makes the bucket and writes its settings, which
  # are given at init (-backend-config=...).
  backend "s3" {}
}
