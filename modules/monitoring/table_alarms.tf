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
        severity = "page"
        runbook  = "dynamodb#dynamodb-throttles"
        summary  = "DynamoDB throttles ${kind}s of ${subject.what}: its capacity is used up"
        silence  = "Without data nothing was throttled: DynamoDB counts refusals only."
        metric   = { namespace = "AWS/DynamoDB", name = "${title(kind)}ThrottleEvents", dimensions = subject.dimensions, stat = "Sum" }
      }
    }
  ]...)

  # SystemErrors is counted by operation only, so the alarm adds the operations that the API uses.
  system_error_operations = ["DeleteItem", "GetItem", "PutItem", "Query", "Scan", "TransactWriteItems", "UpdateItem"]
  sum_of_system_errors    = join("+", [for number in range(length(local.system_error_operations)) : "FILL(m${number}, 0)"])

  system_error_alarms = {
    for label, table in var.tables : "table-${label}-system-errors" => {
      severity   = "ticket"
      runbook    = "dynamodb#dynamodb-system-errors"
      summary    = "DynamoDB fails inside on table ${table.name}; botocore repeats such calls, and the SLO's alarms page when customers notice"
      silence    = "Without data nothing failed: DynamoDB counts failures only."
      expression = local.sum_of_system_errors
      metrics = {
        for number, operation in local.system_error_operations : "m${number}" => {
          namespace  = "AWS/DynamoDB"
          name       = "SystemErrors"
          dimensions = { TableName = table.name, Operation = operation }
          stat       = "Sum"
        }
      }
    }
  }

  table_alarms = merge(local.throttle_alarms, local.system_error_alarms)
}
