"""Judging a Terraform plan: pure functions from what was planned to findings, without any I/O."""
