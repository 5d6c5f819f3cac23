# Applied against a mocked provider: what is asserted are the resources that would be asked of AWS.

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
}

variables {
  name           = "shop"
  role           = "PRIMARY"
  hosted_zone_id = "Z0123456789"
  domain_names   = { public = "api.example.com", regional = "api-eu-west-1.example.com", active = "api-active.example.com" }
  stop_switch    = { host_name = "api-eu-central-1.example.com" }
  domain_targets = {
    public   = { domain_name = "d-aaaaaaaaaa.execute-api.eu-west-1.amazonaws.com", zone_id = "ZLY8HYME6SFDD" }
    regional = { domain_name = "d-bbbbbbbbbb.execute-api.eu-west-1.amazonaws.com", zone_id = "ZLY8HYME6SFDD" }
  }
  api           = { name = "shop", stage = "live" }
  alarm_actions = ["arn:aws:sns:eu-west-1:123456789012:alarms"]
  owner         = "catalogue"
  runbook_url   = "https://runbooks.example.com/region-outage.md"
}

run "the_region_is_checked_by_its_own_name_every_ten_seconds" {
  assert {
    condition = (
      aws_route53_health_check.endpoint.type == "HTTPS" && aws_route53_health_check.endpoint.fqdn == "api-eu-west-1.example.com" &&
      aws_route53_health_check.endpoint.port == 443 && aws_route53_health_check.endpoint.resource_path == "/v1/health" && aws_route53_health_check.endpoint.enable_sni
    )
    error_message = "The check must poll this region's own host name, not the public one."
  }
  assert {
    condition     = aws_route53_health_check.endpoint.request_interval == 10 && aws_route53_health_check.endpoint.failure_threshold == 3 && aws_route53_health_check.endpoint.measure_latency
    error_message = "By default three checks, ten seconds apart, decide."
  }
  assert {
    condition     = length(aws_route53_health_check.endpoint.regions) >= 3
    error_message = "At least three checker regions must agree."
  }
}

run "clients_are_led_by_health_to_the_regional_domain" {
  assert {
    condition = (
      aws_route53_record.public.name == "api.example.com" && aws_route53_record.public.failover_routing_policy[0].type == "PRIMARY" &&
      aws_route53_record.public.set_identifier == "eu-west-1" && aws_route53_record.public.health_check_id == aws_route53_health_check.in_service[0].id
    )
    error_message = "The public record must carry the role and the check of the endpoint and the STOP switch together."
  }
  assert {
    condition     = aws_route53_record.public.alias[0].name == "d-aaaaaaaaaa.execute-api.eu-west-1.amazonaws.com" && aws_route53_record.public.alias[0].zone_id == "ZLY8HYME6SFDD"
    error_message = "The alias must point at the public custom domain in this region."
  }
  assert {
    condition     = aws_route53_record.regional.alias[0].name == "d-bbbbbbbbbb.execute-api.eu-west-1.amazonaws.com" && length(aws_route53_record.regional.failover_routing_policy) == 0
    error_message = "The region's own name must lead to the region, healthy or not."
  }
  assert {
    condition     = !aws_route53_record.public.alias[0].evaluate_target_health && !aws_route53_record.regional.alias[0].evaluate_target_health
    error_message = "The health check decides, not the target's health."
  }
}

run "the_primary_serves_while_its_endpoint_answers_and_nobody_stopped_it" {
  assert {
    condition = (
      aws_route53_health_check.in_service[0].type == "CALCULATED" && aws_route53_health_check.in_service[0].child_health_threshold == 2 &&
      aws_route53_health_check.in_service[0].child_healthchecks == toset([aws_route53_health_check.endpoint.id, aws_route53_health_check.stop[0].id])
    )
    error_message = "Both checks must be healthy: either of them alone takes the region out."
  }
  assert {
    condition     = output.health_check_ids == { endpoint = aws_route53_health_check.endpoint.id, stop = aws_route53_health_check.stop[0].id, in_service = aws_route53_health_check.in_service[0].id }
    error_message = "The ids of all three checks must be put out."
  }
}

run "only_the_dr_regions_own_word_stops_the_primary" {
  assert {
    condition = (
      aws_route53_health_check.stop[0].type == "HTTPS_STR_MATCH" && aws_route53_health_check.stop[0].search_string == "\"stopped\":true" &&
      aws_route53_health_check.stop[0].invert_healthcheck && aws_route53_health_check.stop[0].fqdn == "api-eu-central-1.example.com" &&
      aws_route53_health_check.stop[0].resource_path == "/v1/failover/stop" && aws_route53_health_check.stop[0].enable_sni
    )
    error_message = "Anything but the text must leave the primary in service: an error, no answer, some other page."
  }
  assert {
    condition     = aws_route53_health_check.stop[0].request_interval == 10 && aws_route53_health_check.stop[0].failure_threshold == 2
    error_message = "The switch must be noticed fast, but one lost round must not undo it."
  }
}

run "the_active_name_tells_which_region_dns_leads_to" {
  assert {
    condition = (
      aws_route53_record.active.name == "api-active.example.com" && aws_route53_record.active.type == "CNAME" &&
      aws_route53_record.active.records == toset(["api-eu-west-1.example.com"]) && aws_route53_record.active.ttl <= 10
    )
    error_message = "Its CNAME must name this region's own host, and not be kept for long."
  }
  assert {
    condition = (
      aws_route53_record.active.health_check_id == aws_route53_record.public.health_check_id && aws_route53_record.active.set_identifier == "eu-west-1" &&
      aws_route53_record.active.failover_routing_policy == aws_route53_record.public.failover_routing_policy
    )
    error_message = "It must turn exactly when the public name does."
  }
}

run "the_worst_case_is_computed_from_the_inputs" {
  assert {
    condition     = output.worst_case_seconds == { detection = 48, rto = 108, stop = 92 }
    error_message = "3 x (10 + 6) s of detection, or 2 x (10 + 6) s until the STOP switch is noticed, and 60 s of TTL."
  }
}

run "the_seeds_slower_check_takes_a_minute_longer" {
  variables {
    health_check = { interval_seconds = 30, failure_threshold = 3 }
  }

  assert {
    condition     = output.worst_case_seconds == { detection = 108, rto = 168, stop = 92 }
    error_message = "3 x (30 + 6) s of detection, and 60 s of TTL; the STOP switch is as fast as ever."
  }
}

run "an_endpoint_that_answers_no_check_pages" {
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.endpoint.treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.endpoint.threshold == 1 &&
      aws_cloudwatch_metric_alarm.endpoint.comparison_operator == "LessThanThreshold"
    )
    error_message = "No check at all must count as down: nobody reached the gateway."
  }
  assert {
    condition = alltrue([
      for query in aws_cloudwatch_metric_alarm.endpoint.metric_query : query.metric[0].dimensions == tomap({
        ApiName = "shop", Stage = "live", Method = "GET", Resource = "/health"
      }) if length(query.metric) > 0
    ])
    error_message = "The alarm must listen to GET /health, as the API names it without its base path."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.endpoint.alarm_actions == toset(var.alarm_actions) && strcontains(aws_cloudwatch_metric_alarm.endpoint.alarm_description, "${var.runbook_url}#endpoint-down") && aws_cloudwatch_metric_alarm.endpoint.tags.Severity == "page"
    error_message = "The alarm must tell somebody, and what to do."
  }
}

run "the_standby_takes_the_secondary_record" {
  variables {
    role        = "SECONDARY"
    stop_switch = null
  }

  assert {
    condition     = length(aws_route53_health_check.stop) == 0 && output.health_check_ids == { endpoint = aws_route53_health_check.endpoint.id }
    error_message = "The standby must not be stopped by the switch: nobody would be left."
  }
  assert {
    condition     = aws_route53_record.public.failover_routing_policy[0].type == "SECONDARY" && aws_route53_record.public.health_check_id == aws_route53_health_check.endpoint.id
    error_message = "The standby must be checked as well."
  }
}

run "a_path_without_the_base_path_and_a_public_name_as_the_regions_own_are_refused" {
  command = plan

  variables {
    # Nothing would answer there.
    health_check = { path = "/health" }
    # It leads to whichever region DNS points at.
    domain_names = { public = "api.example.com", regional = "api.example.com", active = "api-active.example.com" }
    # There is no such record.
    role        = "TERTIARY"
    stop_switch = null
    # An API's own host cannot hold a custom host name.
    domain_targets = {
      public   = { domain_name = "abcdefghij.execute-api.eu-west-1.amazonaws.com", zone_id = "ZLY8HYME6SFDD" }
      regional = { domain_name = "d-bbbbbbbbbb.execute-api.eu-west-1.amazonaws.com", zone_id = "ZLY8HYME6SFDD" }
    }
  }

  expect_failures = [var.domain_names, var.domain_targets, var.health_check, var.role]
}

run "a_check_every_20_seconds_cloudfronts_zone_and_an_active_name_that_is_taken_are_refused" {
  command = plan

  variables {
    health_check = { interval_seconds = 20 }
    # There is an alias already.
    domain_names = { public = "api.example.com", regional = "api-eu-west-1.example.com", active = "api.example.com" }
    domain_targets = {
      public   = { domain_name = "d-aaaaaaaaaa.execute-api.eu-west-1.amazonaws.com", zone_id = "Z2FDTNDATAQYW2" }
      regional = { domain_name = "d-bbbbbbbbbb.execute-api.eu-west-1.amazonaws.com", zone_id = "ZLY8HYME6SFDD" }
    }
  }

  expect_failures = [var.domain_names, var.domain_targets, var.health_check]
}

run "one_lost_packet_must_not_move_every_client" {
  command = plan

  variables {
    health_check = { failure_threshold = 1 }
  }

  expect_failures = [var.health_check]
}

run "two_checker_regions_are_too_few" {
  command = plan

  variables {
    health_check = { checker_regions = ["us-east-1", "eu-west-1"] }
  }

  expect_failures = [var.health_check]
}

run "a_check_slower_than_the_objective_is_refused" {
  command = plan

  variables {
    health_check = { interval_seconds = 30, failure_threshold = 10 } # 10 x 36 + 60 = 420 s
  }

  expect_failures = [var.recovery_time_objective_seconds]
}

run "a_primary_without_a_stop_switch_is_refused" {
  command = plan

  variables {
    stop_switch = null
  }

  expect_failures = [var.stop_switch]
}

run "a_standby_with_a_stop_switch_is_refused" {
  command = plan

  variables {
    role = "SECONDARY"
  }

  expect_failures = [var.stop_switch]
}

run "a_switch_on_the_stopped_regions_own_name_is_refused" {
  command = plan

  variables {
    # It must answer when this region is gone.
    stop_switch = { host_name = "api-eu-west-1.example.com" }
  }

  expect_failures = [var.stop_switch]
}

run "a_switch_without_the_base_path_is_refused" {
  command = plan

  variables {
    stop_switch = { host_name = "api-eu-central-1.example.com", path = "/failover/stop" }
  }

  expect_failures = [var.stop_switch]
}
