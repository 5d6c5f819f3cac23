# Applied against a mocked provider: what is asserted are the resources that would be asked of AWS.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { name = "us-west-2" }
  }
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:us-west-2:123456789012:rule/shop-failover-watch" }
  }
}

override_module {
  target = module.table
  outputs = {
    table_name   = "shop-failover"
    table_arn    = "arn:aws:dynamodb:us-west-2:123456789012:table/shop-failover"
    kms_key_arns = { us-west-2 = "arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555" }
  }
}

override_module {
  target = module.control
  outputs = {
    failed_events_queue_arn = "arn:aws:sqs:us-west-2:123456789012:shop-failover-failed-events"

    alias_arn      = "arn:aws:lambda:us-west-2:123456789012:function:shop-failover:live"
    alias_name     = "live"
    function_name  = "shop-failover"
    invoke_arn     = "arn:aws:apigateway:us-west-2:lambda:path/failover"
    log_group_name = "/aws/lambda/shop-failover"
  }
}

variables {
  name                = "shop"
  hosts               = { active = "api-active.example.com", primary = "api-us-east-1.example.com", dr = "api-us-west-2.example.com" }
  arm_after_seconds   = 92
  package_path        = "failover_control.zip"
  architecture        = "arm64"
  deletion_protection = true
  kms_key_arn         = "arn:aws:kms:us-west-2:123456789012:key/66666666-7777-8888-9999-000000000000"
  log_level           = "INFO"
  log_retention_days  = 365
  alarm_actions       = { page = ["arn:aws:sns:us-west-2:123456789012:page"], ticket = ["arn:aws:sns:us-west-2:123456789012:ticket"] }
  owner               = "catalogue"
  runbook_url         = "https://runbooks.example.com/region-outage.md"
}

run "the_latch_is_started_every_minute_and_by_this_rule_alone" {
  module {
    source = "./modules/stop-switch"
  }

  assert {
    condition     = aws_cloudwatch_event_rule.watch.schedule_expression == "rate(1 minute)" && aws_cloudwatch_event_target.watch.arn == "arn:aws:lambda:us-west-2:123456789012:function:shop-failover:live"
    error_message = "The rule must start the function's alias each minute."
  }
  assert {
    condition = (
      aws_lambda_permission.watch.principal == "events.amazonaws.com" && aws_lambda_permission.watch.qualifier == "live" &&
      aws_lambda_permission.watch.source_arn == aws_cloudwatch_event_rule.watch.arn
    )
    error_message = "EventBridge may invoke the alias for this rule and for no other."
  }
  assert {
    condition     = aws_cloudwatch_event_target.watch.retry_policy[0].maximum_retry_attempts == 0
    error_message = "A late tick must not be repeated beside the next one."
  }
}

run "operators_may_use_the_switch_and_nothing_else" {
  module {
    source = "./modules/stop-switch"
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_policy.operator.policy).Statement : alltrue([
        for resource in statement.Resource : contains(
          ["arn:aws:dynamodb:us-west-2:123456789012:table/shop-failover", "arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555"], resource
        )
      ])
    ])
    error_message = "The policy must name the switch's table and its key."
  }
  assert {
    condition     = !strcontains(aws_iam_policy.operator.policy, "DeleteItem") && !strcontains(aws_iam_policy.operator.policy, "*")
    error_message = "Nobody may delete from the audit trail, and no wildcard may slip in."
  }
}

run "somebody_hears_that_clients_are_held_and_that_the_latch_is_silent" {
  module {
    source = "./modules/stop-switch"
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.engaged.metric_name == "StopEngaged" && aws_cloudwatch_metric_alarm.engaged.threshold == 1 &&
      aws_cloudwatch_metric_alarm.engaged.alarm_actions == toset(["arn:aws:sns:us-west-2:123456789012:ticket"])
    )
    error_message = "An engaged switch must be told: it stays until somebody resumes."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.latch.metric_name == "LatchWorking" && aws_cloudwatch_metric_alarm.latch.treat_missing_data == "breaching"
    error_message = "A latch of which nothing is heard does not work."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.failed_over.metric_name == "LedToDr" && aws_cloudwatch_metric_alarm.failed_over.threshold == 1 && aws_cloudwatch_metric_alarm.failed_over.treat_missing_data == "notBreaching" && aws_cloudwatch_metric_alarm.failed_over.alarm_actions == toset(["arn:aws:sns:us-west-2:123456789012:page"])
    error_message = "A failover must be told in the DR region, by where DNS leads."
  }
  assert {
    condition = alltrue([
      for alarm in [aws_cloudwatch_metric_alarm.engaged, aws_cloudwatch_metric_alarm.failed_over, aws_cloudwatch_metric_alarm.latch] :
      alarm.namespace == "TechModa/Failover" && alarm.dimensions == tomap({ service = "failover-control" }) && strcontains(alarm.alarm_description, "Runbook: ${var.runbook_url}#${trimprefix(alarm.alarm_name, "shop-")}") && alarm.tags.Owner == "catalogue"
    ])
    error_message = "The alarms must listen to what the function writes, and say what to do."
  }
}

run "two_regions_of_one_name_and_an_early_latch_are_refused" {
  command = plan

  module {
    source = "./modules/stop-switch"
  }

  variables {
    # The latch could not tell them apart.
    hosts = { active = "api-active.example.com", primary = "api-us-east-1.example.com", dr = "api-us-east-1.example.com" }
    # Before DNS has followed the switch.
    arm_after_seconds = 30
  }

  expect_failures = [var.arm_after_seconds, var.hosts]
}
