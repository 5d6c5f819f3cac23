data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  region     = data.aws_region.current.name
  stage_name = "live"

  # "POST /products" => the route, its path and its method.
  methods = merge([
    for path, methods in var.routes : {
      for method, route in methods : "${method} ${path}" => merge(route, { path = path, http_method = method })
    }
  ]...)

  # "POST /products" => the function that answers it.
  integrations = {
    for key, method in local.methods : key => method.integration == null ? {
      invoke_arn = var.integration.invoke_arn, timeout_ms = var.integration.timeout_ms
      } : {
      invoke_arn = var.other_integrations[method.integration].invoke_arn, timeout_ms = var.other_integrations[method.integration].timeout_ms
    }
  }

  # Every path and every path above one: /products/{id} needs /products. By number of parts, because a
  # resource cannot be the parent of another one of the same for_each.
  all_paths = distinct(flatten([
    for path in keys(var.routes) : [
      for parts in range(1, length(split("/", path))) : join("/", slice(split("/", path), 0, parts + 1))
    ]
  ]))
  paths_by_depth = {
    for depth in [1, 2, 3] : depth => toset([for path in local.all_paths : path if length(split("/", path)) == depth + 1])
  }
  resource_ids = merge(
    { for path, resource in aws_api_gateway_resource.first : path => resource.id },
    { for path, resource in aws_api_gateway_resource.second : path => resource.id },
    { for path, resource in aws_api_gateway_resource.third : path => resource.id },
  )

  # What a client may send where; every part of the path in braces is required by nature.
  request_parameters = {
    for key, method in local.methods : key => merge(
      { for part in flatten(regexall("\\{([A-Za-z0-9]+)\\}", method.path)) : "method.request.path.${part}" => true },
      { for name, required in method.query_parameters : "method.request.querystring.${name}" => required },
    )
  }

  cors_headers = {
    for path, methods in var.routes : path => {
      "Access-Control-Allow-Origin"  = "'${var.cors.allowed_origin}'"
      "Access-Control-Allow-Methods" = "'${join(",", sort(concat(keys(methods), ["OPTIONS"])))}'"
      "Access-Control-Allow-Headers" = "'${join(",", var.cors.allowed_headers)}'"
      "Access-Control-Max-Age"       = "'${var.cors.max_age_seconds}'"
      "Vary"                         = "'Origin'"
    }
  }

  # A change of any of these is only live after a deployment.
  definition = {
    authorizer        = { invoke_arn = var.authorizer.invoke_arn, cache_seconds = var.authorizer.cache_seconds }
    compression       = var.minimum_compression_bytes
    cors              = local.cors_headers
    gateway_responses = local.gateway_responses
    integrations      = local.integrations
    models            = var.models
    resource_ids      = local.resource_ids
    routes            = { for key, method in local.methods : key => { for name, value in method : name => value if name != "throttle" } }
  }
}
