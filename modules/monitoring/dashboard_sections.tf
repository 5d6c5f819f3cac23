# Each list is a section of the dashboard: typed widgets, which modules/dashboard lays out and writes as JSON.
locals {
  budget_period = "-P${var.slo.period_days}D"

  alarm_widgets = [
    {
      title = "Alarms of ${local.region}"
      kind  = "alarm"
      alarm_arns = concat(
        [for key in sort(keys(local.all_alarms)) : local.all_alarms[key].arn],
        [for name in sort(var.other_alarm_names) : "arn:${local.partition}:cloudwatch:${local.region}:${local.account_id}:alarm:${name}"],
      )
    },
  ]

  # The share of bad requests of each objective, as the alarms compute it, on a dashboard's own terms.
  objective_series = {
    for name, objective in local.objectives : name => [
      for id, metric in objective.metrics :
      { namespace = metric.namespace, metric = metric.name, dimensions = [for key, value in metric.dimensions : [key, value]], stat = metric.stat, id = id, visible = false }
    ]
  }

  burn_limits = [
    for alert, rate in local.burn_rates :
    { label = "${alert}: ${rate}x", value = rate, color = var.slo.alerts[alert].severity == "page" ? "#d62728" : "#ff7f0e" }
  ]

  objective_widgets = flatten([
    for name, objective in local.objectives : [
      {
        title = "${title(name)}: objective ${objective.objective * 100} %, ${var.slo.period_days} days"
        view  = "singleValue"
        start = local.budget_period
        end   = "P0D"
        whole = true
        series = concat(local.objective_series[name], [
          { expression = "100 * (1 - ${objective.share})", label = "Good requests (%)", id = "good" },
          { expression = "100 * (1 - ${objective.share} / ${local.allowed_shares[name]})", label = "Error budget left (%)", id = "left" },
        ])
      },
      {
        title  = "${title(name)}: how fast the error budget is spent"
        period = min(values(var.slo.alerts)[*].short_seconds...)
        limits = local.burn_limits
        unit   = "burn rate"
        series = concat(local.objective_series[name], [
          { expression = "(${objective.share}) / ${local.allowed_shares[name]}", label = "Burn rate", id = "burn" },
        ])
      },
    ]
  ])

  api_series = { for name, metric in local.api_metrics : name => { namespace = metric.namespace, metric = metric.name, dimensions = [for key, value in metric.dimensions : [key, value]] } }

  api_widgets = [
    { title = "Requests a minute", stat = "Sum", period = 60, minimum = 0, series = [merge(local.api_series["Count"], { label = "Requests" })] },
    {
      title   = "Failed requests a minute"
      stat    = "Sum"
      period  = 60
      minimum = 0
      series = [
        merge(local.api_series["4XXError"], { label = "4xx", color = "#ff7f0e" }),
        merge(local.api_series["5XXError"], { label = "5xx", color = "#d62728" }),
      ]
    },
    {
      title   = "Latency: half of the requests, and all but one in a hundred"
      period  = 60
      unit    = "ms"
      minimum = 0
      limits  = [{ label = "Objective", value = var.slo.latency.within_ms, color = "#d62728" }]
      series = [
        for stat in ["p50", "p99"] : merge(local.api_series["Latency"], { stat = stat, label = stat })
      ]
    },
  ]

  function_widgets = concat(
    [
      for label in local.function_labels : {
        title   = "Concurrency of ${label}: ${var.functions[label].reserved_concurrency} reserved"
        stat    = "Maximum"
        period  = 60
        minimum = 0
        limits = [
          { label = "Limit", value = var.functions[label].reserved_concurrency, color = "#d62728" },
          { label = "Alarm", value = ceil(var.functions[label].reserved_concurrency * var.thresholds.concurrency_share), color = "#ff7f0e" },
        ]
        series = [{ namespace = "AWS/Lambda", metric = "ConcurrentExecutions", dimensions = [["FunctionName", var.functions[label].name]], label = "In use" }]
      }
    ],
    [
      {
        title   = "Concurrency of the account: ${var.account_concurrency} allowed"
        stat    = "Maximum"
        period  = 60
        minimum = 0
        limits = [
          { label = "Limit", value = var.account_concurrency, color = "#d62728" },
          { label = "Alarm", value = ceil(var.account_concurrency * var.thresholds.concurrency_share), color = "#ff7f0e" },
        ]
        series = [{ namespace = "AWS/Lambda", metric = "ConcurrentExecutions", label = "In use" }]
      },
      {
        title   = "Throttles and errors of functions a minute"
        stat    = "Sum"
        period  = 60
        minimum = 0
        series = flatten([
          for label in local.function_labels : [
            for metric in ["Throttles", "Errors"] :
            { namespace = "AWS/Lambda", metric = metric, dimensions = [["FunctionName", var.functions[label].name]], label = "${label} ${lower(metric)}" }
          ]
        ])
      },
      {
        title   = "Duration, all but one in a hundred"
        stat    = "p99"
        period  = 60
        unit    = "ms"
        minimum = 0
        series = [
          for label in local.function_labels :
          { namespace = "AWS/Lambda", metric = "Duration", dimensions = [["FunctionName", var.functions[label].name]], label = label }
        ]
      },
    ],
  )

  # Consumed units come as sums of a period, provisioned ones as units a second.
  capacity_widgets = flatten([
    for label in local.table_labels : [
      for kind in ["Read", "Write"] : {
        title   = "${kind} units a second of ${label}: consumed against provisioned"
        period  = 60
        minimum = 0
        series = [
          { namespace = "AWS/DynamoDB", metric = "Consumed${kind}CapacityUnits", dimensions = [["TableName", var.tables[label].name]], stat = "Sum", id = "units", visible = false },
          { expression = "units / PERIOD(units)", label = "Consumed", id = "consumed" },
          { namespace = "AWS/DynamoDB", metric = "Provisioned${kind}CapacityUnits", dimensions = [["TableName", var.tables[label].name]], stat = "Average", label = "Provisioned", color = "#d62728" },
        ]
      }
    ] if var.tables[label].provisioned
  ])

  table_widgets = concat(
    local.capacity_widgets,
    [
      {
        title   = "Throttled reads and writes a minute"
        stat    = "Sum"
        period  = 60
        minimum = 0
        series = flatten([
          for key, subject in local.throttled : [
            for kind in ["Read", "Write"] :
            { namespace = "AWS/DynamoDB", metric = "${kind}ThrottleEvents", dimensions = [for name, value in subject.dimensions : [name, value]], label = "${trimprefix(key, "table-")} ${lower(kind)}s" }
          ]
        ])
      },
    ],
    [
      for label in local.table_labels : {
        title   = "System errors of ${label} a minute"
        stat    = "Sum"
        period  = 60
        minimum = 0
        series = [
          for operation in local.system_error_operations :
          { namespace = "AWS/DynamoDB", metric = "SystemErrors", dimensions = [["TableName", var.tables[label].name], ["Operation", operation]], label = operation }
        ]
      }
    ],
    [
      for widget in [{
        title   = "Replication latency by receiving region"
        period  = 60
        unit    = "ms"
        minimum = 0
        stat    = "Average"
        limits  = [{ label = "Ticket", value = var.thresholds.replication_latency_ms, color = "#ff7f0e" }, { label = "Recovery point objective", value = var.thresholds.recovery_point_ms, color = "#d62728" }]
        series = [
          for key in sort(keys(local.replications)) :
          { namespace = "AWS/DynamoDB", metric = "ReplicationLatency", dimensions = [["TableName", local.replications[key].table], ["ReceivingRegion", local.replications[key].region]], label = "${local.replications[key].table} to ${local.replications[key].region}" }
        ]
      }] : widget if length(local.replications) > 0
    ],
  )

  canary_series = {
    for metric in ["Available", "Latency"] : metric => [
      for target in sort(keys(local.canary_targets)) :
      { namespace = var.canary.namespace, metric = metric, dimensions = [["service", var.canary.service], ["target", target]], label = target }
    ]
  }

  outside_widgets = concat(
    [
      {
        # Route 53 publishes in us-east-1, whatever the dashboard's region.
        title   = "Route 53 health checks (1 is healthy)"
        period  = 60
        minimum = 0
        maximum = 1
        series  = [{ expression = "SEARCH('{AWS/Route53,HealthCheckId} MetricName=\"HealthCheckStatus\"', 'Minimum', 60)", id = "checks", region = "us-east-1", label = "" }]
      },
    ],
    [
      for widget in [
        { title = "Canary: visits that went well (1 is all)", period = 60, minimum = 0, maximum = 1, stat = "Average", series = local.canary_series["Available"] },
        { title = "Canary: time of a visit", period = 60, minimum = 0, unit = "ms", stat = "Average", series = local.canary_series["Latency"] },
      ] : widget if var.canary != null
    ],
  )

  backup_widgets = [
    {
      title   = "Backup, copy and restore jobs an hour"
      stat    = "Sum"
      period  = 3600
      minimum = 0
      series = flatten([
        for kind in sort(keys(local.backup_kinds)) : [
          for end in ["Completed", "Failed"] :
          { namespace = "AWS/Backup", metric = "NumberOf${local.backup_kinds[kind].metric}${end}", dimensions = [["ResourceType", "DynamoDB"]], label = "${kind} ${lower(end)}" }
        ]
      ])
    },
  ]
}
