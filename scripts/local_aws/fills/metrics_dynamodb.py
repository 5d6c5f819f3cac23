"""The metrics of AWS/DynamoDB that requests make.

Contract: DynamoDB developer guide, "DynamoDB metrics and dimensions". Consumed capacity comes by
{TableName} and, for an index, by {TableName, GlobalSecondaryIndexName}, latency, throttled requests and
system errors by {TableName, Operation}, throttle events as consumed capacity does, failed conditions by
{TableName}, and the errors that callers made for the whole region. Errors are counted only when there is
one; there is no 0 for a request that went well.

Provisioned capacity is published all the time, replication latency by the fill that replicates. PartiQL
is not measured.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ministack.core.responses import get_region
from ministack.services import dynamodb

from local_aws.context import Context
from local_aws.fills import Fill, Tick
from local_aws.fills.metrics_dynamodb_units import OPERATIONS, collected, install_collection
from local_aws.fills.patching import Answer, wrap
from local_aws.metrics.service_metrics import count, dimensions, publish_values
from local_aws.metrics.store import DimensionSets
from local_aws.settings import Settings

_NAMESPACE = "AWS/DynamoDB"
_PROVISIONED_SECONDS = 10.0
_THROTTLES = frozenset(
    {"ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"}
)
_ERRORS_OF_TABLES = {
    "ConditionalCheckFailedException": "ConditionalCheckFailedRequests",
    "TransactionCanceledException": "ConditionalCheckFailedRequests",
    "TransactionConflictException": "TransactionConflict",
}


def count_throttle(region: str, operation: str, tables: Iterable[str], index: str | None = None) -> None:
    """Count a throttled request to the tables; `index` is the one whose capacity was exceeded, if any.

    For whatever refuses a request before DynamoDB sees it.
    """
    event = f"{OPERATIONS[operation].kind}ThrottleEvents"
    for table in tables:
        publish_values(region, _NAMESPACE, _by_operation(table, operation), (count("ThrottledRequests"),))
        publish_values(region, _NAMESPACE, _by_resource(table, index or ""), (count(event),))


def count_throttled_request(region: str, operation: str, data: Mapping[str, Any]) -> None:
    """Count a throttled request by its operation and body; operations without capacity do not count."""
    if operation in OPERATIONS:
        count_throttle(region, operation, _tables(data))


@functools.lru_cache(maxsize=1024)
def _by_operation(table: str, operation: str) -> DimensionSets:
    return (dimensions(TableName=table, Operation=operation),)


@functools.lru_cache(maxsize=1024)
def _by_resource(table: str, index: str) -> DimensionSets:
    """A table, or an index of it."""
    if not index:
        return (dimensions(TableName=table),)
    return (dimensions(TableName=table, GlobalSecondaryIndexName=index),)


def _measured(operation: str) -> Callable[[Callable[..., Answer], dict[str, Any]], Answer]:
    """Around an operation's handler: its latency, what it consumed, and how it ended."""

    def around(original: Callable[..., Answer], data: dict[str, Any]) -> Answer:
        began = time.perf_counter()
        with collected() as consumed:
            answer = original(data)
        milliseconds = (time.perf_counter() - began) * 1000
        region, tables = get_region(), _tables(data)
        status, headers, _body = answer
        if status < 400:
            latency = (("SuccessfulRequestLatency", milliseconds, "Milliseconds"),)
            for table in tables:
                publish_values(region, _NAMESPACE, _by_operation(table, operation), latency)
        else:
            _count_error(region, operation, tables, status, headers.get("x-amzn-errortype", ""))
        for (table, index), units in consumed.items():
            _publish_consumed(region, operation, table, index, units)
        return answer

    return around


def _tables(data: Mapping[str, Any]) -> set[str]:
    """The tables that a request names, by name even when it has their ARN."""
    named: list[str] = [data["TableName"]] if isinstance(data.get("TableName"), str) else []
    if isinstance(data.get("RequestItems"), dict):
        named += data["RequestItems"]
    for item in data.get("TransactItems") or ():
        named += [action["TableName"] for action in item.values() if action.get("TableName")]
    return {dynamodb._normalize_table_name(name) for name in named}


def _count_error(region: str, operation: str, tables: set[str], status: int, code: str) -> None:
    if code in _THROTTLES:
        count_throttle(region, operation, tables)
        return
    of_table = _ERRORS_OF_TABLES.get(code)
    if not of_table and status < 500:
        publish_values(region, _NAMESPACE, ((),), (count("UserErrors"),))
        return
    for table in tables:
        if of_table:
            publish_values(region, _NAMESPACE, _by_resource(table, ""), (count(of_table),))
        else:
            publish_values(region, _NAMESPACE, _by_operation(table, operation), (count("SystemErrors"),))


def _publish_consumed(region: str, operation: str, table: str, index: str, units: float) -> None:
    name = f"Consumed{OPERATIONS[operation].kind}CapacityUnits"
    publish_values(region, _NAMESPACE, _by_resource(table, index), (count(name, units),))


async def _publish_provisioned(context: Context) -> None:
    """Publish the provisioned capacity of each table and index that has some."""
    for region in context.settings.regions:
        for name, table in dynamodb._tables.items_scoped(context.settings.account_id, region):
            _publish_capacity(region, table, _by_resource(name, ""))
            for index in table.get("GlobalSecondaryIndexes") or ():
                _publish_capacity(region, index, _by_resource(name, index["IndexName"]))


def _publish_capacity(region: str, holder: Mapping[str, Any], sets: DimensionSets) -> None:
    provisioned = holder.get("ProvisionedThroughput") or {}
    units = {kind: provisioned.get(f"{kind}CapacityUnits") for kind in ("Read", "Write")}
    values = [
        count(f"Provisioned{kind}CapacityUnits", float(number)) for kind, number in units.items() if number
    ]
    if values:
        publish_values(region, _NAMESPACE, sets, values)


def _install(_settings: Settings) -> None:
    install_collection()
    for operation, details in OPERATIONS.items():
        wrap(dynamodb, details.handler, _measured(operation))


FILL = Fill(
    name="metrics_dynamodb",
    requires=(
        "ministack.services.dynamodb._accumulate_write_capacity",
        "ministack.services.dynamodb._add_consumed_capacity",
        "ministack.services.dynamodb._item_size_bytes",
        "ministack.services.dynamodb._normalize_table_name",
        "ministack.services.dynamodb._tables",
        *(f"ministack.services.dynamodb.{details.handler}" for details in OPERATIONS.values()),
    ),
    install=_install,
    ticks=(Tick(_PROVISIONED_SECONDS, _publish_provisioned),),
)
