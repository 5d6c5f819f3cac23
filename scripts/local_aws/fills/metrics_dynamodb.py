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

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ministack.core.responses import get_region
from ministack.services import dynamodb

from local_aws.context import Context
from local_aws.fills import Fill, Tick
from local_aws.fills.metrics_dynamodb_units import OPERATIONS, collected, install_collection
from local_aws.fills.patching import Answer, wrap
from local_aws.metrics.service_metrics import dimensions, publish_values
from local_aws.settings import Settings

_NAMESPACE = "AWS/DynamoDB"
_PROVISIONED_SECONDS = 10.0
_THROTTLES = frozenset(
    {"ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"}
)
_FAILED_CONDITION = "ConditionalCheckFailedException"
_CONFLICT = "TransactionConflictException"
_CANCELLED = "TransactionCanceledException"


def count_throttle(region: str, operation: str, tables: Iterable[str], index: str | None = None) -> None:
    """Count a throttled request to the tables; `index` is the one whose capacity was exceeded, if any.

    For whatever refuses a request before DynamoDB sees it.
    """
    event = f"{OPERATIONS[operation].kind}ThrottleEvents"
    for table in tables:
        by_operation = dimensions(TableName=table, Operation=operation)
        publish_values(region, _NAMESPACE, (by_operation,), {"ThrottledRequests": (1, "Count")})
        by_resource = dimensions(TableName=table)
        if index:
            by_resource = dimensions(TableName=table, GlobalSecondaryIndexName=index)
        publish_values(region, _NAMESPACE, (by_resource,), {event: (1, "Count")})


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
            latency = {"SuccessfulRequestLatency": (milliseconds, "Milliseconds")}
            sets = [dimensions(TableName=table, Operation=operation) for table in tables]
            publish_values(region, _NAMESPACE, sets, latency)
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
    by_table = [dimensions(TableName=table) for table in tables]
    if code in _THROTTLES:
        count_throttle(region, operation, tables)
    elif status >= 500:
        sets = [dimensions(TableName=table, Operation=operation) for table in tables]
        publish_values(region, _NAMESPACE, sets, {"SystemErrors": (1, "Count")})
    elif code in {_FAILED_CONDITION, _CANCELLED}:
        publish_values(region, _NAMESPACE, by_table, {"ConditionalCheckFailedRequests": (1, "Count")})
    elif code == _CONFLICT:
        publish_values(region, _NAMESPACE, by_table, {"TransactionConflict": (1, "Count")})
    else:
        publish_values(region, _NAMESPACE, ((),), {"UserErrors": (1, "Count")})


def _publish_consumed(region: str, operation: str, table: str, index: str, units: float) -> None:
    name = f"Consumed{OPERATIONS[operation].kind}CapacityUnits"
    by_resource = dimensions(TableName=table)
    if index:
        by_resource = dimensions(TableName=table, GlobalSecondaryIndexName=index)
    publish_values(region, _NAMESPACE, (by_resource,), {name: (units, "Count")})


async def _publish_provisioned(context: Context) -> None:
    """Publish the provisioned capacity of each table and index that has some."""
    for region in context.settings.regions:
        for name, table in dynamodb._tables.items_scoped(context.settings.account_id, region):
            _publish_capacity(region, table, TableName=name)
            for index in table.get("GlobalSecondaryIndexes") or ():
                named = {"TableName": name, "GlobalSecondaryIndexName": index["IndexName"]}
                _publish_capacity(region, index, **named)


def _publish_capacity(region: str, holder: Mapping[str, Any], **names: str) -> None:
    provisioned = holder.get("ProvisionedThroughput") or {}
    values = {
        f"Provisioned{kind}CapacityUnits": (float(provisioned[f"{kind}CapacityUnits"]), "Count")
        for kind in ("Read", "Write")
        if provisioned.get(f"{kind}CapacityUnits")
    }
    if values:
        publish_values(region, _NAMESPACE, (dimensions(**names),), values)


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
