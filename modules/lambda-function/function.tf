resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${var.function_name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_116:Failed asynchronous events go to an on-failure destination (asynchronous.tf), which keeps the error beside the event; a synchronous caller sees the failure itself.
  #checkov:skip=CKV_AWS_117:The function calls AWS APIs only; a VPC would add network interfaces, NAT gateways and their failures to the path without protecting anything.
  #checkov:skip=CKV_AWS_272:Code signing is an input (code_signing_config_arn): it needs a signing profile that only some accounts have.
  function_name = var.function_name
  description   = var.description
  role          = aws_iam_role.function.arn

  filename                = var.package_path
  source_code_hash        = filebase64sha256(var.package_path)
  code_signing_config_arn = var.code_signing_config_arn
  handler                 = var.handler
  runtime                 = var.runtime
  architectures           = [var.architecture]
  publish                 = true

  memory_size                    = var.memory_mb
  timeout                        = var.timeout_seconds
  reserved_concurrent_executions = var.reserved_concurrency

  kms_key_arn = var.kms_key_arn

  dynamic "environment" {
    for_each = length(var.environment) == 0 ? [] : [var.environment]

    content {
      variables = environment.value
    }
  }

  logging_config {
    log_format            = "JSON"
    log_group             = aws_cloudwatch_log_group.function.name
    application_log_level = var.log_level
    system_log_level      = "WARN"
  }

  tracing_config {
    mode = "Active"
  }

  tags = var.tags

  # The first execution must find its permissions in place.
  depends_on = [aws_iam_role_policy.function]
}
