"""Faults of the API."""

from __future__ import annotations

from tests.plan.faults.fault import at, every, fault, whole

MODULE = "modules/api"
METHOD, DOMAIN = "aws_api_gateway_method", "aws_api_gateway_domain_name"
WRITES = ("POST", "PUT", "DELETE")


def settings(name: str, arguments: str) -> str:
    return f'resource "aws_api_gateway_method_settings" "{name}" {{\n settings {{\n{arguments}\n }}\n}}\n'


def of(kind: str, name: str, arguments: str) -> str:
    return f'resource "{kind}" "{name}" {{\n{arguments}\n}}\n'


FAULTS = (
    fault(
        "api-throttle",
        "a stage that refuses a surge",
        MODULE,
        settings(
            "all", " metrics_enabled = true\n throttling_rate_limit = 50\n throttling_burst_limit = 400"
        ),
        at("aws_api_gateway_method_settings.all"),
    ),
    fault(
        "api-throttle",
        "a burst below one second of the surge",
        MODULE,
        settings(
            "all", " metrics_enabled = true\n throttling_rate_limit = 200\n throttling_burst_limit = 60"
        ),
        at("aws_api_gateway_method_settings.all"),
        group=2,
    ),
    fault(
        "api-throttle",
        "writes that a surge cannot make",
        MODULE,
        settings(
            "route", " metrics_enabled = true\n throttling_rate_limit = 5\n throttling_burst_limit = 40"
        ),
        every("aws_api_gateway_method_settings", lambda one: str(one.value("method_path")).endswith(WRITES)),
    ),
    fault(
        "api-writes-authenticated",
        "writes for everyone",
        MODULE,
        of(METHOD, "this", ' authorization = "NONE"\n authorizer_id = null'),
        every(METHOD, lambda one: one.value("http_method") in WRITES),
    ),
    fault(
        "api-writes-authenticated",
        "an authorizer that no method names",
        MODULE,
        of(METHOD, "this", " authorizer_id = null"),
        every(METHOD, lambda one: one.value("http_method") in WRITES),
        group=2,
    ),
    fault(
        "api-validation",
        "bodies that nobody checks",
        MODULE,
        of(METHOD, "this", " request_validator_id = null"),
        every(METHOD, lambda one: one.value("http_method") in ("POST", "PUT")),
        group=3,
    ),
    fault(
        "api-firewall",
        "a firewall that stands before nothing",
        MODULE,
        of("aws_wafv2_web_acl_association", "stage", " count = 0"),
        whole(),
    ),
    fault(
        "api-firewall",
        "a firewall without a limit for each address",
        f"{MODULE}/modules/firewall",
        of(
            "aws_wafv2_web_acl",
            "this",
            ' rule {\n name = "AWSManagedRulesCommonRuleSet"\n priority = 1\n'
            " override_action {\n none {}\n }\n"
            " statement {\n managed_rule_group_statement {\n"
            ' vendor_name = "AWS"\n name = "AWSManagedRulesCommonRuleSet"\n }\n }\n visibility_config {\n'
            ' cloudwatch_metrics_enabled = true\n metric_name = "x"\n'
            " sampled_requests_enabled = true\n }\n }",
        ),
        every("aws_wafv2_web_acl"),
        group=2,
    ),
    fault(
        "api-custom-domain",
        "a regional name that leads nowhere",
        MODULE,
        of(
            "aws_api_gateway_base_path_mapping",
            "this",
            ' for_each = { public = aws_api_gateway_domain_name.this["public"] }',
        ),
        at('aws_api_gateway_domain_name.this["regional"]'),
    ),
    fault(
        "api-certificate",
        "a certificate of another region",
        MODULE,
        of(
            DOMAIN,
            "this",
            ' regional_certificate_arn = "arn:aws:acm:eu-west-1:111111111111:certificate/00000000-0000"',
        ),
        every(DOMAIN),
    ),
    fault(
        "api-tls",
        "clients with TLS 1.0",
        MODULE,
        of(DOMAIN, "this", ' security_policy = "TLS_1_0"'),
        every(DOMAIN),
    ),
    fault(
        "api-one-way-in",
        "a second door beside the failover",
        MODULE,
        of("aws_api_gateway_rest_api", "this", " disable_execute_api_endpoint = false"),
        every("aws_api_gateway_rest_api"),
    ),
    fault(
        "api-logs",
        "a stage without traces",
        MODULE,
        of("aws_api_gateway_stage", "live", " xray_tracing_enabled = false"),
        every("aws_api_gateway_stage"),
    ),
    fault(
        "api-logs",
        "bodies in the logs",
        MODULE,
        settings(
            "all",
            " metrics_enabled = true\n data_trace_enabled = true\n throttling_rate_limit = 200\n"
            " throttling_burst_limit = 400",
        ),
        at("aws_api_gateway_method_settings.all"),
        group=3,
    ),
)
