"""The counts of executions in AWS/States.

Contract: Step Functions developer guide, "Monitoring Step Functions metrics using Amazon CloudWatch":
ExecutionsStarted, …Succeeded, …Failed, …Aborted and …TimedOut, and ExecutionTime in milliseconds of those
that have ended, by {StateMachineArn}. Children of a Distributed Map count for no state machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ministack.services import stepfunctions

from local_aws.fills import Fill
from local_aws.fills.patching import wrap
from local_aws.metrics.service_metrics import count, dimensions, publish_values
from local_aws.settings import Settings

_NAMESPACE = "AWS/States"
_COUNTED = {
    "RUNNING": "ExecutionsStarted",
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "ABORTED": "ExecutionsAborted",
    "TIMED_OUT": "ExecutionsTimedOut",
}


def _status_changed(original: Callable[..., None], execution: Mapping[str, Any]) -> None:
    machine = str(execution["stateMachineArn"])
    values = [count(_COUNTED[execution["status"]])]
    if execution.get("stopDate"):
        began, ended = (datetime.fromisoformat(execution[name]) for name in ("startDate", "stopDate"))
        values.append(("ExecutionTime", (ended - began).total_seconds() * 1000, "Milliseconds"))
    publish_values(machine.split(":")[3], _NAMESPACE, (dimensions(StateMachineArn=machine),), values)
    original(execution)


def _install(_settings: Settings) -> None:
    wrap(stepfunctions, "_emit_execution_status_event", _status_changed)


FILL = Fill(
    name="metrics_states",
    requires=("ministack.services.stepfunctions._emit_execution_status_event",),
    install=_install,
)
