"""The place where an environment's Terraform state lies: a bucket in that environment's own region."""
