locals {
  # No header, body or query string: they may hold tokens and personal data.
  access_log_fields = {
    api_id                 = "$context.apiId"
    authorizer_error       = "$context.authorizer.error"
    authorizer_latency_ms  = "$context.authorizer.latency"
    domain_name            = "$context.domainName"
    error_message          = "$context.error.message"
    error_type             = "$context.error.responseType"
    extended_request_id    = "$context.extendedRequestId"
    http_method            = "$context.httpMethod"
    integration_error      = "$context.integration.error"
    integration_latency_ms = "$context.integration.latency"
    integration_request_id = "$context.integration.requestId"
    integration_status     = "$context.integration.integrationStatus"
    path                   = "$context.path"
    principal              = "$context.authorizer.principalId"
    protocol               = "$context.protocol"
    request_id             = "$context.requestId"
    request_time           = "$context.requestTimeEpoch"
    resource_path          = "$context.resourcePath"
    response_latency_ms    = "$context.responseLatency"
    response_length        = "$context.responseLength"
    source_ip              = "$context.identity.sourceIp"
    stage                  = "$context.stage"
    status                 = "$context.status"
    user_agent             = "$context.identity.userAgent"
    waf_response           = "$context.wafResponseCode"
    xray_trace_id          = "$context.xrayTraceId"
  }
}

resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/apigateway/${var.name}/access"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

# API Gateway writes the errors of a stage's executions to a group of this name; made here, it has a key and an end.
resource "aws_cloudwatch_log_group" "execution" {
  name              = "API-Gateway-Execution-Logs_${aws_api_gateway_rest_api.this.id}/${local.stage_name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}
