locals {
  # What DynamoDB refuses, by kind: the table itself and each index have a series of their own.
  throttled = merge([
    for label, table in var.tables : merge(
      { "table-${label}" = { what = "table ${table.name}", dimensions = { TableName = table.name } } },
      {
        for index in table.indexes : "table-${label}-index-${index}" => {
          what       = "index ${index} of table ${table.name}"
          dimensions = { TableName = table.name, GlobalSecondaryIndexName = index }
        }
      },
    )
  ]...)

  throttle_alarms = merge([
    for key, subject in local.throttled : {
      for kind in ["read", "write"] : "${key}-${kind}-throttles" => {
        severity   = "page"
        runbook    = "dynamodb-throttles"
        summary    = "DynamoDB throttles ${kind}s of ${subject.what}"
        namespace  = "AWS/DynamoDB"
        metric     = "${title(kind)}ThrottleEvents"
        dimensions = subject.dimensions
        statistic  = "Sum"
        periods    = 3
        breaching  = 2
        comparison = "GreaterThanThreshold"
        threshold  = 0
        missing    = "notBreaching"
      }
    }
  ]...)

  # SystemErrors is counted by operation only, so the alarm adds the operations that the API uses.
  system_error_operations = ["DeleteItem", "GetItem", "PutItem", "Query", "Scan", "TransactWriteItems", "UpdateItem"]

  replication_alarms = merge([
    for label, table in var.tables : {
      for region in table.replica_regions : "table-${label}-replication-${region}" => {
        severity   = "page"
        runbook    = "replication-latency"
        summary    = "Writes to ${table.name} take longer than ${var.thresholds.replication_latency_ms / 1000} s to reach ${region}; a failover now would lose them"
        namespace  = "AWS/DynamoDB"
        metric     = "ReplicationLatency"
        dimensions = { TableName = table.name, ReceivingRegion = region }
        statistic  = "Average"
        periods    = 3
        breaching  = 3
        comparison = "GreaterThanThreshold"
        threshold  = var.thresholds.replication_latency_ms
        # There is no figure without writes.
        missing = "notBreaching"
      }
    }
  ]...)

  table_alarms = merge(local.throttle_alarms, local.replication_alarms)
}

resource "aws_cloudwatch_metric_alarm" "table_system_errors" {
  for_each = var.tables

  alarm_name          = "${var.name}-table-${each.key}-system-errors"
  alarm_description   = "[page] DynamoDB fails inside on table ${each.value.name}. Runbook: ${trimsuffix(var.runbook_base_url, "/")}/dynamodb-system-errors.md"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
  tags                = merge(var.tags, { Severity = "page" })

  metric_query {
    id          = "errors"
    label       = "System errors of all operations"
    expression  = join("+", [for number in range(length(local.system_error_operations)) : "FILL(m${number}, 0)"])
    return_data = true
  }

  dynamic "metric_query" {
    for_each = local.system_error_operations

    content {
      id = "m${metric_query.key}"

      metric {
        namespace   = "AWS/DynamoDB"
        metric_name = "SystemErrors"
        dimensions  = { TableName = each.value.name, Operation = metric_query.value }
        stat        = "Sum"
        period      = 60
      }
    }
  }
}
