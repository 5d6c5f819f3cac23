resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  description = "Deployed by Terraform."
  triggers    = { definition = sha256(jsonencode(local.definition)) }

  lifecycle {
    create_before_destroy = true
  }

  # A deployment is a snapshot: everything it must contain has to exist first.
  depends_on = [
    aws_api_gateway_gateway_response.this,
    aws_api_gateway_integration.function,
    aws_api_gateway_integration_response.preflight,
    aws_api_gateway_method_response.preflight,
    aws_lambda_permission.authorizer,
    aws_lambda_permission.integration,
    aws_lambda_permission.other,
  ]
}

resource "aws_api_gateway_stage" "live" {
  #checkov:skip=CKV_AWS_120:A stage cache would answer reads with products that were changed since, and costs an instance per region; clients revalidate with ETags instead.
  #checkov:skip=CKV2_AWS_51:Client certificates protect an HTTP backend; the backend here is a Lambda function that only this API may invoke.
  rest_api_id          = aws_api_gateway_rest_api.this.id
  deployment_id        = aws_api_gateway_deployment.this.id
  stage_name           = local.stage_name
  description          = "Serves all traffic."
  xray_tracing_enabled = true

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format          = jsonencode(local.access_log_fields)
  }

  tags = var.tags

  # Without the account's role a stage may not log, and the group of its errors must not be made by API Gateway itself.
  depends_on = [aws_api_gateway_account.this, aws_cloudwatch_log_group.execution]
}

resource "aws_api_gateway_method_settings" "all" {
  #checkov:skip=CKV_AWS_225:There is no stage cache; see the stage.
  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.live.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled        = true
    logging_level          = "ERROR"
    data_trace_enabled     = false
    throttling_rate_limit  = var.throttle.rate_limit
    throttling_burst_limit = var.throttle.burst_limit
  }
}

resource "aws_api_gateway_method_settings" "route" {
  #checkov:skip=CKV_AWS_225:There is no stage cache; see the stage.
  for_each = { for key, method in local.methods : key => method if method.throttle != null }

  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.live.stage_name

  # A JSON pointer: API Gateway wants, and reports, each slash of the path as ~1.
  method_path = "${replace(each.value.path, "/", "~1")}/${each.value.http_method}"

  # Settings of a method replace the stage's, so all of them stand here again.
  settings {
    metrics_enabled        = true
    logging_level          = "ERROR"
    data_trace_enabled     = false
    throttling_rate_limit  = each.value.throttle.rate_limit
    throttling_burst_limit = each.value.throttle.burst_limit
  }

  # Two updates of one stage at a time conflict.
  depends_on = [aws_api_gateway_method_settings.all]
}
