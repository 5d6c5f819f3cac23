# How far the other region is behind, and whether it hears of writes at all.
locals {
  replications = merge([
    for label, table in var.tables : {
      for region in table.replica_regions : "table-${label}-replication-${region}" => { table = table.name, region = region }
    }
  ]...)

  own_writes = ["DeleteItem", "PutItem", "UpdateItem"]

  no_writes = "Without data nothing was replicated, because nothing was written or because replication stands still; the alarm of silent replication tells which."

  replication_alarms = merge([
    for key, replication in local.replications : {
      (key) = {
        severity   = "ticket"
        runbook    = "dynamodb#replication-latency"
        summary    = "Writes to ${replication.table} take ${var.thresholds.replication_latency_ms / 1000} s or more to reach ${replication.region}; a failover now would miss them for as long"
        silence    = local.no_writes
        metric     = { namespace = "AWS/DynamoDB", name = "ReplicationLatency", dimensions = { TableName = replication.table, ReceivingRegion = replication.region }, stat = "Average" }
        breaching  = 3
        comparison = "GreaterThanOrEqualToThreshold"
        threshold  = var.thresholds.replication_latency_ms
      }
      # The objective itself: from here on a failover breaks the promise.
      "${key}-rpo" = {
        severity   = "page"
        runbook    = "dynamodb#replication-rpo"
        summary    = "Writes to ${replication.table} take ${var.thresholds.recovery_point_ms / 60000} minutes or more to reach ${replication.region}: a failover now would lose more than the recovery point objective allows"
        silence    = local.no_writes
        metric     = { namespace = "AWS/DynamoDB", name = "ReplicationLatency", dimensions = { TableName = replication.table, ReceivingRegion = replication.region }, stat = "Maximum" }
        periods    = 1
        breaching  = 1
        comparison = "GreaterThanOrEqualToThreshold"
        threshold  = var.thresholds.recovery_point_ms
      }
      # Latency is measured when a write arrives, so replication that has stopped has no latency. Writes of this region
      # without a single arrival in five periods are that case. The calls' latency counts this region's own writes only;
      # consumed capacity would count those that arrive from elsewhere.
      "${key}-silent" = {
        severity   = "page"
        runbook    = "dynamodb#replication-silent"
        summary    = "${replication.table} is written in ${local.region}, but for five periods none of it has reached ${replication.region}: replication stands still"
        silence    = "Without data this region wrote nothing, so there is nothing to replicate."
        periods    = 5
        breaching  = 5
        expression = "IF(${join(" + ", [for number in range(length(local.own_writes)) : "FILL(w${number}, 0)"])} > 0, IF(FILL(arrived, 0) > 0, 0, 1), 0)"
        metrics = merge(
          {
            for number, operation in local.own_writes : "w${number}" => {
              namespace  = "AWS/DynamoDB"
              name       = "SuccessfulRequestLatency"
              dimensions = { TableName = replication.table, Operation = operation }
              stat       = "SampleCount"
            }
          },
          {
            arrived = {
              namespace  = "AWS/DynamoDB"
              name       = "ReplicationLatency"
              dimensions = { TableName = replication.table, ReceivingRegion = replication.region }
              stat       = "SampleCount"
            }
          },
        )
      }
    }
  ]...)
}
