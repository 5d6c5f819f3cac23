"""The metrics of AWS/Lambda, for every way in which a function is invoked.

Contract: Lambda developer guide, "Types of metrics for Lambda functions" and "Viewing metrics on the
CloudWatch console": invocation and concurrency metrics come by {FunctionName}, by {FunctionName,
Resource} with the resource as it was invoked (name:alias), for an alias also with ExecutedVersion, and
without dimensions for all functions together. A throttled request counts in Throttles only. MiniStack
has them for direct calls of Invoke, by name.

Duration leaves out the start of an execution environment where the result says how long it took.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ministack.services import lambda_svc

from local_aws.fills import Fill
from local_aws.fills.patching import wrap
from local_aws.metrics.service_metrics import Dimensions, dimensions, publish_values
from local_aws.settings import Settings

_NAMESPACE = "AWS/Lambda"
_ALL_FUNCTIONS: Dimensions = ()

_running: Counter[tuple[str, str]] = Counter()
_running_lock = threading.Lock()


@dataclass(frozen=True)
class _Invoked:
    """What was invoked. `resource` is name:qualifier, or the name alone without a qualifier."""

    region: str
    name: str
    qualifier: str
    version: str

    @property
    def resource(self) -> str:
        return f"{self.name}:{self.qualifier}" if self.qualifier else self.name

    @property
    def own_sets(self) -> tuple[Dimensions, ...]:
        """The sets of dimensions that tell this function, or this qualifier of it, from others."""
        by_name = dimensions(FunctionName=self.name)
        by_resource = dimensions(FunctionName=self.name, Resource=self.resource)
        if self.qualifier in {"", self.version}:
            return by_name, by_resource
        executed = dimensions(FunctionName=self.name, Resource=self.resource, ExecutedVersion=self.version)
        return by_name, by_resource, executed


def _invoked(config: Mapping[str, Any]) -> _Invoked:
    """What an execution's configuration says was invoked."""
    parts = config.get("FunctionArn", "").split(":")
    name = config.get("FunctionName", "unknown")
    qualifier = parts[7] if len(parts) > 7 else ""
    region = parts[3] if len(parts) > 3 else ""
    return _Invoked(region, name, qualifier, config.get("Version", "$LATEST"))


def _execute(original: Callable[..., Any], func: dict[str, Any], config: dict[str, Any], *args: Any) -> Any:
    """Measure one execution, which has its unit of concurrency."""
    invoked = _invoked(config)
    with _counted(invoked):
        _publish_concurrency(invoked)
        began = time.perf_counter()
        result = original(func, config, *args)
        milliseconds = (time.perf_counter() - began) * 1000 - (result.get("init_milliseconds") or 0.0)
    if result.get("throttle"):
        _publish_throttle(invoked)
        return result
    publish_values(
        invoked.region,
        _NAMESPACE,
        (*invoked.own_sets, _ALL_FUNCTIONS),
        {
            "Invocations": (1, "Count"),
            "Errors": (1 if result.get("error") else 0, "Count"),
            "Throttles": (0, "Count"),
            "Duration": (milliseconds, "Milliseconds"),
        },
    )
    return result


def _acquire(original: Callable[..., Any], func: Any, config: dict[str, Any]) -> Any:
    """Count the requests that get no unit of concurrency."""
    slot, limit = original(func, config)
    if slot is None:
        _publish_throttle(_invoked(config))
    return slot, limit


def _publish_throttle(invoked: _Invoked) -> None:
    sets = (*invoked.own_sets, _ALL_FUNCTIONS)
    publish_values(invoked.region, _NAMESPACE, sets, {"Throttles": (1, "Count")})


@contextmanager
def _counted(invoked: _Invoked) -> Iterator[None]:
    """Count what runs: in the region, of the function, and of the resource."""
    keys = {(invoked.region, key) for key in ("", invoked.name, invoked.resource)}
    with _running_lock:
        _running.update(keys)
    try:
        yield
    finally:
        with _running_lock:
            _running.subtract(keys)


def _publish_concurrency(invoked: _Invoked) -> None:
    region = invoked.region
    running = _running[region, invoked.resource]
    levels = {
        _ALL_FUNCTIONS: _running[region, ""],
        dimensions(FunctionName=invoked.name): _running[region, invoked.name],
        dimensions(FunctionName=invoked.name, Resource=invoked.resource): running,
    }
    for level, count in levels.items():
        publish_values(region, _NAMESPACE, (level,), {"ConcurrentExecutions": (count, "Count")})
    publish_values(region, _NAMESPACE, (_ALL_FUNCTIONS,), _account_concurrency(region))
    function = lambda_svc._functions.get(invoked.name) or {}
    provisioned = (function.get("provisioned_concurrency") or {}).get(invoked.qualifier)
    if provisioned:
        allocated = provisioned["AllocatedProvisionedConcurrentExecutions"]
        _publish_provisioned(invoked, running, int(allocated))


def _account_concurrency(region: str) -> dict[str, tuple[float, str]]:
    """What the region's concurrency is used or set aside for."""
    unreserved = claimed = 0
    for name, function in lambda_svc._functions.items():
        reserved = function.get("concurrency")
        if reserved is not None:
            claimed += int(reserved)
            continue
        running = _running[region, name]
        provisioned = (function.get("provisioned_concurrency") or {}).values()
        unreserved += running
        set_aside = sum(int(each["AllocatedProvisionedConcurrentExecutions"]) for each in provisioned)
        claimed += max(running, set_aside)
    return {
        "UnreservedConcurrentExecutions": (unreserved, "Count"),
        "ClaimedAccountConcurrency": (claimed, "Count"),
    }


def _publish_provisioned(invoked: _Invoked, running: int, allocated: int) -> None:
    spills = running > allocated
    in_use = min(running, allocated)
    counter = "ProvisionedConcurrencySpilloverInvocations" if spills else "ProvisionedConcurrencyInvocations"
    publish_values(
        invoked.region,
        _NAMESPACE,
        invoked.own_sets,
        {
            counter: (1, "Count"),
            "ProvisionedConcurrentExecutions": (in_use, "Count"),
            "ProvisionedConcurrencyUtilization": (in_use / allocated if allocated else 0.0, "Count"),
        },
    )


def _invoke_asynchronously(original: Callable[..., None], func: dict[str, Any], event: Any) -> None:
    invoked = _invoked(func.get("config") or func)
    received = {"AsyncEventsReceived": (1, "Count")}
    publish_values(invoked.region, _NAMESPACE, (*invoked.own_sets, _ALL_FUNCTIONS), received)
    original(func, event)


def _install(_settings: Settings) -> None:
    wrap(lambda_svc, "_execute_function_dispatch", _execute)
    wrap(lambda_svc, "_acquire_execution_slot", _acquire)
    wrap(lambda_svc, "invoke_async_with_retry", _invoke_asynchronously)
    lambda_svc._emit_lambda_metrics = lambda *_args, **_kwargs: None


FILL = Fill(
    name="metrics_lambda",
    requires=tuple(
        f"ministack.services.lambda_svc.{name}"
        for name in (
            "_acquire_execution_slot",
            "_emit_lambda_metrics",
            "_execute_function_dispatch",
            "_functions",
            "invoke_async_with_retry",
        )
    ),
    install=_install,
)
