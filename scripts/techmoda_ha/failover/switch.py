"""The STOP switch's state: one item of a table in the DR region, changed by conditional writes only.

Each change is one transaction of the item and an audit item, so no change goes unrecorded, and of two
people who change it at once one is told.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from techmoda_ha.errors import HaError
from techmoda_ha.evidence import timestamp

STOP_ID = "stop"


@dataclass(frozen=True)
class StopState:
    """Whether the primary region is taken out, why, by whom ("operator:NAME" or "latch") and since when.

    `armed` tells whether the latch may engage it; the latch arms itself, so an operator's change never
    does. `at` is RFC 3339 in UTC. `version` counts the changes; 0 means that there has never been one.
    """

    engaged: bool = False
    armed: bool = False
    reason: str = ""
    by: str = ""
    at: str = ""
    version: int = 0

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> StopState:
        """Read a DynamoDB item."""
        return cls(
            engaged=item["engaged"]["BOOL"],
            armed=item.get("armed", {}).get("BOOL", False),
            reason=item.get("reason", {}).get("S", ""),
            by=item.get("by", {}).get("S", ""),
            at=item.get("at", {}).get("S", ""),
            version=int(item["version"]["N"]),
        )

    def as_item(self, item_id: str) -> dict[str, Any]:
        """Return it as a DynamoDB item."""
        return {
            "id": {"S": item_id},
            "engaged": {"BOOL": self.engaged},
            "armed": {"BOOL": self.armed},
            "reason": {"S": self.reason},
            "by": {"S": self.by},
            "at": {"S": self.at},
            "version": {"N": str(self.version)},
        }

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self)


@dataclass(frozen=True)
class Change:
    """The state after a change; `made` is False when it was so already."""

    state: StopState
    made: bool


@dataclass(frozen=True)
class StopSwitch:
    """The switch. `client` is a DynamoDB client of the DR region, whose table holds it."""

    client: Any
    table: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def read(self) -> StopState:
        """Return the state; raise HaError when the table cannot be read."""
        with self._errors("read"):
            answer = self.client.get_item(
                TableName=self.table, Key={"id": {"S": STOP_ID}}, ConsistentRead=True
            )
        return StopState.from_item(answer["Item"]) if "Item" in answer else StopState()

    def engage(self, reason: str, by: str) -> Change:
        """Take the primary region out of service; raise HaError when that could not be written."""
        return self._set(engaged=True, reason=reason, by=by)

    def release(self, reason: str, by: str) -> Change:
        """Put the primary region back; raise HaError when that could not be written."""
        return self._set(engaged=False, reason=reason, by=by)

    def _set(self, *, engaged: bool, reason: str, by: str) -> Change:
        before = self.read()
        if before.engaged == engaged:
            return Change(before, made=False)
        at = timestamp(self.now())
        state = StopState(engaged, False, reason, by, at, before.version + 1)
        put = {"TableName": self.table, "Item": state.as_item(STOP_ID)}
        if before.version:
            put["ConditionExpression"] = "version = :before"
            put["ExpressionAttributeValues"] = {":before": {"N": str(before.version)}}
        else:
            put["ConditionExpression"] = "attribute_not_exists(id)"
        event = {
            "TableName": self.table,
            "Item": state.as_item(f"event#{at}#{uuid.uuid4()}"),
            "ConditionExpression": "attribute_not_exists(id)",
        }
        with self._errors("written"):
            self.client.transact_write_items(TransactItems=[{"Put": put}, {"Put": event}])
        return Change(state, made=True)

    @contextmanager
    def _errors(self, verb: str) -> Iterator[None]:
        try:
            yield
        except (BotoCoreError, ClientError) as error:
            raise _explained(error, verb, self.table) from error


def _explained(error: BotoCoreError | ClientError, verb: str, table: str) -> HaError:
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    if code == "ResourceNotFoundException":
        return HaError(f"There is no STOP switch: table {table} does not exist.", "Deploy: make apply ENV=dr")
    if code == "TransactionCanceledException":
        return HaError(
            "Somebody else changed the STOP switch at the same moment; nothing was changed here.",
            "Look at it and decide again: ha failover status",
            detail=str(error),
        )
    return HaError(
        f"The STOP switch (table {table} in the DR region) could not be {verb}.",
        "Check the DR region's health and your rights on the table, then try again.",
        detail=str(error),
    )
