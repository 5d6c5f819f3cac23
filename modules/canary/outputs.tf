output "failed_events_queue_name" {
  description = "The name of the queue of ticks that the function could not handle."
  value       = element(split(":", module.function.failed_events_queue_arn), 5)
}

output "function" {
  description = "The function as modules/monitoring watches it."
  value = {
    name                 = module.function.function_name
    alias                = module.function.alias_name
    reserved_concurrency = local.reserved_concurrency
    severity             = "ticket" # Nobody but the canary waits for it.
  }
}

output "log_group_name" {
  description = "The name of the function's log group."
  value       = module.function.log_group_name
}

output "metrics" {
  description = "Where it publishes `Available` (1 or 0 for a visit) and `Latency` (ms), by the dimensions service and target, and each target's severity: the input canary of modules/monitoring."
  value = {
    namespace = local.metric_namespace
    service   = local.service
    targets   = { for label, target in var.targets : label => target.severity }
  }
}
