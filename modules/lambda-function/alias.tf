# Without a canary the alias serves the version this apply published. With one it keeps serving the
# stable version and gives the new one its share.

resource "aws_lambda_alias" "live" {
  name             = local.alias_name
  description      = "The version that callers of ${var.function_name} reach."
  function_name    = aws_lambda_function.this.function_name
  function_version = var.canary == null ? aws_lambda_function.this.version : var.canary.stable_version

  dynamic "routing_config" {
    for_each = var.canary == null ? [] : [var.canary]

    content {
      additional_version_weights = { (aws_lambda_function.this.version) = routing_config.value.weight }
    }
  }

  lifecycle {
    precondition {
      condition     = var.canary == null || try(var.canary.stable_version != aws_lambda_function.this.version, false)
      error_message = "The canary's stable version is the version just published, so there is nothing to try: change the code, or leave the canary out."
    }
  }
}
