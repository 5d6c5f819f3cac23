# Each validation has a value here that it alone refuses. A run holds several inputs, because every run takes seconds;
# it fails when any of the named inputs is accepted.

mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

override_module {
  target = module.firewall
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
  integration         = { function_name = "orders", alias = "live", invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/orders" }
  authorizer          = { function_name = "authorizer", alias = "live", invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/authorizer" }
  routes              = { "/health" = { GET = {} } }
}

run "numbers_out_of_range_are_refused" {
  command = plan

  variables {
    # An expired token would stay good for an hour.
    authorizer = { function_name = "authorizer", alias = "live", invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/authorizer", cache_seconds = 3600 }
    # API Gateway waits 29 s at most.
    integration = { function_name = "orders", alias = "live", invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/orders", timeout_ms = 30000 }
    # Too short to investigate anything.
    log_retention_days = 1
    # A size cannot be negative.
    minimum_compression_bytes = -1
    # That closes the API.
    throttle = { rate_limit = 0, burst_limit = 400 }
    # That shuts health checks out.
    waf = { requests_per_address = 10 }
  }

  expect_failures = [var.authorizer, var.integration, var.log_retention_days, var.minimum_compression_bytes, var.throttle, var.waf]
}

run "malformed_names_are_refused" {
  command = plan

  variables {
    # It says no version.
    base_path = "api"
    # An origin has no path.
    cors = { allowed_origin = "https://www.example.com/shop" }
    # A closing dot.
    domain_names = { public = "api.example.com.", regional = "api-eu-west-1.example.com" }
    # API Gateway allows letters and digits.
    models = { my-order = { description = "An order.", schema = "{\"type\": \"object\"}" } }
    # A space.
    name = "my shop"
    # No URI starts so.
    problem_type_prefix = "oops"
  }

  expect_failures = [var.base_path, var.cors, var.domain_names, var.models, var.name, var.problem_type_prefix]
}

run "inputs_that_do_not_fit_together_are_refused" {
  command = plan

  variables {
    # The region has no host name of its own.
    domain_names = { public = "api.example.com", regional = "api.example.com" }
    # That is no JSON.
    models = { Order = { description = "An order.", schema = "type: object" } }
    # The account's burst limit is 5000.
    throttle = { rate_limit = 200, burst_limit = 5001 }
  }

  expect_failures = [var.domain_names, var.models, var.throttle]
}

run "a_path_four_parts_deep_is_refused" {
  command = plan

  variables {
    # Three is the limit.
    routes = { "/a/b/c/d" = { GET = {} } }
  }

  expect_failures = [var.routes]
}

run "an_unknown_method_is_refused" {
  command = plan

  variables {
    # HTTP has no such method.
    routes = { "/orders" = { FETCH = {} } }
  }

  expect_failures = [var.routes]
}

run "an_api_without_routes_is_refused" {
  command = plan

  variables {
    # It would answer nothing.
    routes = {}
  }

  expect_failures = [var.routes]
}

run "a_write_without_the_authorizer_is_refused" {
  command = plan

  variables {
    # Anyone could write.
    routes = { "/orders" = { POST = {} } }
  }

  expect_failures = [var.routes]
}

run "a_route_with_an_unknown_model_is_refused" {
  command = plan

  variables {
    # No such model is passed.
    routes = { "/orders" = { POST = { authorized = true, model = "Nothing" } } }
  }

  expect_failures = [var.routes]
}

run "a_route_with_more_than_the_stages_throttle_is_refused" {
  command = plan

  variables {
    # The stage takes 200 a second.
    routes = { "/orders" = { GET = { throttle = { rate_limit = 201, burst_limit = 10 } } } }
  }

  expect_failures = [var.routes]
}

run "a_route_to_a_function_that_nobody_named_is_refused" {
  command = plan

  variables {
    # There are no others.
    routes = { "/status" = { GET = { integration = "status" } } }
  }

  expect_failures = [var.routes]
}

run "a_patience_with_another_function_beyond_the_gateways_is_refused" {
  command = plan

  variables {
    # API Gateway waits 29 s at most.
    other_integrations = { slow = { function_name = "slow", alias = "live", invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/slow", timeout_ms = 30000 } }
  }

  expect_failures = [var.other_integrations]
}
