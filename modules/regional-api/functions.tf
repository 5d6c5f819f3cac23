locals {
  # botocore's retries of one call last 9 s at worst (lambda_src/products_api/clients.py); the gateway waits longer
  # than the function may take, so that the client hears the function's own answer.
  products_timeout_seconds = 10
}

module "products" {
  source = "../lambda-function"

  function_name        = "${var.name}-products"
  description          = "Answers the product API."
  package_path         = "${var.lambda_package_dir}/products_api.zip"
  handler              = "products_api.handler.handler"
  architecture         = var.lambda_architecture
  memory_mb            = 1024
  timeout_seconds      = local.products_timeout_seconds
  reserved_concurrency = var.products_capacity.reserved_concurrency
  # Lambda refuses both at a time; while a canary runs, new environments start cold.
  provisioned_concurrency = var.products_canary == null ? var.products_capacity.provisioned : null
  canary = var.products_canary == null ? null : {
    stable_version     = var.products_canary.stable_version
    weight             = var.products_canary.weight
    error_rate_percent = var.products_canary.error_rate_percent
    failure_condition  = "$.status >= 500" # The function answers its errors; its log line tells.
    alarm_actions      = [module.monitoring.topic_arns["page"]]
    owner              = var.owner
    runbook_url        = "${var.runbook_base_url}/lambda.md"
  }

  environment = {
    ALLOWED_ORIGIN               = var.allowed_origin
    CATEGORY_INDEX               = var.tables.products.category_index
    CURSOR_KEY_ID                = var.cursor_key_arn
    ENVIRONMENT                  = var.environment
    IDEMPOTENCY_TABLE            = var.tables.idempotency.name
    LOG_LEVEL                    = var.log_level
    POWERTOOLS_METRICS_NAMESPACE = "TechModa/API"
    POWERTOOLS_SERVICE_NAME      = "products-api"
    PRODUCTS_TABLE               = var.tables.products.name
  }

  # What lambda_src/products_api/repository.py, health.py and cursor.py call, and nothing else.
  policy_statements = {
    ReadAndWriteProducts = {
      actions   = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan", "dynamodb:UpdateItem"]
      resources = [var.tables.products.arn]
    }
    QueryByCategory = {
      actions   = ["dynamodb:Query"]
      resources = ["${var.tables.products.arn}/index/${var.tables.products.category_index}"]
    }
    WriteReceipts = {
      actions   = ["dynamodb:PutItem"]
      resources = [var.tables.idempotency.arn]
    }
    UseTableKey = {
      actions    = ["kms:Decrypt"]
      resources  = [var.tables.kms_key_arn]
      conditions = [{ test = "StringEquals", variable = "kms:ViaService", values = ["dynamodb.${local.region}.amazonaws.com"] }]
    }
    SignCursors = {
      actions   = ["kms:GenerateMac"]
      resources = [var.cursor_key_arn]
    }
  }

  kms_key_arn        = aws_kms_key.operations.arn
  log_level          = var.log_level
  log_retention_days = var.log_retention_days
  tags               = var.tags
}

# Verifies tokens with the public keys in its environment: no call leaves it, so it works in either region alone.
module "authorizer" {
  source = "../lambda-function"

  function_name        = "${var.name}-authorizer"
  description          = "Judges the bearer tokens of the product API."
  package_path         = "${var.lambda_package_dir}/authorizer.zip"
  handler              = "authorizer.handler.handler"
  architecture         = var.lambda_architecture
  memory_mb            = 512
  timeout_seconds      = 5
  reserved_concurrency = var.authorizer_capacity.reserved_concurrency

  environment = {
    JWT_AUDIENCE            = var.jwt.audience
    JWT_ISSUER              = var.jwt.issuer
    JWT_PUBLIC_KEYS         = jsonencode(var.jwt.public_keys)
    LOG_LEVEL               = var.log_level
    POWERTOOLS_SERVICE_NAME = "authorizer"
  }

  kms_key_arn        = aws_kms_key.operations.arn
  log_level          = var.log_level
  log_retention_days = var.log_retention_days
  tags               = var.tags
}
