# What is seen from outside the API: Route 53's checkers and the canary.
locals {
  # Route 53 says 1 for healthy, 0 for unhealthy.
  health_check_alarms = {
    for label, id in var.health_checks : "health-check-${label}" => {
      severity   = "page"
      runbook    = "region-outage#health-check"
      summary    = "Route 53 finds ${label} unhealthy"
      silence    = "Without data nobody checks, which is as bad: raised."
      metric     = { namespace = "AWS/Route53", name = "HealthCheckStatus", dimensions = { HealthCheckId = id }, stat = "Minimum" }
      periods    = 1
      breaching  = 1
      comparison = "LessThanThreshold"
      threshold  = 1
      missing    = "breaching"
    }
  }

  canary_targets = var.canary == null ? {} : var.canary.targets

  # Three minutes: a failover moves the public name within two, and that is no reason to wake someone a second time.
  canary_alarms = {
    for target, severity in local.canary_targets : "canary-${target}" => {
      severity   = severity
      runbook    = "canary#canary-${target}"
      summary    = "A customer's visit to the ${target} endpoint, made from ${local.region}, has failed for three minutes"
      silence    = "Without data the canary itself does not run, and nobody looks from outside: raised."
      metric     = { namespace = var.canary.namespace, name = "Available", dimensions = { service = var.canary.service, target = target }, stat = "Minimum" }
      period     = 60
      breaching  = 3
      comparison = "LessThanThreshold"
      threshold  = 1
      missing    = "breaching"
    }
  }

  outside_alarms = merge(local.health_check_alarms, local.canary_alarms)
}
