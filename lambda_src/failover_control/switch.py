"""The STOP switch: its state in DynamoDB, and changes that never overwrite what was not seen.

The package's docstring is the contract of the items; the operators' tools keep to it as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SWITCH_ID = "stop"
EVENT_PREFIX = "event#"


class SwitchError(Exception):
    """The switch could not be read or changed; the message says why."""


class SwitchChangedError(SwitchError):
    """Somebody else changed the switch after it was read."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A state of the switch. `at` is RFC 3339 in UTC; empty, like `by`, before the first change."""

    engaged: bool = False
    armed: bool = False
    reason: str = ""
    by: str = ""
    at: str = ""
    version: int = 0


class SwitchStore:
    """The switch in its table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def read(self) -> Switch:
        """Return the present state, strongly consistent. Raises SwitchError."""
        try:
            answer = self._client.get_item(
                TableName=self._table, Key={"id": {"S": SWITCH_ID}}, ConsistentRead=True
            )
        except (BotoCoreError, ClientError) as error:
            raise SwitchError(f"the table {self._table} does not answer: {error}") from error
        return _switch(answer["Item"]) if "Item" in answer else Switch()

    def change(self, seen: Switch, *, engaged: bool, armed: bool, reason: str, by: str, at: str) -> Switch:
        """Replace the state that was `seen`, leave an entry in the audit trail, and return the new state.

        Raises:
            SwitchChangedError: the switch is no longer as it was seen; nothing was written.
            SwitchError: DynamoDB did not answer; the change may have been made all the same.
        """
        new = Switch(engaged, armed, reason, by, at, seen.version + 1)
        unseen = {"ConditionExpression": "attribute_not_exists(id)"}
        as_seen = {
            "ConditionExpression": "version = :seen",
            "ExpressionAttributeValues": {":seen": {"N": str(seen.version)}},
        }
        puts: list[Any] = [
            {"Put": self._put(SWITCH_ID, new) | (as_seen if seen.version else unseen)},
            {"Put": self._put(f"{EVENT_PREFIX}{at}#{uuid4()}", new) | unseen},
        ]
        try:
            self._client.transact_write_items(TransactItems=puts)
        except self._client.exceptions.TransactionCanceledException as error:
            raise SwitchChangedError("the switch was changed meanwhile") from error
        except (BotoCoreError, ClientError) as error:
            raise SwitchError(f"the table {self._table} takes no change: {error}") from error
        return new

    def _put(self, item_id: str, switch: Switch) -> dict[str, Any]:
        return {"TableName": self._table, "Item": {"id": {"S": item_id}, **_attributes(switch)}}


def _attributes(switch: Switch) -> dict[str, Any]:
    return {
        "engaged": {"BOOL": switch.engaged},
        "armed": {"BOOL": switch.armed},
        "reason": {"S": switch.reason},
        "by": {"S": switch.by},
        "at": {"S": switch.at},
        "version": {"N": str(switch.version)},
    }


def _switch(item: Mapping[str, Any]) -> Switch:
    """Read an item. Raises SwitchError when it is not what the contract says."""
    try:
        return Switch(
            engaged=item["engaged"]["BOOL"],
            armed=item["armed"]["BOOL"],
            reason=item["reason"]["S"],
            by=item["by"]["S"],
            at=item["at"]["S"],
            version=int(item["version"]["N"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SwitchError(f"the item {SWITCH_ID} of the table is damaged: {error!r}") from error
