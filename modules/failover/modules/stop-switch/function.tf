data "aws_region" "current" {}

locals {
  region = data.aws_region.current.name

  # DNS's answer about the active region is looked at this often, and two answers in a row engage the switch.
  look_every_seconds = 5
  watch_seconds      = 60

  metric_namespace = "TechModa/Failover"
  service          = "failover-control"

  # Two watches that overlap for a moment, and the health checkers: about two requests a second of some milliseconds,
  # but of up to two seconds each (four at a time) while environments start cold. The alarm comes at 8.
  reserved_concurrency = 10
}

module "control" {
  source = "../../../lambda-function"

  function_name   = "${var.name}-failover"
  description     = "Answers whether the primary region is stopped, and keeps it stopped after a failover."
  package_path    = var.package_path
  handler         = "failover_control.handler.handler"
  architecture    = var.architecture
  memory_mb       = 256
  timeout_seconds = local.watch_seconds + 15

  reserved_concurrency = local.reserved_concurrency

  # A watch that failed is not repeated: the next one starts within a minute.
  asynchronous = { maximum_event_age_seconds = 60, maximum_retry_attempts = 0 }

  environment = {
    ACTIVE_HOST                  = var.hosts.active
    ARM_AFTER_SECONDS            = tostring(var.arm_after_seconds)
    DR_HOST                      = var.hosts.dr
    FAILOVER_TABLE               = module.table.table_name
    LOG_LEVEL                    = var.log_level
    LOOK_EVERY_SECONDS           = tostring(local.look_every_seconds)
    POWERTOOLS_METRICS_NAMESPACE = local.metric_namespace
    POWERTOOLS_SERVICE_NAME      = local.service
    PRIMARY_HOST                 = var.hosts.primary
  }

  # What lambda_src/failover_control/switch.py calls, and nothing else (TransactWriteItems asks for PutItem).
  policy_statements = {
    ReadAndChangeTheSwitch = {
      actions   = ["dynamodb:GetItem", "dynamodb:PutItem"]
      resources = [module.table.table_arn]
    }
    UseTableKey = {
      actions    = ["kms:Decrypt"]
      resources  = [module.table.kms_key_arns[local.region]]
      conditions = [{ test = "StringEquals", variable = "kms:ViaService", values = ["dynamodb.${local.region}.amazonaws.com"] }]
    }
  }

  kms_key_arn        = var.kms_key_arn
  log_level          = var.log_level
  log_retention_days = var.log_retention_days
  tags               = var.tags
}

# EventBridge and Lambda of this region keep the latch going; nothing of another region is asked.
resource "aws_cloudwatch_event_rule" "watch" {
  name                = "${var.name}-failover-watch"
  description         = "Starts the latch's next minute of looking where DNS leads."
  schedule_expression = "rate(1 minute)"
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "watch" {
  rule = aws_cloudwatch_event_rule.watch.name
  arn  = module.control.alias_arn

  # A tick that could not be delivered is late: the next one does its work.
  retry_policy {
    maximum_event_age_in_seconds = 60
    maximum_retry_attempts       = 0
  }

  depends_on = [aws_lambda_permission.watch]
}

resource "aws_lambda_permission" "watch" {
  statement_id  = "${var.name}-failover-watch"
  action        = "lambda:InvokeFunction"
  function_name = module.control.function_name
  qualifier     = module.control.alias_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.watch.arn
}
