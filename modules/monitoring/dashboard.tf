locals {
  # The seed's three widgets, two to a row of 24 columns.
  widgets = [
    {
      title = "Latencia de API"
      stat  = "Average"
      metrics = [
        for metric in ["Latency", "IntegrationLatency"] :
        ["AWS/ApiGateway", metric, "ApiName", var.api.name, "Stage", var.api.stage]
      ]
    },
    {
      title = "Métricas de Lambda"
      stat  = "Sum"
      metrics = flatten([
        for label, function in var.functions : [
          for metric, stat in { Invocations = "Sum", Duration = "Average", Errors = "Sum" } :
          { row = ["AWS/Lambda", metric, "FunctionName", function.name, { stat = stat, label = "${label} ${metric}" }] }
        ]
      ])[*].row
    },
    {
      title = "Capacidad de DynamoDB"
      stat  = "Sum"
      metrics = flatten([
        for label, table in var.tables : [
          for metric in ["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"] :
          { row = ["AWS/DynamoDB", metric, "TableName", table.name, { label = "${label} ${metric}" }] }
        ]
      ])[*].row
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = "${var.name}-monitoring"

  dashboard_body = jsonencode({
    widgets = [
      for position, widget in local.widgets : {
        type   = "metric"
        x      = position % 2 * 12
        y      = floor(position / 2) * 6
        width  = 12
        height = 6
        properties = {
          title   = widget.title
          view    = "timeSeries"
          region  = local.region
          stat    = widget.stat
          period  = 60
          metrics = widget.metrics
        }
      }
    ]
  })
}
