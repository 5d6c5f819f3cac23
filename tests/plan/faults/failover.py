"""Faults of the failover, and of what DR must not depend on."""

from __future__ import annotations

from tests.plan.faults.fault import at, fault, whole

MODULE = "modules/failover"
CHECK, RECORD = "aws_route53_health_check", "aws_route53_record"


def of(kind: str, name: str, arguments: str) -> str:
    return f'resource "{kind}" "{name}" {{\n{arguments}\n}}\n'


FAULTS = (
    fault(
        "failover-records",
        "two primaries",
        MODULE,
        of(RECORD, "public", ' failover_routing_policy {\n type = "PRIMARY"\n }'),
        at("aws_route53_record.public"),
    ),
    fault(
        "failover-health-check",
        "clients who follow nothing",
        MODULE,
        of(RECORD, "public", " health_check_id = null"),
        at("aws_route53_record.public"),
    ),
    fault(
        "failover-health-check",
        "a health check that is switched off",
        MODULE,
        of(CHECK, "endpoint", " disabled = true"),
        at("aws_route53_health_check.endpoint"),
    ),
    fault(
        "failover-detection",
        "a region that may be gone for six minutes",
        MODULE,
        of(CHECK, "endpoint", " request_interval = 30\n failure_threshold = 10"),
        at("aws_route53_health_check.endpoint"),
    ),
    fault(
        "failover-steady",
        "one lost packet moves everyone",
        MODULE,
        of(CHECK, "endpoint", " failure_threshold = 1"),
        at("aws_route53_health_check.endpoint"),
        group=2,
    ),
    fault(
        "failover-steady",
        "one lost packet stops the primary region",
        MODULE,
        of(CHECK, "stop", " failure_threshold = 1"),
        at("aws_route53_health_check.stop[0]"),
    ),
    fault(
        "failover-ttl",
        "resolvers that keep the dead region",
        MODULE,
        of(RECORD, "active", " ttl = 120"),
        at("aws_route53_record.active"),
    ),
    fault(
        "failover-check-target",
        "a check of the name that both regions have",
        MODULE,
        of(CHECK, "endpoint", " fqdn = var.domain_names.public"),
        at("aws_route53_health_check.endpoint"),
        group=2,
    ),
    fault(
        "failover-check-target",
        "a check without the base path",
        MODULE,
        of(CHECK, "endpoint", ' resource_path = "/health"'),
        at("aws_route53_health_check.endpoint"),
        group=3,
    ),
    fault(
        "failover-stop-switch",
        "a STOP switch in the region that it stops",
        MODULE,
        of(CHECK, "stop", " fqdn = var.domain_names.regional"),
        at("aws_route53_health_check.stop[0]"),
    ),
    fault(
        "failover-stop-switch",
        "a STOP switch that decides nothing",
        MODULE,
        of(CHECK, "in_service", " child_health_threshold = 1"),
        at("aws_route53_health_check.in_service[0]"),
    ),
    fault(
        "failover-alias",
        "the original template's zone of CloudFront",
        MODULE,
        of(
            RECORD,
            "regional",
            ' alias {\n name = var.domain_targets.regional.domain_name\n zone_id = "Z2FDTNDATAQYW2"\n'
            " evaluate_target_health = false\n }",
        ),
        at("aws_route53_record.regional"),
    ),
    fault(
        "failover-alias",
        "the original template's execute-api target",
        MODULE,
        of(
            RECORD,
            "regional",
            ' alias {\n name = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"\n'
            " zone_id = var.domain_targets.regional.zone_id\n evaluate_target_health = false\n }",
        ),
        at("aws_route53_record.regional"),
        group=2,
    ),
    fault(
        "failover-no-way-back-by-itself",
        "a latch that sleeps for an hour",
        f"{MODULE}/modules/stop-switch",
        of("aws_cloudwatch_event_rule", "watch", ' schedule_expression = "rate(1 hour)"'),
        whole("dr"),
    ),
    fault(
        "failover-no-way-back-by-itself",
        "a latch that is switched off",
        f"{MODULE}/modules/stop-switch",
        of("aws_cloudwatch_event_rule", "watch", ' state = "DISABLED"'),
        at("aws_cloudwatch_event_rule.watch", "dr"),
        group=2,
    ),
    fault(
        "dr-independent",
        "a DR environment with a provider of the primary region",
        "envs/dr",
        'provider "aws" {\n alias  = "primary"\n region = var.primary_region\n}\n',
        whole("dr"),
        is_override=False,
    ),
)
