data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.name

  pipeline_name = "${var.name}-pipeline"
  pipeline_arn  = "arn:${local.partition}:codepipeline:${local.region}:${local.account_id}:${local.pipeline_name}"
  runbook       = "${var.runbook_base_url}/bad-deployment.md"

  builds   = { for stage in var.stages : stage.name => stage if stage.buildspec != null }
  accesses = toset([for stage in local.builds : stage.access])
}
