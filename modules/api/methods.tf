resource "aws_api_gateway_method" "this" {
  #checkov:skip=CKV_AWS_59:Reads are public by design, as the shop's catalogue is; the variable's validation refuses a write without the authorizer.
  #checkov:skip=CKV2_AWS_53:Routes with a body or required parameters have the validator; the others take no input that it could check.
  for_each = local.methods

  rest_api_id   = aws_api_gateway_rest_api.this.id
  resource_id   = local.resource_ids[each.value.path]
  http_method   = each.value.http_method
  authorization = each.value.authorized ? "CUSTOM" : "NONE"
  authorizer_id = each.value.authorized ? aws_api_gateway_authorizer.jwt.id : null

  request_parameters   = local.request_parameters[each.key]
  request_models       = each.value.model == null ? {} : { "application/json" = aws_api_gateway_model.this[each.value.model].name }
  request_validator_id = each.value.model != null || contains(values(each.value.query_parameters), true) ? aws_api_gateway_request_validator.all.id : null
}

resource "aws_api_gateway_integration" "function" {
  for_each = local.methods

  rest_api_id             = aws_api_gateway_rest_api.this.id
  resource_id             = aws_api_gateway_method.this[each.key].resource_id
  http_method             = aws_api_gateway_method.this[each.key].http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = local.integrations[each.key].invoke_arn
  timeout_milliseconds    = local.integrations[each.key].timeout_ms
}

resource "aws_lambda_permission" "integration" {
  statement_id  = "${var.name}-integration"
  action        = "lambda:InvokeFunction"
  function_name = var.integration.function_name
  qualifier     = var.integration.alias
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/${local.stage_name}/*"
}

resource "aws_lambda_permission" "other" {
  for_each = var.other_integrations

  statement_id  = "${var.name}-${each.key}"
  action        = "lambda:InvokeFunction"
  function_name = each.value.function_name
  qualifier     = each.value.alias
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/${local.stage_name}/*"
}

resource "aws_api_gateway_request_validator" "all" {
  rest_api_id                 = aws_api_gateway_rest_api.this.id
  name                        = "body-and-parameters"
  validate_request_body       = true
  validate_request_parameters = true
}

resource "aws_api_gateway_model" "this" {
  for_each = var.models

  rest_api_id  = aws_api_gateway_rest_api.this.id
  name         = each.key
  description  = each.value.description
  content_type = "application/json"
  schema       = each.value.schema
}

resource "aws_api_gateway_authorizer" "jwt" {
  rest_api_id                      = aws_api_gateway_rest_api.this.id
  name                             = "jwt"
  type                             = "REQUEST"
  authorizer_uri                   = var.authorizer.invoke_arn
  identity_source                  = "method.request.header.Authorization"
  authorizer_result_ttl_in_seconds = var.authorizer.cache_seconds
}

resource "aws_lambda_permission" "authorizer" {
  statement_id  = "${var.name}-authorizer"
  action        = "lambda:InvokeFunction"
  function_name = var.authorizer.function_name
  qualifier     = var.authorizer.alias
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/authorizers/${aws_api_gateway_authorizer.jwt.id}"
}
