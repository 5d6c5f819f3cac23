# The alarms on metrics: that all reach someone, say how bad it is and what to do, and look at what they should.

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

run "every_alarm_says_how_bad_it_is_whose_it_is_and_what_to_do" {
  assert {
    condition = alltrue([
      for alarm in values(local.all_alarms) :
      can(regex("^Severity: (page|ticket)\\. Owner: catalogue\\. .+\\. .+\\. Runbook: https://runbooks\\.example\\.com/techmoda/[a-z0-9-]+\\.md#[a-z0-9-]+$", alarm.alarm_description))
      || can(regex("^Severity: (page|ticket)\\. Owner: catalogue\\. .+: raised\\. Runbook: https://runbooks\\.example\\.com/techmoda/[a-z0-9-]+\\.md#[a-z0-9-]+$", alarm.alarm_description))
    ])
    error_message = "Severity, owner, what is wrong, what silence means, and the section of the runbook, in full sentences."
  }

  assert {
    condition = alltrue([
      for alarm in values(local.all_alarms) :
      contains(["page", "ticket"], alarm.tags.Severity) && alarm.tags.Owner == "catalogue" && strcontains(alarm.alarm_description, "Runbook: ${alarm.tags.Runbook}#") && strcontains(alarm.alarm_description, "Severity: ${alarm.tags.Severity}.")
    ])
    error_message = "The tags say the same as the description."
  }

  assert {
    condition     = alltrue([for alarm in values(aws_cloudwatch_metric_alarm.this) : contains(["breaching", "notBreaching"], alarm.treat_missing_data)])
    error_message = "What silence means is decided, never left to the default."
  }

  assert {
    condition     = alltrue([for alarm in values(local.all_alarms) : length(alarm.alarm_description) <= 1024])
    error_message = "CloudWatch takes descriptions of up to 1024 characters (PutMetricAlarm)."
  }
}

run "every_alarm_acts_by_itself_or_through_the_composite_alarm_that_names_it" {
  assert {
    condition = alltrue([
      for key, alarm in local.all_alarms :
      length(alarm.alarm_actions) > 0 && alarm.alarm_actions == alarm.ok_actions && contains(alarm.alarm_actions, aws_sns_topic.alarms[alarm.tags.Severity].arn)
      if !can(regex("^slo-.*-(long|short)$", key))
    ])
    error_message = "Raised or over, the topic of its severity hears of it."
  }

  assert {
    condition = alltrue([
      for key, alarm in local.all_alarms :
      length(alarm.alarm_actions) == 0 && strcontains(aws_cloudwatch_composite_alarm.slo[trimsuffix(trimsuffix(key, "-long"), "-short")].alarm_rule, "ALARM(\"techmoda-${key}\")")
      if can(regex("^slo-.*-(long|short)$", key))
    ])
    error_message = "A window alone wakes nobody; the alarm on both windows does."
  }
}

run "the_seeds_latency_alarm_is_there" {
  assert {
    condition = alltrue([
      aws_cloudwatch_metric_alarm.this["api-latency"].metric_name == "Latency",
      aws_cloudwatch_metric_alarm.this["api-latency"].statistic == "Average",
      aws_cloudwatch_metric_alarm.this["api-latency"].period == 60,
      aws_cloudwatch_metric_alarm.this["api-latency"].evaluation_periods == 3,
      aws_cloudwatch_metric_alarm.this["api-latency"].datapoints_to_alarm == 3,
      aws_cloudwatch_metric_alarm.this["api-latency"].threshold == 500,
      aws_cloudwatch_metric_alarm.this["api-latency"].comparison_operator == "GreaterThanThreshold",
      aws_cloudwatch_metric_alarm.this["api-latency"].dimensions == tomap({ ApiName = "techmoda-api", Stage = "live" }),
    ])
    error_message = "Average latency above 500 ms in three minutes."
  }
}

run "silence_is_a_fault_where_somebody_should_be_looking" {
  assert {
    condition     = toset([for key, alarm in aws_cloudwatch_metric_alarm.this : key if alarm.treat_missing_data == "breaching"]) == toset(["canary-dr", "canary-public", "health-check-us-east-1"])
    error_message = "Checkers and canaries that say nothing do not look."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["health-check-us-east-1"].comparison_operator == "LessThanThreshold" && aws_cloudwatch_metric_alarm.this["canary-public"].statistic == "Minimum"
    error_message = "Unhealthy is 0; one failed visit of a minute counts."
  }
}

run "functions_are_watched_under_the_alias_that_takes_the_traffic" {
  variables {
    functions = {
      products   = { name = "techmoda-products", alias = "live", reserved_concurrency = 100 }
      authorizer = { name = "techmoda-authorizer", reserved_concurrency = 7, severity = "ticket" }
    }
  }

  assert {
    condition = alltrue([
      aws_cloudwatch_metric_alarm.this["lambda-products-errors"].dimensions == tomap({ FunctionName = "techmoda-products", Resource = "techmoda-products:live" }),
      aws_cloudwatch_metric_alarm.this["lambda-authorizer-throttles"].dimensions == tomap({ FunctionName = "techmoda-authorizer" }),
    ])
    error_message = "By alias where there is one."
  }

  assert {
    condition = alltrue([
      aws_cloudwatch_metric_alarm.this["lambda-products-concurrency"].threshold == 80,
      aws_cloudwatch_metric_alarm.this["lambda-authorizer-concurrency"].threshold == 6,
      aws_cloudwatch_metric_alarm.this["lambda-account-concurrency"].threshold == 800,
      aws_cloudwatch_metric_alarm.this["lambda-authorizer-concurrency"].tags.Severity == "ticket",
    ])
    error_message = "Four fifths of what is reserved, and of the account's quota; rounded up to whole executions."
  }
}

run "system_errors_are_added_up_over_the_operations_of_the_api" {
  assert {
    condition = toset([
      for query in aws_cloudwatch_metric_alarm.this["table-products-system-errors"].metric_query :
      query.metric[0].dimensions.Operation if length(query.metric) > 0
    ]) == toset(["DeleteItem", "GetItem", "PutItem", "Query", "Scan", "TransactWriteItems", "UpdateItem"])
    error_message = "One series for each operation."
  }

  assert {
    condition     = one([for query in aws_cloudwatch_metric_alarm.this["table-products-system-errors"].metric_query : query.expression if query.return_data == true]) == "FILL(m0, 0)+FILL(m1, 0)+FILL(m2, 0)+FILL(m3, 0)+FILL(m4, 0)+FILL(m5, 0)+FILL(m6, 0)"
    error_message = "An operation without calls counts as none failed."
  }
}

run "replication_is_watched_before_and_at_the_recovery_point_objective_and_when_it_stops" {
  assert {
    condition = alltrue([
      aws_cloudwatch_metric_alarm.this["table-products-replication-us-west-2"].threshold == 60000,
      aws_cloudwatch_metric_alarm.this["table-products-replication-us-west-2"].tags.Severity == "ticket",
      aws_cloudwatch_metric_alarm.this["table-products-replication-us-west-2-rpo"].threshold == 900000,
      aws_cloudwatch_metric_alarm.this["table-products-replication-us-west-2-rpo"].tags.Severity == "page",
      aws_cloudwatch_metric_alarm.this["table-products-replication-us-west-2"].dimensions.ReceivingRegion == "us-west-2",
    ])
    error_message = "A ticket from a minute on, a page at fifteen."
  }

  assert {
    condition = one([
      for query in aws_cloudwatch_metric_alarm.this["table-products-replication-us-west-2-silent"].metric_query : query.expression if query.return_data == true
    ]) == "IF(FILL(w0, 0) + FILL(w1, 0) + FILL(w2, 0) > 0, IF(FILL(arrived, 0) > 0, 0, 1), 0)"
    error_message = "Writes of this region without an arrival in the other."
  }
}

run "failed_backups_copies_and_restores_and_parked_events_are_tickets" {
  assert {
    condition = alltrue([
      for key in ["backup-jobs-failed", "copy-jobs-failed", "restore-jobs-failed", "failed-events-watch"] :
      aws_cloudwatch_metric_alarm.this[key].tags.Severity == "ticket"
    ])
    error_message = "Nobody is woken by them."
  }

  assert {
    condition = toset(flatten([
      for query in aws_cloudwatch_metric_alarm.this["backup-jobs-failed"].metric_query : query.metric[*].metric_name
    ])) == toset(["NumberOfBackupJobsAborted", "NumberOfBackupJobsExpired", "NumberOfBackupJobsFailed"])
    error_message = "However a job ends badly."
  }
}

run "implausible_products_page_at_once" {
  assert {
    condition = alltrue([
      aws_cloudwatch_metric_alarm.this["implausible-products-us-east-1"].metric_name == "ImplausibleProducts",
      aws_cloudwatch_metric_alarm.this["implausible-products-us-east-1"].threshold == 5,
      aws_cloudwatch_metric_alarm.this["implausible-products-us-east-1"].comparison_operator == "GreaterThanOrEqualToThreshold",
      aws_cloudwatch_metric_alarm.this["implausible-products-us-east-1"].evaluation_periods == 1,
      aws_cloudwatch_metric_alarm.this["implausible-products-us-east-1"].tags.Severity == "page",
    ])
    error_message = "Five in a minute."
  }
}

run "alarms_look_closer_when_they_are_told_to" {
  variables {
    period_seconds = 10
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["api-5xx"].period == 10 && aws_cloudwatch_metric_alarm.this["implausible-products-us-east-1"].period == 60
    error_message = "The alarms that look at minutes follow the period."
  }
}
