"""The metrics of AWS/Lambda, for every way in which a function is invoked.

Contract: Lambda developer guide, "Types of metrics for Lambda functions" and "Viewing metrics on the
CloudWatch console": invocation and concurrency metrics come by {FunctionName}, by {FunctionName,
Resource} with the resource as it was invoked (name:alias), for an alias also with ExecutedVersion, and
without dimensions for all functions together. A throttled request counts in Throttles only. MiniStack
has them for direct calls of Invoke, by name.

Duration leaves out the start of an execution environment where the result says how long it took.
"""

from __future__ import annotations

import functools
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
from local_aws.metrics.service_metrics import count, dimensions, publish_values
from local_aws.metrics.store import DimensionSets
from local_aws.settings import Settings

_NAMESPACE = "AWS/Lambda"
_ACCOUNT_SAMPLE_SECONDS = 0.2
_PEAK_SECONDS = 10

_running: Counter[tuple[str, str]] = Counter()
_running_lock = threading.Lock()
# Region and what runs → the ten seconds and the highest number of executions in them.
_peaks: dict[tuple[str, str], tuple[int, int]] = {}
_next_account_sample: dict[str, float] = {}


@dataclass(frozen=True)
class _Invoked:
    """What was invoked. `resource` is name:qualifier, or the name alone without a qualifier."""

    region: str
    name: str
    qualifier: str
    version: str

    @functools.cached_property
    def resource(self) -> str:
        return f"{self.name}:{self.qualifier}" if self.qualifier else self.name

    @functools.cached_property
    def own_sets(self) -> DimensionSets:
        """The sets of dimensions that tell this function, or this qualifier of it, from others."""
        by_name = dimensions(FunctionName=self.name)
        by_resource = dimensions(FunctionName=self.name, Resource=self.resource)
        if self.qualifier in {"", self.version}:
            return by_name, by_resource
        executed = dimensions(FunctionName=self.name, Resource=self.resource, ExecutedVersion=self.version)
        return by_name, by_resource, executed

    @functools.cached_property
    def all_sets(self) -> DimensionSets:
        """Also the set of all functions together, which is empty."""
        return *self.own_sets, ()

    @functools.cached_property
    def levels(self) -> list[tuple[DimensionSets, str]]:
        """At which concurrency is measured: the region, the function and the resource."""
        by_name, by_resource = self.own_sets[:2]
        return [(((),), ""), ((by_name,), self.name), ((by_resource,), self.resource)]


def _invoked(config: Mapping[str, Any]) -> _Invoked:
    """What an execution's configuration says was invoked."""
    arn, name = config.get("FunctionArn", ""), config.get("FunctionName", "unknown")
    return _read(arn, name, config.get("Version", "$LATEST"))


@functools.lru_cache(maxsize=1024)
def _read(arn: str, name: str, version: str) -> _Invoked:
    parts = arn.split(":")
    return _Invoked(parts[3] if len(parts) > 3 else "", name, parts[7] if len(parts) > 7 else "", version)


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
    values = (
        count("Invocations"),
        count("Errors", 1 if result.get("error") else 0),
        count("Throttles", 0),
        ("Duration", milliseconds, "Milliseconds"),
    )
    publish_values(invoked.region, _NAMESPACE, invoked.all_sets, values)
    return result


def _acquire(original: Callable[..., Any], func: Any, config: dict[str, Any]) -> Any:
    """Count the requests that get no unit of concurrency."""
    slot, limit = original(func, config)
    if slot is None:
        _publish_throttle(_invoked(config))
    return slot, limit


def _publish_throttle(invoked: _Invoked) -> None:
    publish_values(invoked.region, _NAMESPACE, invoked.all_sets, (count("Throttles"),))


@contextmanager
def _counted(invoked: _Invoked) -> Iterator[None]:
    """Count what runs: in the region, of the function, and of the resource."""
    keys = {(invoked.region, key) for key in ("", invoked.name, invoked.resource)}
    with _running_lock:
        for key in keys:
            _running[key] += 1
    try:
        yield
    finally:
        with _running_lock:
            for key in keys:
                _running[key] -= 1


def _publish_concurrency(invoked: _Invoked) -> None:
    region = invoked.region
    slot = int(time.time() // _PEAK_SECONDS)
    for level, key in invoked.levels:
        running = _running[region, key]
        # The metric is read by its maximum: only what is more than before is worth a value.
        if (slot, running) > _peaks.get((region, key), (0, 0)):
            _peaks[region, key] = (slot, running)
            publish_values(region, _NAMESPACE, level, (count("ConcurrentExecutions", running),))
    _publish_account_concurrency(region)
    function = lambda_svc._functions.get(invoked.name) or {}
    provisioned = (function.get("provisioned_concurrency") or {}).get(invoked.qualifier)
    if provisioned:
        allocated = provisioned["AllocatedProvisionedConcurrentExecutions"]
        _publish_provisioned(invoked, _running[region, invoked.resource], int(allocated))


def _publish_account_concurrency(region: str) -> None:
    """Publish what the region's concurrency is used or set aside for; a few times a second is enough."""
    now = time.monotonic()
    if now < _next_account_sample.get(region, 0.0):
        return
    _next_account_sample[region] = now + _ACCOUNT_SAMPLE_SECONDS
    unreserved = claimed = 0
    for name, function in lambda_svc._functions.items():
        reserved = function.get("concurrency")
        if reserved is not None:
            claimed += int(reserved)
            continue
        running = _running[region, name]
        provisioned = (function.get("provisioned_concurrency") or {}).values()
        set_aside = sum(int(each["AllocatedProvisionedConcurrentExecutions"]) for each in provisioned)
        unreserved += running
        claimed += max(running, set_aside)
    values = (
        count("UnreservedConcurrentExecutions", unreserved),
        count("ClaimedAccountConcurrency", claimed),
    )
    publish_values(region, _NAMESPACE, ((),), values)


def _publish_provisioned(invoked: _Invoked, running: int, allocated: int) -> None:
    spills = running > allocated
    in_use = min(running, allocated)
    values = (
        count(
            "ProvisionedConcurrencySpilloverInvocations" if spills else "ProvisionedConcurrencyInvocations"
        ),
        count("ProvisionedConcurrentExecutions", in_use),
        count("ProvisionedConcurrencyUtilization", in_use / allocated if allocated else 0.0),
    )
    publish_values(invoked.region, _NAMESPACE, invoked.own_sets, values)


def _invoke_asynchronously(original: Callable[..., None], func: dict[str, Any], event: Any) -> None:
    invoked = _invoked(func.get("config") or func)
    publish_values(invoked.region, _NAMESPACE, invoked.all_sets, (count("AsyncEventsReceived"),))
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
