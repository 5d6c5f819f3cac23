"""Faults of the functions."""

from __future__ import annotations

from tests.plan.faults.fault import every, fault, on_the_path

FUNCTION = "aws_lambda_function"
MODULE = "modules/lambda-function"


def of_function(arguments: str) -> str:
    return f'resource "aws_lambda_function" "this" {{\n{arguments}\n}}\n'


FAULTS = (
    fault(
        "compute-reserved-concurrency",
        "too few executions for a surge",
        MODULE,
        of_function("reserved_concurrent_executions = 20"),
        every(FUNCTION, lambda one: str(one.value("function_name")).endswith("-products")),
    ),
    fault(
        "compute-reserved-concurrency",
        "functions without a reservation",
        MODULE,
        of_function("reserved_concurrent_executions = -1"),
        every(FUNCTION, on_the_path),
        group=2,
    ),
    fault(
        "compute-account-limit",
        "reservations beyond the account's quota",
        MODULE,
        of_function('reserved_concurrent_executions = endswith(var.function_name, "-products") ? 950 : 10'),
        every(FUNCTION, lambda one: str(one.value("function_name")).endswith("-products")),
        group=3,
    ),
    fault(
        "compute-runtime",
        "the runtime of the original template",
        MODULE,
        of_function('runtime = "nodejs14.x"'),
        every(FUNCTION),
    ),
    fault(
        "compute-timeouts",
        "functions that outlast the gateway's patience",
        MODULE,
        of_function("timeout = 29"),
        every(FUNCTION, on_the_path),
    ),
    fault(
        "compute-provisioned-concurrency",
        "cold starts for everyone",
        MODULE,
        'resource "aws_lambda_provisioned_concurrency_config" "live" {\n count = 0\n}\n',
        every(FUNCTION, lambda one: str(one.value("function_name")).endswith("-products")),
    ),
    fault(
        "compute-provisioned-concurrency",
        "warm executions that never grow",
        MODULE,
        'resource "aws_appautoscaling_policy" "provisioned_concurrency" {\n count = 0\n}\n',
        every(FUNCTION, lambda one: str(one.value("function_name")).endswith("-products")),
        group=2,
    ),
    fault(
        "compute-lost-events",
        "failed events that go nowhere",
        MODULE,
        'resource "aws_lambda_function_event_invoke_config" "live" {\n count = 0\n}\n',
        lambda system: {
            (str(one.role), one.address)
            for one in system.of(FUNCTION)
            if any(
                config.module == one.module and config.role == one.role
                for config in system.of("aws_lambda_function_event_invoke_config")
            )
        },
    ),
    fault(
        "compute-alias",
        "functions that are not published",
        MODULE,
        of_function("publish = false"),
        every(FUNCTION, on_the_path),
    ),
)
