"""One repair as one conditional write to DynamoDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from botocore.exceptions import ClientError

from techmoda_recovery.core.images import REPLICATION_PREFIX, State, is_same
from techmoda_recovery.core.repairs import Repair
from techmoda_recovery.core.rules import key_text
from techmoda_recovery.pace import TRANSACTION_FACTOR, units_of


class Outcome(StrEnum):
    """What came of a repair."""

    REPAIRED = "repaired"
    ALREADY = "already_right"  # Done by an earlier run.
    CHANGED = "changed_meanwhile"  # The item is neither what was expected nor repaired; it was left alone.
    ERASED = "erased"  # Erased for good, so it was left alone.


@dataclass(frozen=True, slots=True)
class Written:
    """What came of a repair, and how many write units it consumed."""

    outcome: Outcome
    units: float


class Store(Protocol):
    """Where repairs are written."""

    def write(self, repair: Repair) -> Written:
        """Write one repair if the item is what it expects. Safe to repeat."""


@dataclass(frozen=True)
class DynamoStore:
    """A DynamoDB table. With an erasure log, an item comes back only if its key is not in there.

    Actions used: PutItem, DeleteItem; ConditionCheckItem on the erasure log.
    """

    client: Any
    table: str
    erasure_table: str | None = None

    def write(self, repair: Repair) -> Written:
        """Write under the condition that every attribute is as expected; raise ClientError."""
        arguments = _conditional(self.table, repair)
        units = float(units_of(repair.target if repair.target is not None else repair.expected))
        try:
            if repair.resurrects and self.erasure_table:
                self._resurrect(repair, arguments)
                return Written(Outcome.REPAIRED, units * TRANSACTION_FACTOR)
            arguments |= {
                "ReturnConsumedCapacity": "INDEXES",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
            if repair.target is None:
                answer = self.client.delete_item(Key=dict(repair.key), **arguments)
            else:
                answer = self.client.put_item(Item=dict(repair.target), **arguments)
        except self.client.exceptions.ConditionalCheckFailedException as error:
            return Written(_not_written(repair, error.response.get("Item")), units)
        except self.client.exceptions.TransactionCanceledException as error:
            return Written(_cancelled(repair, error), units * TRANSACTION_FACTOR)
        return Written(Outcome.REPAIRED, _largest(answer.get("ConsumedCapacity"), units))

    def _resurrect(self, repair: Repair, arguments: Mapping[str, Any]) -> None:
        """Look into the erasure log and write in one transaction, so that no erasure can come between."""
        erased_key = {"id": {"S": key_text(repair.key)}}
        returned = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        check = {
            "TableName": self.erasure_table,
            "Key": erased_key,
            "ConditionExpression": "attribute_not_exists(id)",
            **returned,
        }
        put = {**arguments, "Item": dict(repair.target or {}), **returned}
        self.client.transact_write_items(TransactItems=[{"ConditionCheck": check}, {"Put": put}])


def _conditional(table: str, repair: Repair) -> dict[str, Any]:
    """Return table and condition: every attribute is as expected, those that the target adds are absent.

    An expression is at most 4 KB (about 250 attributes).
    """
    if repair.expected is None:
        name = min(repair.key)
        return {
            "TableName": table,
            "ConditionExpression": "attribute_not_exists(#k)",
            "ExpressionAttributeNames": {"#k": name},
        }
    expected = {
        name: value for name, value in repair.expected.items() if not name.startswith(REPLICATION_PREFIX)
    }
    names = sorted({*expected, *(repair.target or {})})
    tests = [
        f"#{index}=:{index}" if name in expected else f"attribute_not_exists(#{index})"
        for index, name in enumerate(names)
    ]
    return {
        "TableName": table,
        "ConditionExpression": " AND ".join(tests),
        "ExpressionAttributeNames": {f"#{index}": name for index, name in enumerate(names)},
        "ExpressionAttributeValues": {
            f":{index}": expected[name] for index, name in enumerate(names) if name in expected
        },
    }


def _not_written(repair: Repair, current: State) -> Outcome:
    return Outcome.ALREADY if is_same(current or None, repair.target) else Outcome.CHANGED


def _cancelled(repair: Repair, error: ClientError) -> Outcome:
    """Read why a transaction was cancelled: reasons stand in the order of its items."""
    reasons: Sequence[Mapping[str, Any]] = error.response.get("CancellationReasons", ({}, {}))
    erased, present = reasons
    if erased.get("Code") == "ConditionalCheckFailed":
        return Outcome.ERASED
    if present.get("Code") == "ConditionalCheckFailed":
        return _not_written(repair, present.get("Item"))
    if "TransactionConflict" in (erased.get("Code"), present.get("Code")):
        return Outcome.CHANGED  # Somebody writes to it just now; the next round looks again.
    raise error


def _largest(consumed: Any, otherwise: float) -> float:
    """Return the most units that the table or one of its indexes consumed, as each has its own capacity."""
    if not consumed:
        return otherwise
    parts = [consumed.get("Table", {}), *consumed.get("GlobalSecondaryIndexes", {}).values()]
    return float(max([part.get("CapacityUnits", 0) for part in parts] or [0]) or otherwise)
