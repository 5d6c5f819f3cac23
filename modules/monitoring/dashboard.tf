# The region's dashboard. The first section is the seed's three widgets as the seed has them; what the others show is
# in dashboard_sections.tf.
module "dashboard" {
  source = "./modules/dashboard"

  name   = "${var.name}-${local.region}"
  region = local.region

  sections = concat(
    [{ columns = 2, widgets = local.seed_widgets }],
    [
      { title = "Alarms", columns = 1, height = 8, widgets = local.alarm_widgets }, # what people open it for
      { title = "Objectives", columns = 4, widgets = local.objective_widgets },
      { title = "API", columns = 3, widgets = local.api_widgets },
      { title = "Functions", columns = 3, widgets = local.function_widgets },
      { title = "Tables", columns = 3, widgets = local.table_widgets },
      { title = "Seen from outside", columns = 3, widgets = local.outside_widgets },
      { title = "Backups", columns = 2, widgets = local.backup_widgets },
    ],
  )
}

locals {
  function_labels = sort(keys(var.functions))
  table_labels    = sort(keys(var.tables))

  seed_widgets = [
    {
      title = "Latencia de API"
      series = [
        for metric in ["Latency", "IntegrationLatency"] :
        { namespace = "AWS/ApiGateway", metric = metric, dimensions = [["ApiName", var.api.name]], stat = "Average" }
      ]
    },
    {
      title = "Métricas de Lambda"
      series = [
        for metric in ["Invocations", "Duration", "Errors"] :
        { namespace = "AWS/Lambda", metric = metric, dimensions = [["FunctionName", var.functions[var.featured.function].name]] }
      ]
    },
    {
      title = "Capacidad de DynamoDB"
      series = [
        for metric in ["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"] :
        { namespace = "AWS/DynamoDB", metric = metric, dimensions = [["TableName", var.tables[var.featured.table].name]] }
      ]
    },
  ]
}
