# The runs: what was asked for, plans and undo files, and how far each segment is. A run repairs the table of its own
# region, and of a segment's progress only the newest version is of use.
module "runs" {
  source = "../private-bucket"

  name                  = "${trimsuffix(substr(var.name, 0, 26), "-")}-recovery-${local.account_id}-${local.region}" # 63 characters at most
  kms_key_arn           = aws_kms_key.runs.arn
  expires_after_days    = var.retention_days
  superseded_after_days = 1
  force_destroy         = var.force_destroy
  tags                  = var.tags
}
