# Who hears of an alarm: the topics of both severities, their key, and who is subscribed.

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

run "alarms_can_publish_to_the_encrypted_topics_and_nobody_else_can" {
  variables {
    alarm_email         = "on-call@example.com"
    extra_alarm_actions = ["arn:aws:sns:us-east-1:111111111111:responder"]
    webhooks            = { pager = { url = "https://pager.example.com/hook", severity = "page" } }
  }

  assert {
    condition = length([
      for statement in jsondecode(aws_kms_key.topic.policy).Statement : statement
      if contains(try(flatten([statement.Principal.Service]), []), "cloudwatch.amazonaws.com") && contains(statement.Action, "kms:GenerateDataKey")
    ]) == 1
    error_message = "CloudWatch may use the key, or its messages are lost in silence."
  }

  assert {
    condition = alltrue(flatten([
      for policy in values(aws_sns_topic_policy.alarms) : [
        for statement in jsondecode(policy.policy).Statement :
        statement.Condition.StringEquals["aws:SourceAccount"] == "111111111111" if statement.Effect == "Allow"
      ]
    ]))
    error_message = "Only on behalf of this account."
  }

  assert {
    condition     = alltrue([for topic in values(aws_sns_topic.alarms) : topic.kms_master_key_id == aws_kms_key.topic.arn]) && toset(keys(aws_sns_topic.alarms)) == toset(["page", "ticket"])
    error_message = "A topic for each severity, both encrypted."
  }

  assert {
    condition = alltrue([
      toset(values(aws_sns_topic_subscription.email)[*].endpoint) == toset(["on-call@example.com"]),
      length(aws_sns_topic_subscription.email) == 2,
      aws_sns_topic_subscription.webhook["pager"].endpoint == "https://pager.example.com/hook",
      aws_sns_topic_subscription.webhook["pager"].protocol == "https",
      contains(aws_cloudwatch_metric_alarm.this["api-5xx"].alarm_actions, "arn:aws:sns:us-east-1:111111111111:responder"),
      contains(aws_cloudwatch_composite_alarm.slo["slo-latency-slow"].alarm_actions, "arn:aws:sns:us-east-1:111111111111:responder"),
    ])
    error_message = "The address and the webhook are subscribed; further receivers are told as well."
  }
}

run "nobody_is_subscribed_unless_asked_for" {
  assert {
    condition     = length(aws_sns_topic_subscription.email) + length(aws_sns_topic_subscription.webhook) == 0
    error_message = "Subscriptions are optional."
  }
}
