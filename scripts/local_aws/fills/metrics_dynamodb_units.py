"""The capacity units that each DynamoDB request consumes, whether its caller asks for them or not.

Contract: DynamoDB developer guide, "Read and write operation capacity unit consumption": a read unit is
4 KB read strongly consistent, half of it eventually, twice in a transaction; a write unit is 1 KB. What
MiniStack computes for ReturnConsumedCapacity is taken for writes; its reads have a fixed price, so they
are computed here from the sizes of the items returned, scaled up by what a filter left out.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from ministack.services import dynamodb

from local_aws.fills.patching import Answer, wrap

_READ_UNIT_BYTES = 4096

Consumed = defaultdict[tuple[str, str], float]
"""Table and index (empty for the table itself) → capacity units."""


@dataclass(frozen=True)
class Operation:
    """An operation of the data plane: MiniStack's handler of it, and whether it reads or writes."""

    handler: str
    kind: str


OPERATIONS: Mapping[str, Operation] = {
    "BatchGetItem": Operation("_batch_get_item", "Read"),
    "BatchWriteItem": Operation("_batch_write_item", "Write"),
    "DeleteItem": Operation("_delete_item", "Write"),
    "GetItem": Operation("_get_item", "Read"),
    "PutItem": Operation("_put_item", "Write"),
    "Query": Operation("_query", "Read"),
    "Scan": Operation("_scan", "Read"),
    "TransactGetItems": Operation("_transact_get_items", "Read"),
    "TransactWriteItems": Operation("_transact_write_items", "Write"),
    "UpdateItem": Operation("_update_item", "Write"),
}

_consumed: ContextVar[Consumed | None] = ContextVar("consumed", default=None)


@contextmanager
def collected() -> Iterator[Consumed]:
    """Collect what the requests of the block consume; a block around this one gets it as well."""
    consumed: Consumed = defaultdict(float)
    around = _consumed.get()
    token = _consumed.set(consumed)
    try:
        yield consumed
    finally:
        _consumed.reset(token)
        if around is not None:
            for key, units in consumed.items():
                around[key] += units


def install_collection() -> None:
    """Hook into where MiniStack computes capacity."""
    wrap(dynamodb, "_add_consumed_capacity", _of_single)
    wrap(dynamodb, "_accumulate_write_capacity", _of_batch_write)
    wrap(dynamodb, "_batch_get_item", _of_batch_get)
    for handler in ("_transact_write_items", "_transact_get_items"):
        wrap(dynamodb, handler, _of_transaction)


def _of_single(
    original: Callable[..., None],
    result: dict[str, Any],
    data: Mapping[str, Any],
    table_name: str,
    *args: Any,
    **kwargs: Any,
) -> None:
    consumed = _consumed.get()
    if consumed is not None:
        scratch: dict[str, Any] = {}
        original(scratch, {**data, "ReturnConsumedCapacity": "INDEXES"}, table_name, *args, **kwargs)
        capacity = scratch["ConsumedCapacity"]
        factor = 1.0 if args or kwargs.get("write") else _read_size_factor(result)
        _add(consumed, table_name, capacity, factor)
    original(result, data, table_name, *args, **kwargs)


def _read_size_factor(result: Mapping[str, Any]) -> int:
    """How many blocks of 4 KB the read took."""
    if "Items" not in result:
        return _blocks([result["Item"]] if "Item" in result else [])
    returned, evaluated = result["Count"], result["ScannedCount"]
    return _blocks(result["Items"], evaluated / returned if returned else 1.0)


def _blocks(items: Iterable[Mapping[str, Any]], scale: float = 1.0) -> int:
    size: float = sum(dynamodb._item_size_bytes(item) for item in items) * scale
    return max(1, math.ceil(size / _READ_UNIT_BYTES))


def _add(consumed: Consumed, table: str, capacity: Mapping[str, Any], factor: float) -> None:
    """Add the units of a ConsumedCapacity structure with the indexes apart."""
    indexes = capacity.get("GlobalSecondaryIndexes") or {}
    own = capacity["CapacityUnits"] - sum(each["CapacityUnits"] for each in indexes.values())
    if own:
        consumed[table, ""] += own * factor
    for index, each in indexes.items():
        consumed[table, index] += each["CapacityUnits"] * factor


def _of_batch_write(
    original: Callable[..., None], capacity: dict[str, Any], table: Mapping[str, Any], *items: Any
) -> None:
    consumed = _consumed.get()
    own, indexes = capacity["table"], dict(capacity["gsi"])
    original(capacity, table, *items)
    if consumed is not None:
        name = table["TableName"]
        consumed[name, ""] += capacity["table"] - own
        for index, units in capacity["gsi"].items():
            consumed[name, index] += units - indexes.get(index, 0.0)


def _of_batch_get(original: Callable[..., Answer], data: Mapping[str, Any]) -> Answer:
    answer = original(data)
    consumed = _consumed.get()
    if consumed is not None and answer[0] == 200:
        for name, items in json.loads(answer[2])["Responses"].items():
            request = data["RequestItems"][name]
            price = 1.0 if request.get("ConsistentRead") else 0.5
            # Each item is rounded up on its own, and a key without an item costs a block too.
            blocks = sum(_blocks([item]) for item in items) + len(request["Keys"]) - len(items)
            consumed[dynamodb._normalize_table_name(name), ""] += blocks * price
    return answer


def _of_transaction(original: Callable[..., Answer], data: Mapping[str, Any]) -> Answer:
    consumed = _consumed.get()
    if consumed is None:
        return original(data)
    status, headers, body = original({**data, "ReturnConsumedCapacity": "INDEXES"})
    if status != 200:
        return status, headers, body
    document = json.loads(body)
    for capacity in document.get("ConsumedCapacity", ()):
        _add(consumed, dynamodb._normalize_table_name(capacity["TableName"]), capacity, 1.0)
    if data.get("ReturnConsumedCapacity", "NONE") == "NONE":
        document.pop("ConsumedCapacity", None)
    return status, headers, json.dumps(document).encode()
