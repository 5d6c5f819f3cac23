"""Faults of parity: the DR region is less than the primary one."""

from __future__ import annotations

from tests.plan.faults.fault import at, every, fault, on_the_path

IN_DR = 'data.aws_region.current.name == "us-west-2"'
WRITES = ("POST", "PUT", "DELETE")


FAULTS = (
    fault(
        "parity-functions",
        "a standby of another architecture",
        "envs/dr",
        'module "regional_api" {\n lambda_architecture = "arm64"\n}\n',
        every("aws_lambda_function", lambda one: one.role == "primary" and on_the_path(one)),
        group=3,
    ),
    fault(
        "parity-concurrency",
        "a standby that warms up to half as much",
        "modules/lambda-function",
        'resource "aws_appautoscaling_target" "provisioned_concurrency" {\n'
        f" max_capacity = {IN_DR} ? 25 : var.provisioned_concurrency.maximum\n}}\n",
        at("module.products.aws_appautoscaling_target.provisioned_concurrency[0]", "primary"),
        group=3,
    ),
    fault(
        "parity-routes",
        "a standby that wants a key",
        "modules/api",
        f'resource "aws_api_gateway_method" "this" {{\n api_key_required = {IN_DR}\n}}\n',
        every("aws_api_gateway_method", lambda one: one.role == "primary" and one.name == "this"),
        group=3,
    ),
    fault(
        "parity-throttle",
        "a standby that lets fewer writes through",
        "modules/api",
        'resource "aws_api_gateway_method_settings" "route" {\n settings {\n metrics_enabled = true\n'
        f" throttling_rate_limit = {IN_DR} ? 20 : 50\n throttling_burst_limit = 100\n }}\n}}\n",
        every(
            "aws_api_gateway_method_settings",
            lambda one: one.role == "primary" and str(one.value("method_path")).endswith(WRITES),
        ),
        group=3,
    ),
    fault(
        "parity-firewall",
        "a standby whose firewall blocks sooner",
        "envs/dr",
        'module "regional_api" {\n waf = { requests_per_address = 999 }\n}\n',
        every("aws_wafv2_web_acl", lambda one: one.role == "primary"),
        group=3,
    ),
    fault(
        "parity-alarms",
        "a standby whose alarm is patient",
        "modules/failover",
        f'resource "aws_cloudwatch_metric_alarm" "endpoint" {{\n evaluation_periods = {IN_DR} ? 9 : 3\n}}\n',
        at("module.failover.aws_cloudwatch_metric_alarm.endpoint", "primary"),
        group=3,
    ),
)
