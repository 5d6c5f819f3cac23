"""Lambda functions of a plan: which of them customers wait for, and who calls the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from techmoda_ha.plan.model import Plan, Resource, System
from techmoda_ha.plan.objectives import FunctionLoad

FUNCTION, PERMISSION = "aws_lambda_function", "aws_lambda_permission"
GATEWAY, EVENTS = "apigateway.amazonaws.com", "events.amazonaws.com"
NAME_IN_ARN = re.compile(r":function:([^:/]+)")


def name_of(reference: Any) -> str:
    """Return a function's name from its name, ARN or qualified ARN."""
    match = NAME_IN_ARN.search(str(reference))
    return match[1] if match else str(reference).partition(":")[0]


def on_the_path(system: System, plan: Plan) -> Iterator[tuple[Resource | None, str, FunctionLoad]]:
    """Yield the functions that customers wait for with their load; None where the plan lacks one."""
    for name, load in system.objectives.workload.functions.items():
        found = [one for one in plan.of(FUNCTION) if str(one.value("function_name")).endswith(f"-{name}")]
        if not found:
            yield None, name, load
        for one in found:
            yield one, name, load


def called_without_waiting(plan: Plan) -> list[Resource]:
    """Return the functions that a service other than API Gateway may invoke: nobody waits for an answer."""
    names = {
        name_of(permission.value("function_name"))
        for permission in plan.of(PERMISSION)
        if permission.value("principal") != GATEWAY
    }
    return [one for one in plan.of(FUNCTION) if one.value("function_name") in names]
