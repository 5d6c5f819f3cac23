"""Provisioned throughput is enforced: a table or index that has none left refuses requests.

Contract: DynamoDB developer guide, "Throttling" and "Error handling": 400 with
ProvisionedThroughputExceededException; in a transaction TransactionCanceledException with the reason
ProvisionedThroughputExceeded for each action on that table. A write is refused as well when an index of
its table has no write units left. Tables on demand refuse nothing. `local_aws.throughput.ledger` says how
burst capacity counts.

Deviations: a request is refused before anything is done, on what the ones before it took, as its own cost
is not known; a batch is refused whole; replicated writes cost the receiving region nothing.

The control API answers GET /_local/throughput with the pace and the units that each table and index gave so
far, and PUT /_local/throughput with {"pace": 1 to 60}: how many times as fast the minutes of burst and
autoscaling pass (`local_aws.throughput.pace`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from ministack.core.responses import get_region
from ministack.services import dynamodb

from local_aws.asgi import Receive, Scope, Send, read_body, send_json
from local_aws.fills import Fill
from local_aws.fills.metrics_dynamodb import count_throttle
from local_aws.fills.metrics_dynamodb_units import OPERATIONS, collected
from local_aws.fills.patching import Answer, wrap
from local_aws.settings import Settings
from local_aws.throughput.ledger import Ledger
from local_aws.throughput.pace import Pace, PaceError

PACE = Pace()
LEDGER = Ledger(PACE)
"""Of this process, like MiniStack's own tables."""

_TABLE_MESSAGE = (
    "The level of configured provisioned throughput for the table was exceeded. "
    "Consider increasing your provisioning level with the UpdateTable API."
)
_INDEX_MESSAGE = (
    "The level of configured provisioned throughput for one or more global secondary indexes of the table "
    "was exceeded. Consider increasing your provisioning level for the under-provisioned global secondary "
    "indexes with the UpdateTable API"
)


@dataclass(frozen=True)
class _Refused:
    """The table, and the index if it is one, that has nothing left."""

    table: str
    index: str


def capacity(table: Mapping[str, Any], index: str, kind: str) -> float:
    """The units a second that a table, or an index of it, is provisioned with; 0 on demand."""
    holder: Mapping[str, Any] = table
    if index:
        found = (one for one in table.get("GlobalSecondaryIndexes") or () if one["IndexName"] == index)
        holder = next(found, {})
    return float((holder.get("ProvisionedThroughput") or {}).get(f"{kind}CapacityUnits") or 0)


def _enforced(operation: str) -> Callable[[Callable[..., Answer], dict[str, Any]], Answer]:
    kind = OPERATIONS[operation].kind

    def around(original: Callable[..., Answer], data: dict[str, Any]) -> Answer:
        region = get_region()
        refused = next(_exhausted(region, kind, data), None)
        if refused is not None:
            count_throttle(region, operation, [refused.table], refused.index or None)
            return _refusal(operation, data, refused)
        with collected() as consumed:
            answer = original(data)
        for (name, index), units in consumed.items():
            table = dynamodb._tables.get(name)
            if table is not None and (provisioned := capacity(table, index, kind)):
                LEDGER.take((region, name, index, kind), provisioned, units)
        return answer

    return around


def _exhausted(region: str, kind: str, data: Mapping[str, Any]) -> Iterator[_Refused]:
    for name, index in _used(kind, data):
        table = dynamodb._tables.get(name)
        if table is None:
            continue
        provisioned = capacity(table, index, kind)
        if provisioned and not LEDGER.admits((region, name, index, kind), provisioned):
            yield _Refused(name, index)


def _used(kind: str, data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The tables and indexes that a request may use."""
    if kind == "Read" and data.get("IndexName"):
        yield dynamodb._normalize_table_name(data.get("TableName")), data["IndexName"]
        return
    for name in _names(data):
        yield name, ""
        if kind == "Write":
            for index in (dynamodb._tables.get(name) or {}).get("GlobalSecondaryIndexes") or ():
                yield name, index["IndexName"]


def _names(data: Mapping[str, Any]) -> set[str]:
    named = [data.get("TableName")] if isinstance(data.get("TableName"), str) else []
    named += list(data["RequestItems"]) if isinstance(data.get("RequestItems"), dict) else []
    named += [name for action in _actions(data) if (name := _table_of(action))]
    return {dynamodb._normalize_table_name(name) for name in named}


def _actions(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    items = data.get("TransactItems")
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _table_of(action: Mapping[str, Any]) -> str | None:
    """The table of one action of a transaction, None when it names none (which the operation refuses)."""
    for part in action.values():
        if isinstance(part, dict) and isinstance(part.get("TableName"), str):
            name: str = part["TableName"]
            return name
    return None


def _refusal(operation: str, data: Mapping[str, Any], refused: _Refused) -> Answer:
    message = _INDEX_MESSAGE if refused.index else _TABLE_MESSAGE
    if not operation.startswith("Transact"):
        answer: Answer = dynamodb.error_response_json("ProvisionedThroughputExceededException", message, 400)
        return answer
    reasons = [
        {"Code": "ProvisionedThroughputExceeded", "Message": message}
        if dynamodb._normalize_table_name(_table_of(action)) == refused.table
        else {"Code": "None"}
        for action in _actions(data)
    ]
    codes = ", ".join(reason["Code"] for reason in reasons)
    text = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    status, headers, body = dynamodb.error_response_json("TransactionCanceledException", text, 400)
    document = {**json.loads(body), "CancellationReasons": reasons}
    return status, headers, json.dumps(document).encode()


def _deleted(original: Callable[..., Answer], data: dict[str, Any]) -> Answer:
    answer = original(data)
    if answer[0] < 300:
        LEDGER.forget(get_region(), dynamodb._normalize_table_name(data["TableName"]))
    return answer


async def _control(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["method"] == "PUT":
        try:
            PACE.set(float(json.loads(await read_body(receive))["pace"]))
        except (PaceError, ValueError, KeyError, TypeError) as error:
            message = str(error) if isinstance(error, PaceError) else 'the body must be {"pace": 1 to 60}'
            await send_json(send, {"message": message}, HTTPStatus.BAD_REQUEST)
            return
    members = ("region", "table", "index", "kind")
    taken = [
        {**dict(zip(members, key, strict=True)), "units": units} for key, units in LEDGER.all_taken().items()
    ]
    await send_json(send, {"pace": PACE.factor, "taken": taken})


def _install(settings: Settings) -> None:
    PACE.set(settings.pace)
    wrap(dynamodb, "_delete_table", _deleted)
    for operation, details in OPERATIONS.items():
        wrap(dynamodb, details.handler, _enforced(operation))


FILL = Fill(
    name="dynamodb_throughput",
    requires=(
        "ministack.services.dynamodb._delete_table",
        "ministack.services.dynamodb._normalize_table_name",
        "ministack.services.dynamodb._tables",
        "ministack.services.dynamodb.error_response_json",
    ),
    install=_install,
    control={"throughput": _control},
)
