# Applied against a mocked provider: what is asserted are the resources that would be asked of AWS.

mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
  mock_resource "aws_acm_certificate" {
    defaults = {
      arn = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
      domain_validation_options = [
        { domain_name = "api.example.com", resource_record_name = "_a.api.example.com", resource_record_type = "CNAME", resource_record_value = "_x.acm-validations.aws" },
        { domain_name = "api-eu-west-1.example.com", resource_record_name = "_b.api-eu-west-1.example.com", resource_record_type = "CNAME", resource_record_value = "_y.acm-validations.aws" },
      ]
    }
  }
  mock_resource "aws_acm_certificate_validation" {
    defaults = { certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555" }
  }
  mock_resource "aws_api_gateway_rest_api" {
    defaults = { execution_arn = "arn:aws:execute-api:eu-west-1:123456789012:abcdefghij" }
  }
  mock_resource "aws_api_gateway_stage" {
    defaults = { arn = "arn:aws:apigateway:eu-west-1::/restapis/abcdefghij/stages/live" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:shop" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/shop-api-logs-eu-west-1" }
  }
}

# Its schema makes runs slow; it is tested in firewall.tftest.hcl.
override_module {
  target = module.firewall
  outputs = {
    log_group_name = "aws-waf-logs-shop"
    web_acl_arn    = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/11111111-2222-3333-4444-555555555555"
  }
}

variables {
  name                = "shop"
  description         = "Sells things."
  domain_names        = { public = "api.example.com", regional = "api-eu-west-1.example.com" }
  hosted_zone_id      = "Z0123456789"
  kms_key_arn         = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  problem_type_prefix = "urn:shop:problem:"
  cors                = { allowed_origin = "https://www.example.com" }
  throttle            = { rate_limit = 200, burst_limit = 400 }
  integration = {
    function_name = "shop-orders"
    alias         = "live"
    invoke_arn    = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:shop-orders:live/invocations"
  }
  authorizer = {
    function_name = "shop-authorizer"
    alias         = "live"
    invoke_arn    = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:shop-authorizer:live/invocations"
  }
  models = {
    Order = { description = "An order.", schema = "{\"type\": \"object\", \"required\": [\"item\"]}" }
  }
  routes = {
    "/health" = { GET = {} }
    "/orders" = {
      GET  = { query_parameters = { customer = true, page = false } }
      POST = { authorized = true, model = "Order", throttle = { rate_limit = 20, burst_limit = 40 } }
    }
    "/orders/{id}/lines" = {
      PUT = { authorized = true, model = "Order", throttle = { rate_limit = 10, burst_limit = 20 } }
    }
  }
}

run "every_route_leads_to_the_alias_and_every_parent_path_exists" {
  assert {
    condition     = toset(keys(aws_api_gateway_method.this)) == toset(["GET /health", "GET /orders", "POST /orders", "PUT /orders/{id}/lines"])
    error_message = "There must be one method for each route and no other."
  }
  assert {
    condition     = alltrue([for integration in values(aws_api_gateway_integration.function) : integration.uri == var.integration.invoke_arn && integration.type == "AWS_PROXY"])
    error_message = "Every method must invoke the alias."
  }
  assert {
    condition = (
      keys(aws_api_gateway_resource.second) == ["/orders/{id}"] &&
      aws_api_gateway_resource.second["/orders/{id}"].parent_id == aws_api_gateway_resource.first["/orders"].id &&
      aws_api_gateway_resource.third["/orders/{id}/lines"].parent_id == aws_api_gateway_resource.second["/orders/{id}"].id
    )
    error_message = "A path without a route of its own must be made when a route lies below it."
  }
  assert {
    condition = (
      aws_lambda_permission.integration.qualifier == "live" &&
      aws_lambda_permission.integration.source_arn == "arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/live/*" &&
      startswith(aws_lambda_permission.authorizer.source_arn, "arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/authorizers/")
    )
    error_message = "Only this API's stage may invoke the alias, and only its authorizer the authorizer's."
  }
}

run "writes_are_authorized_and_validated" {
  assert {
    condition = alltrue([
      for key, method in aws_api_gateway_method.this :
      method.authorization == (startswith(key, "GET") ? "NONE" : "CUSTOM") && (startswith(key, "GET") || method.authorizer_id == aws_api_gateway_authorizer.jwt.id)
    ])
    error_message = "Writes must ask the authorizer; reads are public."
  }
  assert {
    condition     = aws_api_gateway_authorizer.jwt.type == "REQUEST" && aws_api_gateway_authorizer.jwt.identity_source == "method.request.header.Authorization"
    error_message = "The authorizer must judge the Authorization header, so that a request without one is refused at once."
  }
  assert {
    condition     = aws_api_gateway_method.this["POST /orders"].request_models["application/json"] == "Order" && aws_api_gateway_method.this["POST /orders"].request_validator_id == aws_api_gateway_request_validator.all.id
    error_message = "A body with a schema must be validated at the gateway."
  }
  assert {
    condition = aws_api_gateway_method.this["GET /orders"].request_parameters == tomap({
      "method.request.querystring.customer" = true, "method.request.querystring.page" = false
    }) && aws_api_gateway_method.this["GET /orders"].request_validator_id == aws_api_gateway_request_validator.all.id
    error_message = "A required parameter must be validated at the gateway."
  }
  assert {
    condition     = aws_api_gateway_method.this["PUT /orders/{id}/lines"].request_parameters["method.request.path.id"] && aws_api_gateway_method.this["GET /health"].request_validator_id == null
    error_message = "Path parameters are required by nature; a route without input needs no validator."
  }
}

run "only_the_custom_domains_answer_and_with_tls_1_2" {
  assert {
    condition     = aws_api_gateway_rest_api.this.disable_execute_api_endpoint && one(aws_api_gateway_rest_api.this.endpoint_configuration[0].types) == "REGIONAL"
    error_message = "The execute-api endpoint must be off and the API regional."
  }
  assert {
    condition = alltrue([
      for domain in values(aws_api_gateway_domain_name.this) :
      domain.security_policy == "TLS_1_2" && domain.regional_certificate_arn == aws_acm_certificate_validation.this.certificate_arn
    ]) && toset(values(aws_api_gateway_domain_name.this)[*].domain_name) == toset(["api.example.com", "api-eu-west-1.example.com"])
    error_message = "Both host names must be served with the validated certificate and TLS 1.2."
  }
  assert {
    condition     = alltrue([for mapping in values(aws_api_gateway_base_path_mapping.this) : mapping.base_path == "v1" && mapping.stage_name == "live"])
    error_message = "Both host names must map v1 to the stage."
  }
  assert {
    condition     = alltrue([for record in values(aws_route53_record.certificate_validation) : record.allow_overwrite]) && length(aws_route53_record.certificate_validation) == 2
    error_message = "The other region writes the same validation record, so it must be overwritten, not refused."
  }
  assert {
    condition     = toset(keys(output.domain_targets)) == toset(["public", "regional"])
    error_message = "The targets of both names must be put out."
  }
}

run "the_gateways_own_answers_are_problem_documents" {
  assert {
    condition = alltrue([
      for response in values(aws_api_gateway_gateway_response.this) :
      response.response_parameters["gatewayresponse.header.Content-Type"] == "'application/problem+json'" &&
      response.response_parameters["gatewayresponse.header.Access-Control-Allow-Origin"] == "'https://www.example.com'" &&
      startswith(jsondecode(response.response_templates["application/json"]).type, "urn:shop:problem:")
    ])
    error_message = "Every answer of the gateway must be a problem document that a browser may read."
  }
  assert {
    condition     = jsondecode(aws_api_gateway_gateway_response.this["BAD_REQUEST_BODY"].response_templates["application/json"]).detail == "$context.error.validationErrorString"
    error_message = "A refused body must be answered with what is wrong with it."
  }
  assert {
    condition = { for type in ["UNAUTHORIZED", "ACCESS_DENIED", "THROTTLED", "QUOTA_EXCEEDED", "MISSING_AUTHENTICATION_TOKEN", "INTEGRATION_FAILURE"] : type => aws_api_gateway_gateway_response.this[type].status_code } == {
      UNAUTHORIZED = "401", ACCESS_DENIED = "403", THROTTLED = "429", QUOTA_EXCEEDED = "429", MISSING_AUTHENTICATION_TOKEN = "404", INTEGRATION_FAILURE = "503"
    }
    error_message = "The statuses must say what happened."
  }
  assert {
    condition     = aws_api_gateway_gateway_response.this["THROTTLED"].response_parameters["gatewayresponse.header.Retry-After"] == "'1'" && aws_api_gateway_gateway_response.this["DEFAULT_4XX"].status_code == null
    error_message = "A throttled client must hear when to come back, and unnamed errors keep their status."
  }
}

run "browsers_get_their_preflight_answer_from_the_gateway" {
  assert {
    condition     = toset(keys(aws_api_gateway_method.preflight)) == toset(keys(var.routes)) && alltrue([for integration in values(aws_api_gateway_integration.preflight) : integration.type == "MOCK"])
    error_message = "Every route must answer OPTIONS without a function."
  }
  assert {
    condition = (
      aws_api_gateway_integration_response.preflight["/orders"].response_parameters["method.response.header.Access-Control-Allow-Methods"] == "'GET,OPTIONS,POST'" &&
      aws_api_gateway_integration_response.preflight["/orders"].response_parameters["method.response.header.Access-Control-Allow-Origin"] == "'https://www.example.com'" &&
      strcontains(aws_api_gateway_integration_response.preflight["/orders"].response_parameters["method.response.header.Access-Control-Allow-Headers"], "Idempotency-Key")
    )
    error_message = "The preflight answer must name the origin, the route's methods and the headers that the API reads."
  }
}

run "the_stage_is_throttled_logged_traced_and_measured" {
  assert {
    condition     = aws_api_gateway_method_settings.all.method_path == "*/*" && aws_api_gateway_method_settings.all.settings[0].throttling_rate_limit == 200 && aws_api_gateway_method_settings.all.settings[0].throttling_burst_limit == 400
    error_message = "The stage must be throttled."
  }
  assert {
    condition = alltrue([
      for settings in concat([aws_api_gateway_method_settings.all], values(aws_api_gateway_method_settings.route)) :
      settings.settings[0].metrics_enabled && settings.settings[0].logging_level == "ERROR" && !settings.settings[0].data_trace_enabled
    ])
    error_message = "Every method must be measured and log its errors, never bodies."
  }
  assert {
    condition     = toset(values(aws_api_gateway_method_settings.route)[*].method_path) == toset(["~1orders/POST", "~1orders~1{id}~1lines/PUT"])
    error_message = "A nested path must be named with ~1 for each slash, or API Gateway does not find it."
  }
  assert {
    condition     = aws_api_gateway_stage.live.xray_tracing_enabled && jsondecode(aws_api_gateway_stage.live.access_log_settings[0].format).request_id == "$context.requestId"
    error_message = "The stage must send traces and log the request id."
  }
  assert {
    condition     = alltrue([for group in [aws_cloudwatch_log_group.access, aws_cloudwatch_log_group.execution] : group.kms_key_id == var.kms_key_arn && group.retention_in_days == 365])
    error_message = "Every log must be encrypted and have an end."
  }
  assert {
    condition     = length(aws_api_gateway_account.this) == 1
    error_message = "Without the account's role the stage could not log."
  }
}

run "the_firewall_stands_before_the_stage" {
  assert {
    condition     = aws_wafv2_web_acl_association.stage.resource_arn == aws_api_gateway_stage.live.arn && aws_wafv2_web_acl_association.stage.web_acl_arn == output.web_acl_arn
    error_message = "Every request to the stage must pass the firewall."
  }
}

run "an_unchanged_api_is_not_deployed_again" {
  assert {
    condition     = aws_api_gateway_deployment.this.triggers == run.every_route_leads_to_the_alias_and_every_parent_path_exists.deployment_triggers
    error_message = "The same inputs must give the same deployment."
  }
}

run "a_changed_schema_is_deployed" {
  variables {
    models = { Order = { description = "An order.", schema = "{\"type\": \"object\", \"required\": [\"item\", \"count\"]}" } }
  }

  assert {
    condition     = aws_api_gateway_deployment.this.triggers != run.an_unchanged_api_is_not_deployed_again.deployment_triggers
    error_message = "Gateway responses, models and routes are only live after a deployment."
  }
}

run "a_changed_throttle_needs_no_deployment" {
  variables {
    throttle = { rate_limit = 300, burst_limit = 600 }
  }

  assert {
    condition     = aws_api_gateway_deployment.this.triggers == run.an_unchanged_api_is_not_deployed_again.deployment_triggers && aws_api_gateway_method_settings.all.settings[0].throttling_rate_limit == 300
    error_message = "A throttle belongs to the stage: it is live at once."
  }
}

run "an_account_whose_logging_role_is_managed_elsewhere_keeps_it" {
  variables {
    manage_account_logging_role = false
  }

  assert {
    condition     = length(aws_api_gateway_account.this) + length(aws_iam_role.logs) == 0
    error_message = "The account's setting must be left alone."
  }
}

run "a_route_may_lead_to_another_function" {
  variables {
    other_integrations = {
      status = { function_name = "shop-status", alias = "live", invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/status", timeout_ms = 2000 }
    }
    routes = {
      "/health" = { GET = {} }
      "/status" = { GET = { integration = "status" } }
    }
  }

  assert {
    condition = (
      aws_api_gateway_integration.function["GET /status"].uri == "arn:aws:apigateway:eu-west-1:lambda:path/status" && aws_api_gateway_integration.function["GET /status"].timeout_milliseconds == 2000 &&
      aws_api_gateway_integration.function["GET /health"].uri == var.integration.invoke_arn
    )
    error_message = "Only the route that names the other function may lead to it."
  }
  assert {
    condition     = aws_lambda_permission.other["status"].function_name == "shop-status" && aws_lambda_permission.other["status"].source_arn == "arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/live/*"
    error_message = "The stage must be allowed to invoke the other function."
  }
}
