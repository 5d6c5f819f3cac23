# The region's dashboard.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111111111111" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-east-1:111111111111:techmoda-page" }
  }

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555" }
  }

  mock_resource "aws_cloudwatch_metric_alarm" {
    defaults = { arn = "arn:aws:cloudwatch:us-east-1:111111111111:alarm:metric" }
  }

  mock_resource "aws_cloudwatch_composite_alarm" {
    defaults = { arn = "arn:aws:cloudwatch:us-east-1:111111111111:alarm:composite" }
  }
}

variables {
  name                = "techmoda"
  owner               = "catalogue"
  runbook_base_url    = "https://runbooks.example.com/techmoda/"
  api                 = { name = "techmoda-api", stage = "live" }
  functions           = { products = { name = "techmoda-products", alias = "live", reserved_concurrency = 100 } }
  failed_event_queues = { watch = "techmoda-watch-failed-events" }
  health_checks       = { us-east-1 = "11111111-2222-3333-4444-555555555555" }
  canary              = { namespace = "TechModa/Canary", service = "canary", targets = { public = "page", dr = "ticket" } }

  tables = {
    products = { name = "techmoda-products", indexes = ["by-category"], replica_regions = ["us-west-2"] }
  }
}

run "the_dashboard_begins_with_the_seeds_three_widgets_as_the_seed_has_them" {
  assert {
    condition = slice(jsondecode(module.dashboard.body).widgets, 0, 3) == [
      {
        type = "metric", x = 0, y = 0, width = 12, height = 6
        properties = {
          metrics = [
            ["AWS/ApiGateway", "Latency", "ApiName", "techmoda-api", { stat = "Average" }],
            [".", "IntegrationLatency", ".", ".", { stat = "Average" }],
          ]
          view = "timeSeries", region = "us-east-1", title = "Latencia de API"
        }
      },
      {
        type = "metric", x = 12, y = 0, width = 12, height = 6
        properties = {
          metrics = [
            ["AWS/Lambda", "Invocations", "FunctionName", "techmoda-products"],
            [".", "Duration", ".", "."],
            [".", "Errors", ".", "."],
          ]
          view = "timeSeries", region = "us-east-1", title = "Métricas de Lambda"
        }
      },
      {
        type = "metric", x = 0, y = 6, width = 12, height = 6
        properties = {
          metrics = [
            ["AWS/DynamoDB", "ConsumedReadCapacityUnits", "TableName", "techmoda-products"],
            [".", "ConsumedWriteCapacityUnits", ".", "."],
          ]
          view = "timeSeries", region = "us-east-1", title = "Capacidad de DynamoDB"
        }
      },
    ]
    error_message = "API latency and Lambda above, DynamoDB below."
  }
}

run "widgets_lie_side_by_side_within_the_24_columns" {
  assert {
    condition = length(distinct([
      for widget in jsondecode(module.dashboard.body).widgets : "${widget.x},${widget.y}"
    ])) == length(jsondecode(module.dashboard.body).widgets)
    error_message = "No two begin at the same place."
  }

  assert {
    condition     = alltrue([for widget in jsondecode(module.dashboard.body).widgets : widget.x + widget.width <= 24])
    error_message = "None sticks out."
  }

  assert {
    condition     = length(module.dashboard.body) < 100000
    error_message = "Far below the 1 MB that PutDashboard takes."
  }
}

run "every_signal_of_the_service_has_a_widget" {
  assert {
    condition = alltrue([
      for text in [
        "\"PR(:500)\"", "\"p50\"", "\"p99\"", "4XXError", "5XXError", "Throttles", "ConcurrentExecutions", "ProvisionedReadCapacityUnits",
        "units / PERIOD(units)", "ReadThrottleEvents", "SystemErrors", "ReplicationLatency", "ReceivingRegion", "HealthCheckStatus",
        "NumberOfBackupJobsFailed", "NumberOfCopyJobsCompleted", "Available", "Error budget left (%)", "\"type\":\"alarm\"",
      ] : strcontains(module.dashboard.body, text)
    ])
    error_message = "Objectives, latency, errors, throttles, concurrency, capacity, replication, health, backups, canary, alarms."
  }

  assert {
    condition = length(one([
      for widget in jsondecode(module.dashboard.body).widgets : widget.properties.alarms if widget.type == "alarm"
    ])) == length(local.all_alarms)
    error_message = "The widget of alarms shows them all."
  }

  assert {
    condition = [
      for widget in jsondecode(module.dashboard.body).widgets : widget.type if widget.type != "text"
    ][3] == "alarm"
    error_message = "The alarms come right after the seed's three widgets: they are what people open it for."
  }
}

run "the_error_budget_is_computed_over_its_whole_period" {
  assert {
    condition = [
      for widget in jsondecode(module.dashboard.body).widgets : [widget.properties.start, widget.properties.setPeriodToTimeRange, widget.properties.metrics[2][0].expression, widget.properties.metrics[3][0].expression]
      if strcontains(jsonencode(widget), "Availability: objective")
    ] == [["-P30D", true, "100 * (1 - failed / requests)", "100 * (1 - failed / requests / 0.0001)"]]
    error_message = "Thirty days, and the share of 0.01 % that is left."
  }
}

run "the_names_of_other_modules_alarms_become_arns" {
  variables {
    other_alarm_names = ["techmoda-endpoint-down"]
  }

  assert {
    condition     = strcontains(module.dashboard.body, "arn:aws:cloudwatch:us-east-1:111111111111:alarm:techmoda-endpoint-down")
    error_message = "Dashboards know alarms by ARN."
  }
}

run "a_metric_that_is_also_an_expression_is_refused" {
  command = plan

  module {
    source = "./modules/dashboard"
  }

  variables {
    region   = "us-east-1"
    sections = [{ widgets = [{ title = "Both", series = [{ namespace = "AWS/Lambda", metric = "Errors", expression = "1" }] }] }]
  }

  expect_failures = [var.sections]
}

run "a_kind_of_widget_that_cloudwatch_does_not_know_is_refused" {
  command = plan

  module {
    source = "./modules/dashboard"
  }

  variables {
    region   = "us-east-1"
    sections = [{ widgets = [{ title = "Pie", kind = "pie" }] }]
  }

  expect_failures = [var.sections]
}

run "five_columns_are_refused" {
  command = plan

  module {
    source = "./modules/dashboard"
  }

  variables {
    region   = "us-east-1"
    sections = [{ columns = 5, widgets = [{ title = "Errors" }] }]
  }

  expect_failures = [var.sections]
}

run "an_empty_section_is_refused" {
  command = plan

  module {
    source = "./modules/dashboard"
  }

  variables {
    region   = "us-east-1"
    sections = [{ widgets = [] }]
  }

  expect_failures = [var.sections]
}
