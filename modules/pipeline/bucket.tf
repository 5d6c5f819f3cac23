# The artifacts: what one stage hands to the next. They are made anew from a commit, and CodePipeline tells of each.
module "artifacts" {
  source = "../private-bucket"

  name                  = "${local.pipeline_name}-artifacts-${local.account_id}-${local.region}"
  kms_key_arn           = aws_kms_key.pipeline.arn
  expires_after_days    = var.artifact_retention_days
  superseded_after_days = 7
  tags                  = var.tags
}
