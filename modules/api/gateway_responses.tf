# What the gateway answers by itself, as problem documents (RFC 9457). Templates substitute variables only;
# validationErrorString comes escaped for use inside a JSON string and names the offending fields.

locals {
  gateway_responses = {
    ACCESS_DENIED                  = { name = "forbidden", status = "403", title = "Forbidden", detail = "The token does not allow this operation." }
    API_CONFIGURATION_ERROR        = { name = "internal-error", status = "500", title = "Internal Server Error", detail = "The API is misconfigured." }
    AUTHORIZER_CONFIGURATION_ERROR = { name = "internal-error", status = "500", title = "Internal Server Error", detail = "The token could not be judged." }
    AUTHORIZER_FAILURE             = { name = "unavailable", status = "503", title = "Service Unavailable", detail = "The token could not be judged; try again.", headers = { "Retry-After" = "'1'" } }
    BAD_REQUEST_BODY               = { name = "invalid-request", status = "400", title = "Bad Request", detail = "$context.error.validationErrorString" }
    BAD_REQUEST_PARAMETERS         = { name = "invalid-request", status = "400", title = "Bad Request", detail = "$context.error.validationErrorString" }
    INTEGRATION_FAILURE            = { name = "unavailable", status = "503", title = "Service Unavailable", detail = "The API could not be reached; try again.", headers = { "Retry-After" = "'1'" } }
    INTEGRATION_TIMEOUT            = { name = "timeout", status = "504", title = "Gateway Timeout", detail = "The API took too long to answer." }
    MISSING_AUTHENTICATION_TOKEN   = { name = "unknown-resource", status = "404", title = "Not Found", detail = "There is no such resource, or it has no such method." }
    QUOTA_EXCEEDED                 = { name = "too-many-requests", status = "429", title = "Too Many Requests", detail = "The quota is used up.", headers = { "Retry-After" = "'3600'" } }
    REQUEST_TOO_LARGE              = { name = "body-too-large", status = "413", title = "Content Too Large", detail = "The request is larger than the API accepts." }
    THROTTLED                      = { name = "too-many-requests", status = "429", title = "Too Many Requests", detail = "The API receives too many requests; try again.", headers = { "Retry-After" = "'1'" } }
    UNAUTHORIZED                   = { name = "not-authenticated", status = "401", title = "Unauthorized", detail = "The operation needs a valid bearer token.", headers = { "WWW-Authenticate" = "'Bearer'" } }
    UNSUPPORTED_MEDIA_TYPE         = { name = "unsupported-media-type", status = "415", title = "Unsupported Media Type", detail = "Send application/json." }
    WAF_FILTERED                   = { name = "refused", status = "403", title = "Forbidden", detail = "The request was refused by the firewall." }

    # Whatever else goes wrong keeps the status that API Gateway gives it.
    DEFAULT_4XX = { name = "client-error", title = "Client Error", detail = "$context.error.message" }
    DEFAULT_5XX = { name = "internal-error", title = "Server Error", detail = "The API could not answer." }
  }
}

resource "aws_api_gateway_gateway_response" "this" {
  for_each = local.gateway_responses

  rest_api_id   = aws_api_gateway_rest_api.this.id
  response_type = each.key
  status_code   = try(each.value.status, null)

  response_parameters = merge(
    {
      "gatewayresponse.header.Access-Control-Allow-Origin" = "'${var.cors.allowed_origin}'"
      "gatewayresponse.header.Cache-Control"               = "'no-store'"
      "gatewayresponse.header.Content-Type"                = "'application/problem+json'"
    },
    { for header, value in try(each.value.headers, {}) : "gatewayresponse.header.${header}" => value },
  )

  response_templates = {
    "application/json" = jsonencode(merge(
      {
        type       = "${var.problem_type_prefix}${each.value.name}"
        title      = each.value.title
        detail     = each.value.detail
        instance   = "urn:uuid:$context.requestId" # not $context.path: a quote or line break in it would break the JSON
        request_id = "$context.requestId"
      },
      can(each.value.status) ? { status = tonumber(each.value.status) } : {},
    ))
  }
}
