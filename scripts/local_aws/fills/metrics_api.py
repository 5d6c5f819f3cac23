"""The metric operations of CloudWatch, over a store that knows resolutions, units and percentiles.

Contract: CloudWatch API Reference. MiniStack keeps single values, counts a query without dimensions as
one for all of them, has no metric math and evaluates alarms on each PutMetricData; all of its own
metrics come here as well.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import get_region
from ministack.services import cloudwatch

from local_aws.context import Context
from local_aws.fills import Fill, Tick
from local_aws.fills.metrics_protocol import CloudWatchCall, operation_of, read_call
from local_aws.fills.patching import Answer
from local_aws.fills.service_models import service_model, validation_message
from local_aws.metrics import STORE, operations, publish
from local_aws.metrics.requests import OperationError
from local_aws.settings import Settings

_ROLL_UP_SECONDS = 60.0

_OPERATIONS: Mapping[str, Callable[[str, Mapping[str, Any]], dict[str, Any]]] = {
    "PutMetricData": lambda region, request: operations.put_metric_data(STORE, region, request, time.time()),
    "GetMetricData": lambda region, request: operations.get_metric_data(STORE, region, request),
    "GetMetricStatistics": lambda region, request: operations.get_metric_statistics(STORE, region, request),
    "ListMetrics": lambda region, request: operations.list_metrics(STORE, region, request, time.time()),
}


def _install(_settings: Settings) -> None:
    cloudwatch.handle_request = _answering_metric_calls(cloudwatch.handle_request)
    cloudwatch.record_metric = _record


def _answering_metric_calls(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
    ) -> Answer:
        operation = operation_of(headers, body)
        if operation not in _OPERATIONS:
            answer: Answer = await original(method, path, headers, body, query_params)
            return answer
        return _answer(read_call(operation, headers, body))

    return handle


def _answer(call: CloudWatchCall) -> Answer:
    shape = service_model("cloudwatch").operation_model(call.operation).input_shape
    if message := validation_message(shape, call.request):
        return call.failure("ValidationError", message)
    try:
        return call.success(_OPERATIONS[call.operation](get_region(), call.request))
    except OperationError as error:
        return call.failure(error.code, str(error))


def _record(
    namespace: str, metric_name: str, value: float, unit: str = "None", dimensions: Any = None
) -> None:
    """What MiniStack's own services call to publish a metric."""
    publish(get_region(), namespace, metric_name, value, unit, dimensions)


async def _roll_up(_context: Context) -> None:
    STORE.roll_up(time.time())


FILL = Fill(
    name="metrics_api",
    requires=(
        "ministack.services.cloudwatch.handle_request",
        "ministack.services.cloudwatch.record_metric",
        "ministack.services.cloudwatch._error",
        "ministack.core.responses.get_region",
    ),
    install=_install,
    ticks=(Tick(_ROLL_UP_SECONDS, _roll_up),),
)
