"""What a state machine's role must allow, when IAM is enforced: calling functions, starting children.

Contract: Step Functions developer guide, "IAM policies for calling AWS Lambda" (lambda:InvokeFunction on
what the task names, with its qualifier) and "IAM policies for using Distributed Map states"
(states:StartExecution on the state machine itself). A function that the role may not call fails the task
as `Lambda.AWSLambdaException`, which is Lambda's answer; children that may not be started fail the map as
`States.Permissions`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ministack.services import stepfunctions

from local_aws.fills import Fill
from local_aws.fills.patching import wrap
from local_aws.fills.permissions import REQUIRES, role_may
from local_aws.settings import Settings

_role: ContextVar[str] = ContextVar("state_machine_role", default="")


@contextmanager
def _acting_as(role: str) -> Iterator[None]:
    token = _role.set(role)
    try:
        yield
    finally:
        _role.reset(token)


def role_of(execution: Mapping[str, Any]) -> str:
    """The role of the state machine of an execution, or of a map's child; empty when that is gone."""
    arn = str(execution["stateMachineArn"]).partition("/")[0]  # A child's ends with /<the map's label>.
    return str((stepfunctions._state_machines.get(arn) or {}).get("roleArn", ""))


def _execute_task(original: Callable[..., Any], *task: Any) -> Any:
    _definition, _input, execution, _context = task
    with _acting_as(role_of(execution)):
        return original(*task)


def _invoke(original: Callable[[str, Any], Any], resource: str, given: Any) -> Any:
    role = _role.get()
    function = _function_arn(resource, given)
    if role and function and not role_may(role, "lambda:InvokeFunction", function):
        raise stepfunctions._ExecutionError(
            "Lambda.AWSLambdaException",
            f"User: {role} is not authorized to perform: lambda:InvokeFunction on resource: {function} "
            "because no identity-based policy allows the lambda:InvokeFunction action",
        )
    return original(resource, given)


def _function_arn(resource: str, given: Any) -> str:
    """The ARN of the function that a task calls; empty when it calls none, or names it in another way."""
    named = given.get("FunctionName", "") if resource.endswith(":::lambda:invoke") else resource
    return str(named) if ":lambda:" in str(named) and ":function:" in str(named) else ""


def _run_distributed(original: Callable[..., Any], *state: Any) -> Any:
    execution = state[4]
    machine, role = str(execution["stateMachineArn"]), role_of(execution)
    if role and not role_may(role, "states:StartExecution", machine):
        raise stepfunctions._ExecutionError(
            "States.Permissions", f"{role} is not authorized to perform: states:StartExecution on {machine}"
        )
    return original(*state)


def _install(_settings: Settings) -> None:
    wrap(stepfunctions, "_execute_task", _execute_task)
    wrap(stepfunctions, "_invoke_resource", _invoke)
    wrap(stepfunctions, "_run_distributed_map", _run_distributed)


FILL = Fill(
    name="stepfunctions_permissions",
    requires=(
        *REQUIRES,
        *(
            f"ministack.services.stepfunctions.{name}"
            for name in (
                "_ExecutionError",
                "_execute_task",
                "_invoke_resource",
                "_run_distributed_map",
                "_state_machines",
            )
        ),
    ),
    install=_install,
)
