# Both regions at a glance, for the engineer who has to say whether to fail over. It reads each region's own metrics.
data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  allowed    = floor((1 - var.availability) * 1000000000 + 0.5) / 1000000000

  # A series of the same metric for each region.
  of_each_region = { for region in var.regions : region => { region = region, label = region } }

  api_series = {
    for metric in ["Count", "5XXError", "Latency"] : metric => [
      for region in var.regions : merge(local.of_each_region[region], { namespace = "AWS/ApiGateway", metric = metric, dimensions = [["ApiName", var.api_name]] })
    ]
  }

  # Ids may hold letters, digits and underscores only.
  region_ids = { for region in var.regions : region => replace(region, "-", "_") }

  share_series = flatten([
    for region in var.regions : [
      { namespace = "AWS/ApiGateway", metric = "5XXError", dimensions = [["ApiName", var.api_name]], region = region, stat = "Sum", id = "failed_${local.region_ids[region]}", visible = false },
      { namespace = "AWS/ApiGateway", metric = "Count", dimensions = [["ApiName", var.api_name]], region = region, stat = "Sum", id = "requests_${local.region_ids[region]}", visible = false },
    ]
  ])

  traffic_widgets = [
    { title = "Requests a minute", stat = "Sum", period = 60, minimum = 0, series = local.api_series["Count"] },
    { title = "Requests that failed with 5xx, a minute", stat = "Sum", period = 60, minimum = 0, series = local.api_series["5XXError"] },
    { title = "Latency, all but one request in a hundred", stat = "p99", period = 60, minimum = 0, unit = "ms", series = local.api_series["Latency"] },
  ]

  objective_widgets = [
    {
      title = "Good requests of the last 30 days (%)"
      view  = "singleValue"
      start = "-P30D"
      end   = "P0D"
      whole = true
      series = concat(local.share_series, [
        for region in var.regions :
        { expression = "100 * (1 - failed_${local.region_ids[region]} / requests_${local.region_ids[region]})", label = region, region = region, id = "good_${local.region_ids[region]}" }
      ])
    },
    {
      title = "Error budget of 30 days that is left (%)"
      view  = "singleValue"
      start = "-P30D"
      end   = "P0D"
      whole = true
      series = concat(local.share_series, [
        for region in var.regions :
        { expression = "100 * (1 - failed_${local.region_ids[region]} / requests_${local.region_ids[region]} / ${local.allowed})", label = region, region = region, id = "left_${local.region_ids[region]}" }
      ])
    },
    {
      title   = "Concurrent executions of the API's function"
      stat    = "Maximum"
      period  = 60
      minimum = 0
      series = [
        for region in var.regions :
        merge(local.of_each_region[region], { namespace = "AWS/Lambda", metric = "ConcurrentExecutions", dimensions = [["FunctionName", var.function_name]] })
      ]
    },
  ]

  outside_widgets = [
    {
      # Route 53 publishes in us-east-1 only.
      title   = "Route 53 health checks (1 is healthy)"
      period  = 60
      minimum = 0
      maximum = 1
      series  = [{ expression = "SEARCH('{AWS/Route53,HealthCheckId} MetricName=\"HealthCheckStatus\"', 'Minimum', 60)", id = "checks", region = "us-east-1", label = "" }]
    },
    {
      title   = "Canaries: visits that went well (1 is all)"
      stat    = "Average"
      period  = 60
      minimum = 0
      maximum = 1
      series = flatten([
        for region in var.regions : [
          for target in sort(var.canary.targets) :
          { namespace = var.canary.namespace, metric = "Available", dimensions = [["service", var.canary.service], ["target", target]], region = region, label = "${target} from ${region}" }
        ]
      ])
    },
    {
      title   = "Replication latency"
      stat    = "Average"
      period  = 60
      minimum = 0
      unit    = "ms"
      series = [
        for number, region in var.regions :
        { namespace = "AWS/DynamoDB", metric = "ReplicationLatency", dimensions = [["TableName", var.table_name], ["ReceivingRegion", var.regions[1 - number]]], region = region, label = "${region} to ${var.regions[1 - number]}" }
      ]
    },
  ]

  alarm_widgets = [
    for region in var.regions : {
      title      = "Alarms of ${region}"
      kind       = "alarm"
      alarm_arns = [for name in sort(concat(var.alarm_names, lookup(var.regional_alarm_names, region, []))) : "arn:${local.partition}:cloudwatch:${region}:${local.account_id}:alarm:${name}"]
    }
  ]
}

module "dashboard" {
  source = "../dashboard"

  name   = "${var.name}-global"
  region = var.regions[0]

  sections = [
    { title = "Alarms", columns = 2, height = 4, widgets = local.alarm_widgets },
    { title = "Traffic", columns = 3, widgets = local.traffic_widgets },
    { title = "Objectives and load", columns = 3, widgets = local.objective_widgets },
    { title = "Seen from outside, and replication", columns = 3, widgets = local.outside_widgets },
  ]
}
