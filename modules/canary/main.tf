# A function that visits the API from outside, each minute, and measures how the visits go: lambda_src/canary.
locals {
  metric_namespace = "TechModa/Canary"
  service          = "canary"

  # One visit a minute; the second execution is for a minute that overlaps the next.
  reserved_concurrency = 2
}

module "function" {
  source = "../lambda-function"

  function_name   = "${var.name}-canary"
  description     = "Visits the API as a customer does and measures availability and latency of each target."
  package_path    = var.package_path
  handler         = "canary.handler.handler"
  architecture    = var.architecture
  memory_mb       = 256
  timeout_seconds = 40 # Seven requests of five seconds at worst, all targets at the same time.

  reserved_concurrency = local.reserved_concurrency

  # A visit that failed to start is not repeated: the next one starts within a minute.
  asynchronous = { maximum_event_age_seconds = 60, maximum_retry_attempts = 0 }

  environment = {
    LOG_LEVEL                    = var.log_level
    POWERTOOLS_METRICS_NAMESPACE = local.metric_namespace
    POWERTOOLS_SERVICE_NAME      = local.service
    TARGETS                      = jsonencode({ for label, target in var.targets : label => target.url })
  }

  # It calls no AWS API: a visit is plain HTTPS, and metrics are log lines.
  kms_key_arn        = var.kms_key_arn
  log_level          = var.log_level
  log_retention_days = var.log_retention_days
  tags               = var.tags
}

resource "aws_cloudwatch_event_rule" "visit" {
  name                = "${var.name}-canary"
  description         = "Starts the canary's next visit."
  schedule_expression = "rate(1 minute)"
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "visit" {
  rule = aws_cloudwatch_event_rule.visit.name
  arn  = module.function.alias_arn

  # A tick that could not be delivered is late: the next one does its work.
  retry_policy {
    maximum_event_age_in_seconds = 60
    maximum_retry_attempts       = 0
  }

  depends_on = [aws_lambda_permission.visit]
}

resource "aws_lambda_permission" "visit" {
  statement_id  = "${var.name}-canary"
  action        = "lambda:InvokeFunction"
  function_name = module.function.function_name
  qualifier     = module.function.alias_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.visit.arn
}
