module "function" {
  source = "../lambda-function"

  function_name   = local.function_name
  description     = "Answers alarms and failed backups by playbooks, within limits, and keeps a record."
  package_path    = var.package_path
  handler         = "incident_responder.handler.handler"
  architecture    = var.architecture
  memory_mb       = 256
  timeout_seconds = 300

  # A playbook that waits for the latch holds one for some minutes; what finds none free is delivered again.
  reserved_concurrency = 3

  asynchronous = {
    maximum_event_age_seconds  = 3600
    maximum_retry_attempts     = 2
    on_failure_destination_arn = local.parked_arn
  }

  environment = {
    ACTS_PER_HOUR                = tostring(var.limits.acts_per_hour)
    DRY_RUN                      = tostring(var.dry_run)
    INCIDENT_TABLE               = module.table.table_name
    KEEP_DAYS                    = tostring(var.limits.keep_records_days)
    LOG_LEVEL                    = var.log_level
    PARKING_QUEUE_URL            = aws_sqs_queue.parked.url
    PLAYBOOKS                    = jsonencode(local.playbooks)
    POWERTOOLS_METRICS_NAMESPACE = local.metric_namespace
    POWERTOOLS_SERVICE_NAME      = local.service
    STABLE_AFTER_SECONDS         = tostring(var.limits.stable_after_seconds)
    TOPIC_ARN                    = var.topic.arn
  }

  policy_statements = merge(local.own_permissions, local.playbook_permissions...)
  unscoped_actions  = local.unscoped_actions

  kms_key_arn        = var.kms_key_arn
  log_level          = var.log_level
  log_retention_days = var.log_retention_days
  tags               = var.tags
}

# Audit records, limits, and which version each alias serves; lambda_src/incident_responder/__init__.py lists the items.
# It has no replica: each region answers for itself.
module "table" {
  source = "../dynamodb-ha"

  providers = {
    aws         = aws
    aws.replica = aws # There is no replica.
  }

  name                = "${var.name}-incidents"
  hash_key            = { name = "id" }
  ttl_attribute       = "expires_at"
  capacity            = { mode = "on_demand" }
  deletion_protection = var.deletion_protection
  tags                = var.tags
}
