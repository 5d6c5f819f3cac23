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
    defaults = { arn = "arn:aws:events:us-west-2:123456789012:rule/shop-incidents" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = {
      arn = "arn:aws:sqs:us-west-2:123456789012:shop-incidents-parked"
      url = "https://sqs.us-west-2.amazonaws.com/123456789012/shop-incidents-parked"
    }
  }
}

override_module {
  target = module.table
  outputs = {
    table_name   = "shop-incidents"
    table_arn    = "arn:aws:dynamodb:us-west-2:123456789012:table/shop-incidents"
    kms_key_arns = { us-west-2 = "arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555" }
  }
}

override_module {
  target = module.function
  outputs = {
    alias_arn      = "arn:aws:lambda:us-west-2:123456789012:function:shop-incidents:live"
    alias_name     = "live"
    function_name  = "shop-incidents"
    log_group_name = "/aws/lambda/shop-incidents"
    role_name      = "shop-incidents-us-west-2"
  }
}

variables {
  name             = "shop"
  package_path     = "versions.tf"
  architecture     = "arm64"
  kms_key_arn      = "arn:aws:kms:us-west-2:123456789012:key/66666666-7777-8888-9999-000000000000"
  topic            = { arn = "arn:aws:sns:us-west-2:123456789012:alerts", kms_key_arn = "arn:aws:kms:us-west-2:123456789012:key/77777777-7777-8888-9999-000000000000" }
  alarm_actions    = { page = ["arn:aws:sns:us-west-2:123456789012:page"], ticket = ["arn:aws:sns:us-west-2:123456789012:ticket"] }
  owner            = "shop team"
  runbook_base_url = "https://runbooks.example.com"

  raise_capacity = {
    shop-writes = { table_name = "shop-products", throughput = "write" }
    shop-index  = { table_name = "shop-products", index_name = "by-category", throughput = "read", factor = 3 }
  }
  roll_back          = { shop-5xx = { function_name = "shop-products", alias = "live" } }
  report_concurrency = { shop-throttled = { function_name = "shop-products" } }
  keep_failover = {
    alarm_names       = ["shop-primary-down"]
    table_name        = "shop-failover"
    table_kms_key_arn = "arn:aws:kms:us-west-2:123456789012:key/88888888-7777-8888-9999-000000000000"
    function_name     = "shop-failover"
    alias             = "live"
  }
  restart_backup = {
    vault_name = "shop-vault"
    vault_arn  = "arn:aws:backup:us-west-2:123456789012:backup-vault:shop-vault"
    role_arn   = "arn:aws:iam::123456789012:role/shop-backup"
    plan_arn   = "arn:aws:backup:us-west-2:123456789012:backup-plan:11111111-2222-3333-4444-555555555555"
  }
}

run "every_alarm_has_its_playbook_and_is_heard" {
  assert {
    condition = { for alarm, playbook in output.playbooks.alarms : alarm => playbook.playbook } == {
      shop-5xx          = "roll-back"
      shop-index        = "raise-capacity"
      shop-primary-down = "keep-failover"
      shop-throttled    = "report-concurrency"
      shop-writes       = "raise-capacity"
    }
    error_message = "Each alarm leads to the playbook of its input."
  }
  assert {
    condition     = output.playbooks.backup_jobs == { playbook = "restart-backup", vault = "shop-vault", delete_after_days = 35, cooldown_minutes = 360 }
    error_message = "Failed backups have a playbook of their own."
  }
  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.heard["alarms"].event_pattern) == {
      source      = ["aws.cloudwatch"]
      detail-type = ["CloudWatch Alarm State Change"]
      detail      = { alarmName = ["shop-5xx", "shop-index", "shop-primary-down", "shop-throttled", "shop-writes"], state = { value = ["ALARM", "OK"] } }
    }
    error_message = "The rule hears exactly the alarms that have a playbook."
  }
  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.heard["backups"].event_pattern) == {
      source      = ["aws.backup"]
      detail-type = ["Backup Job State Change"]
      detail      = { state = ["FAILED", "EXPIRED"], backupVaultName = ["shop-vault"] }
    }
    error_message = "The rule hears failed jobs of the vault alone."
  }
  assert {
    condition     = aws_cloudwatch_event_rule.heard["look"].schedule_expression == "rate(1 minute)"
    error_message = "The responder looks once a minute which versions are served."
  }
}

run "events_reach_the_alias_or_the_queue" {
  assert {
    condition = alltrue([
      for key in ["alarms", "backups"] :
      aws_cloudwatch_event_target.responder[key].dead_letter_config[0].arn == aws_sqs_queue.parked.arn &&
      aws_cloudwatch_event_target.responder[key].retry_policy[0].maximum_retry_attempts == 20
    ])
    error_message = "An incident that cannot be delivered is tried again, and parked in the end."
  }
  assert {
    condition     = length(aws_cloudwatch_event_target.responder["look"].dead_letter_config) == 0 && aws_cloudwatch_event_target.responder["look"].retry_policy[0].maximum_retry_attempts == 0
    error_message = "A late look is made by the next one."
  }
  assert {
    condition = alltrue([
      for key in ["alarms", "backups", "look"] :
      aws_cloudwatch_event_target.responder[key].arn == "arn:aws:lambda:us-west-2:123456789012:function:shop-incidents:live" &&
      aws_lambda_permission.rule[key].qualifier == "live" && aws_lambda_permission.rule[key].principal == "events.amazonaws.com" &&
      aws_lambda_permission.rule[key].source_arn == aws_cloudwatch_event_rule.heard[key].arn
    ])
    error_message = "Each rule, and no other, may invoke the alias."
  }
  assert {
    condition     = jsondecode(aws_sqs_queue_policy.parked.policy).Statement[0].Principal.Service == "events.amazonaws.com" && length(jsondecode(aws_sqs_queue_policy.parked.policy).Statement[0].Condition.ArnEquals["aws:SourceArn"]) == 3
    error_message = "The module's rules may park events, and nobody else's."
  }
  assert {
    condition     = aws_sqs_queue.parked.kms_master_key_id == var.kms_key_arn && aws_sqs_queue.parked.message_retention_seconds == 1209600
    error_message = "Parked events are encrypted and wait for two weeks."
  }
}

run "each_alarm_about_the_responder_has_an_action_an_owner_and_a_runbook" {
  assert {
    condition = alltrue([
      for key, alarm in aws_cloudwatch_metric_alarm.responder :
      alarm.tags.Owner == "shop team" && alarm.tags.Runbook == "https://runbooks.example.com/incident-response.md" &&
      endswith(alarm.alarm_description, "Runbook: https://runbooks.example.com/incident-response.md#${key}") &&
      alarm.alarm_actions == toset(["arn:aws:sns:us-west-2:123456789012:${alarm.tags.Severity}"]) && alarm.ok_actions == alarm.alarm_actions
    ])
    error_message = "Someone must hear each alarm, know whose it is, and what to do."
  }
  assert {
    condition     = output.alarm_names == tolist(["shop-incidents-parked", "shop-responder-failed", "shop-responder-silent", "shop-responder-unheard"])
    error_message = "All alarms are put out."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.responder["responder-silent"].treat_missing_data == "breaching"
    error_message = "A responder that nobody hears of is not well."
  }
}

run "without_backups_nothing_of_them_is_heard" {
  variables {
    restart_backup = null
    keep_failover  = null
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_event_rule.heard)) == toset(["alarms", "look"]) && !contains(keys(output.playbooks), "backup_jobs")
    error_message = "A region without a vault hears of no backups."
  }
  assert {
    condition     = !contains(jsondecode(aws_cloudwatch_event_rule.heard["alarms"].event_pattern).detail.alarmName, "shop-primary-down")
    error_message = "A region without the switch hears of no failover."
  }
}
