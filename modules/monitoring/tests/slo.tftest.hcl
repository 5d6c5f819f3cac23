# The objectives' alarms have the thresholds of the SRE Workbook's table (chapter 5, "Multiwindow, Multi-Burn-Rate Alerts").

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

run "the_defaults_are_the_workbooks_windows_and_burn_rates" {
  assert {
    condition     = output.burn_rates == { fast = 14.4, medium = 6, slow = 1 }
    error_message = "2 % of the budget in an hour, 5 % in six hours, 10 % in three days."
  }

  assert {
    condition = {
      for key, alarm in aws_cloudwatch_metric_alarm.this : key => [alarm.threshold, one(distinct(flatten([for query in alarm.metric_query : query.metric[*].period])))]
      if startswith(key, "slo-availability-")
      } == {
      slo-availability-fast-long    = [0.00144, 3600]
      slo-availability-fast-short   = [0.00144, 300]
      slo-availability-medium-long  = [0.0006, 21600]
      slo-availability-medium-short = [0.0006, 1800]
      slo-availability-slow-long    = [0.0001, 259200]
      slo-availability-slow-short   = [0.0001, 21600]
    }
    error_message = "Burn rate times what 99.99 % leave over, over both windows."
  }

  assert {
    condition = {
      for key, alarm in aws_cloudwatch_composite_alarm.slo : key => [alarm.tags.Severity, alarm.alarm_rule] if startswith(key, "slo-latency-")
      } == {
      slo-latency-fast   = ["page", "ALARM(\"techmoda-slo-latency-fast-long\") AND ALARM(\"techmoda-slo-latency-fast-short\")"]
      slo-latency-medium = ["page", "ALARM(\"techmoda-slo-latency-medium-long\") AND ALARM(\"techmoda-slo-latency-medium-short\")"]
      slo-latency-slow   = ["ticket", "ALARM(\"techmoda-slo-latency-slow-long\") AND ALARM(\"techmoda-slo-latency-slow-short\")"]
    }
    error_message = "Both windows must burn; the slow one is a ticket."
  }
}

run "a_few_bad_requests_at_night_raise_nothing" {
  assert {
    condition = [
      for key in ["slo-availability-fast-long", "slo-availability-fast-short", "slo-latency-fast-long", "slo-latency-fast-short"] :
      one([for query in aws_cloudwatch_metric_alarm.this[key].metric_query : query.expression if query.return_data == true])
      ] == [
      "IF(failed >= 5, failed / requests, 0)",
      "failed / requests",
      "IF((100 - fast) / 100 * requests >= 5, (100 - fast) / 100, 0)",
      "(100 - fast) / 100",
    ]
    error_message = "The long window needs a number of bad requests; the short one only says that it goes on."
  }

  assert {
    condition = one(flatten([
      for query in aws_cloudwatch_metric_alarm.this["slo-latency-fast-long"].metric_query : query.metric[*].stat if query.id == "fast"
    ])) == "PR(:500)"
    error_message = "The share of requests within 500 ms."
  }
}

run "objectives_and_windows_can_be_others" {
  variables {
    slo = {
      availability         = 0.999
      latency              = { objective = 0.95, within_ms = 200 }
      period_days          = 28
      minimum_bad_requests = 1
      alerts               = { drill = { budget_share = 0.0005, long_seconds = 120, short_seconds = 30, severity = "page" } }
    }
  }

  assert {
    condition     = keys(aws_cloudwatch_composite_alarm.slo) == ["slo-availability-drill", "slo-latency-drill"]
    error_message = "Only what was asked for."
  }

  assert {
    # 0.0005 of 28 days' budget in 2 minutes is a burn rate of 10.08.
    condition     = [for key in ["slo-availability-drill-long", "slo-latency-drill-short"] : aws_cloudwatch_metric_alarm.this[key].threshold] == [0.01008, 0.504]
    error_message = "The thresholds follow the objectives."
  }
}
