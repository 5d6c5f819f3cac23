# What the module makes: alarms that all reach someone, the topic, the dashboard.

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
    defaults = { arn = "arn:aws:sns:us-east-1:111111111111:techmoda-alerts" }
  }

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555" }
  }
}

variables {
  name             = "techmoda"
  runbook_base_url = "https://runbooks.example.com/techmoda/"
  api              = { name = "techmoda-api", stage = "live" }
  functions        = { products = { name = "techmoda-products", alias = "live" } }
  health_checks    = { us-east-1 = "11111111-2222-3333-4444-555555555555" }

  tables = {
    products = { name = "techmoda-products", indexes = ["by-category"], replica_regions = ["us-west-2"] }
  }
}

run "every_alarm_tells_someone_how_bad_it_is_and_what_to_do" {
  assert {
    condition     = length(local.all_alarms) == 11
    error_message = "Two of the API, two of the function, four of throttling, and system errors, replication, health check."
  }

  assert {
    condition     = alltrue([for alarm in values(local.all_alarms) : contains(alarm.alarm_actions, aws_sns_topic.alarms.arn) && contains(alarm.ok_actions, aws_sns_topic.alarms.arn)])
    error_message = "Raised or over, the topic hears of it."
  }

  assert {
    condition = alltrue([
      for alarm in values(local.all_alarms) :
      can(regex("^\\[(page|ticket)\\] .+\\. Runbook: https://runbooks\\.example\\.com/techmoda/[a-z0-9-]+\\.md$", alarm.alarm_description))
    ])
    error_message = "Severity, what is wrong, and the runbook."
  }

  assert {
    condition     = alltrue([for alarm in values(local.all_alarms) : contains(["breaching", "notBreaching"], alarm.treat_missing_data)])
    error_message = "What silence means is decided, never left to the default."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["api-5xx"].alarm_description == "[page] More than 1 % of API requests fail with 5xx. Runbook: https://runbooks.example.com/techmoda/api-errors.md"
    error_message = "Figures are readable."
  }
}

run "the_seeds_latency_alarm_is_there" {
  assert {
    condition = alltrue([
      aws_cloudwatch_metric_alarm.this["api-latency"].metric_name == "Latency",
      aws_cloudwatch_metric_alarm.this["api-latency"].statistic == "Average",
      aws_cloudwatch_metric_alarm.this["api-latency"].period == 60,
      aws_cloudwatch_metric_alarm.this["api-latency"].evaluation_periods == 3,
      aws_cloudwatch_metric_alarm.this["api-latency"].threshold == 500,
      aws_cloudwatch_metric_alarm.this["api-latency"].comparison_operator == "GreaterThanThreshold",
      aws_cloudwatch_metric_alarm.this["api-latency"].dimensions == tomap({ ApiName = "techmoda-api", Stage = "live" }),
    ])
    error_message = "Average latency above 500 ms in three minutes."
  }
}

run "a_health_check_that_nobody_runs_is_an_alarm" {
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["health-check-us-east-1"].treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.this["health-check-us-east-1"].comparison_operator == "LessThanThreshold"
    error_message = "Unhealthy is 0; no data is as bad."
  }
}

run "functions_are_watched_under_the_alias_that_takes_the_traffic" {
  variables {
    functions = {
      products   = { name = "techmoda-products", alias = "live" }
      authorizer = { name = "techmoda-authorizer" }
    }
  }

  assert {
    condition = alltrue([
      aws_cloudwatch_metric_alarm.this["lambda-products-errors"].dimensions == tomap({ FunctionName = "techmoda-products", Resource = "techmoda-products:live" }),
      aws_cloudwatch_metric_alarm.this["lambda-authorizer-throttles"].dimensions == tomap({ FunctionName = "techmoda-authorizer" }),
    ])
    error_message = "By alias where there is one."
  }
}

run "system_errors_are_added_up_over_the_operations_of_the_api" {
  assert {
    condition = toset([
      for query in aws_cloudwatch_metric_alarm.table_system_errors["products"].metric_query :
      query.metric[0].dimensions.Operation if length(query.metric) > 0
    ]) == toset(["DeleteItem", "GetItem", "PutItem", "Query", "Scan", "TransactWriteItems", "UpdateItem"])
    error_message = "One series for each operation."
  }

  assert {
    condition     = one([for query in aws_cloudwatch_metric_alarm.table_system_errors["products"].metric_query : query.expression if query.return_data == true]) == "FILL(m0, 0)+FILL(m1, 0)+FILL(m2, 0)+FILL(m3, 0)+FILL(m4, 0)+FILL(m5, 0)+FILL(m6, 0)"
    error_message = "An operation without calls counts as none failed."
  }
}

run "the_dashboard_shows_the_seeds_three_widgets_side_by_side" {
  assert {
    condition = [for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : [widget.x, widget.y, widget.properties.title]] == [
      [0, 0, "Latencia de API"],
      [12, 0, "Métricas de Lambda"],
      [0, 6, "Capacidad de DynamoDB"],
    ]
    error_message = "Latency and Lambda above, DynamoDB below."
  }

  assert {
    condition = jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets[2].properties.metrics == [
      ["AWS/DynamoDB", "ConsumedReadCapacityUnits", "TableName", "techmoda-products", { label = "products ConsumedReadCapacityUnits" }],
      ["AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", "techmoda-products", { label = "products ConsumedWriteCapacityUnits" }],
    ]
    error_message = "Consumed reads and writes of each table."
  }
}

run "alarms_can_publish_to_the_encrypted_topic_and_nobody_else_can" {
  variables {
    alarm_email         = "on-call@example.com"
    extra_alarm_actions = ["arn:aws:sns:us-east-1:111111111111:responder"]
  }

  assert {
    condition = length([
      for statement in jsondecode(aws_kms_key.topic.policy).Statement : statement
      if contains(try(flatten([statement.Principal.Service]), []), "cloudwatch.amazonaws.com") && contains(statement.Action, "kms:GenerateDataKey")
    ]) == 1
    error_message = "CloudWatch may use the key, or its messages are lost in silence."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_sns_topic_policy.alarms.policy).Statement :
      statement.Condition.StringEquals["aws:SourceAccount"] == "111111111111" if statement.Effect == "Allow"
    ])
    error_message = "Only on behalf of this account."
  }

  assert {
    condition     = aws_sns_topic_subscription.email[0].endpoint == "on-call@example.com" && contains(aws_cloudwatch_metric_alarm.this["api-5xx"].alarm_actions, "arn:aws:sns:us-east-1:111111111111:responder")
    error_message = "The address is subscribed; further receivers are told as well."
  }
}
