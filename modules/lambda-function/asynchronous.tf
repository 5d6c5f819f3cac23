locals {
  create_queue = var.asynchronous == null ? false : var.asynchronous.on_failure_destination_arn == null
}

resource "aws_sqs_queue" "failed_events" {
  count = local.create_queue ? 1 : 0

  name                              = "${var.function_name}-failed-events"
  message_retention_seconds         = 14 * 24 * 3600
  kms_master_key_id                 = var.kms_key_arn
  kms_data_key_reuse_period_seconds = 300
  tags                              = var.tags
}

resource "aws_lambda_function_event_invoke_config" "live" {
  count = var.asynchronous == null ? 0 : 1

  function_name                = aws_lambda_function.this.function_name
  qualifier                    = aws_lambda_alias.live.name
  maximum_event_age_in_seconds = var.asynchronous.maximum_event_age_seconds
  maximum_retry_attempts       = var.asynchronous.maximum_retry_attempts

  destination_config {
    on_failure {
      destination = local.create_queue ? aws_sqs_queue.failed_events[0].arn : var.asynchronous.on_failure_destination_arn
    }
  }
}
