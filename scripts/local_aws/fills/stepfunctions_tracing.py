"""A state machine keeps whether its executions are traced.

Contract: Step Functions API reference, CreateStateMachine, UpdateStateMachine and DescribeStateMachine:
`tracingConfiguration`. MiniStack forgets it, so that Terraform would switch it on at each apply. Traces
themselves are not made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import stepfunctions

from local_aws.fills import Fill
from local_aws.fills.patching import Answer, changed, wrap
from local_aws.settings import Settings

_TRACING = "tracingConfiguration"


def _keep(machine: str, data: Mapping[str, Any]) -> None:
    if _TRACING in data:
        stepfunctions._state_machines[machine][_TRACING] = dict(data[_TRACING])


def _create(original: Callable[..., Answer], data: Mapping[str, Any]) -> Answer:
    return changed(original(data), lambda answer: _keep(answer["stateMachineArn"], data))


def _update(original: Callable[..., Answer], data: Mapping[str, Any]) -> Answer:
    return changed(original(data), lambda _answer: _keep(data["stateMachineArn"], data))


def _install(_settings: Settings) -> None:
    wrap(stepfunctions, "_create_state_machine", _create)
    wrap(stepfunctions, "_update_state_machine", _update)


FILL = Fill(
    name="stepfunctions_tracing",
    requires=tuple(
        f"ministack.services.stepfunctions.{name}"
        for name in ("_create_state_machine", "_state_machines", "_update_state_machine")
    ),
    install=_install,
)
