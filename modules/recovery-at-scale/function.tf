data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.name

  function_name = "${var.name}-recovery"

  # What may be at work when a slice ends, and a task's answer that is on its way.
  reserve_seconds = 180
}

module "function" {
  source = "../lambda-function"

  function_name   = local.function_name
  description     = "Compares and repairs the products table, a segment at a time."
  package_path    = var.package_path
  handler         = "recovery_worker.handler.handler"
  architecture    = var.architecture
  memory_mb       = 1769 # one whole CPU: comparing is computing
  timeout_seconds = var.slice_seconds + local.reserve_seconds

  reserved_concurrency = var.max_concurrency

  environment = {
    ERASURES_TABLE          = var.erasures.table_name
    LOG_LEVEL               = var.log_level
    MAX_CONCURRENCY         = tostring(var.max_concurrency)
    POWERTOOLS_SERVICE_NAME = "recovery-worker"
    PRODUCTS_TABLE          = var.table.name
    RUNS_BUCKET             = module.runs.name
    SEGMENT_BYTES           = tostring(var.segment_mib * 1024 * 1024)
    SLICE_SECONDS           = tostring(var.slice_seconds)
  }

  policy_statements = local.policy_statements

  kms_key_arn        = var.kms_key_arn
  log_level          = var.log_level
  log_retention_days = var.log_retention_days
  tags               = var.tags
}
