"""StopExecution ends a map's children too, and what has ended stays as it ended.

Contract: Step Functions developer guide, "Map state processing modes": stopping the parent execution
aborts its map runs and their children; API reference, DescribeMapRun: `itemCounts` and `executionCounts`
by status. What a function is doing at that moment goes on to its end, for Step Functions cannot end it.
In MiniStack the children would run on, start those that were pending, and turn the stopped execution into
a failed one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ministack.services import stepfunctions

from local_aws.fills import Fill
from local_aws.fills.patching import Answer, wrap
from local_aws.settings import Settings

_ENDED = {"SUCCEEDED": "succeeded", "FAILED": "failed", "TIMED_OUT": "timedOut", "ABORTED": "aborted"}
_STOPPED = "_stoppedAt"


def _stop(original: Callable[..., Answer], data: Mapping[str, Any]) -> Answer:
    answer = original(data)
    if answer[0] < 300:
        for run in _runs_of(str(data["executionArn"])):
            if run["status"] == "RUNNING":
                run[_STOPPED] = stepfunctions._executions[data["executionArn"]]["stopDate"]
                _settle(run)
    return answer


def _runs_of(execution: str) -> Iterator[dict[str, Any]]:
    return (run for run in list(stepfunctions._map_runs.values()) if run["executionArn"] == execution)


def _settle(run: dict[str, Any]) -> None:
    """Make a stopped map run, its children and its counts what they were when it was stopped."""
    stopped_at, ended = run[_STOPPED], Counter[str]()
    for arn, child in list(stepfunctions._executions.items()):
        if child.get("mapRunArn") != run["mapRunArn"]:
            continue
        if child["startDate"] > stopped_at:
            del stepfunctions._executions[arn]  # It would never have been started.
            continue
        if child["stopDate"] is None or child["stopDate"] > stopped_at:
            child.update(status="ABORTED", stopDate=stopped_at, output=None)
            child.pop("error", None)
            child.pop("cause", None)
        ended[_ENDED[child["status"]]] += 1
    for counts in (run["itemCounts"], run["executionCounts"]):
        counts.update(dict.fromkeys(("pending", "running", *_ENDED.values()), 0), **ended)
        counts["aborted"] = counts["total"] - sum(ended.values()) + ended["aborted"]
    run.update(status="ABORTED", stopDate=stopped_at)


def _execute_task(original: Callable[..., Any], *task: Any) -> Any:
    _definition, _input, _execution, context = task
    root = stepfunctions._executions.get(context["Execution"]["Id"]) or {}
    if root.get("status", "RUNNING") != "RUNNING":
        raise stepfunctions._ExecutionError("States.Aborted", "the execution was stopped")
    return original(*task)


def _run_distributed(original: Callable[..., Any], *state: Any) -> Any:
    execution = state[4]
    try:
        return original(*state)
    finally:
        for run in _runs_of(execution["executionArn"]):
            if _STOPPED in run:
                _settle(run)


def _fail(original: Callable[..., None], execution: Mapping[str, Any], error: str, cause: str) -> None:
    if execution["status"] == "RUNNING":
        original(execution, error, cause)


def _install(_settings: Settings) -> None:
    wrap(stepfunctions, "_stop_execution", _stop)
    wrap(stepfunctions, "_execute_task", _execute_task)
    wrap(stepfunctions, "_run_distributed_map", _run_distributed)
    wrap(stepfunctions, "_fail_execution", _fail)


FILL = Fill(
    name="stepfunctions_stop",
    requires=tuple(
        f"ministack.services.stepfunctions.{name}"
        for name in (
            "_ExecutionError",
            "_execute_task",
            "_executions",
            "_fail_execution",
            "_map_runs",
            "_run_distributed_map",
            "_stop_execution",
        )
    ),
    install=_install,
)
