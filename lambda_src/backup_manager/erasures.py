"""Replaying the log of erasures: who was erased stays erased, whatever was restored.

The log has one item for each product erased: `id`, `erased_at`, `reason`, `requested_by`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backup_manager.items import KEYS_PER_READ, Key, Table, key_text

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class ErasureError(Exception):
    """An erased item is still in the restored table after it was deleted."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay: how many the log lists, and how many of them were in the table and are gone."""

    listed: int
    removed: int


class ErasureLog:
    """The log, as this region has it."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def replay(self, target: Table) -> Replayed:
        """Delete from the table what the log lists. Raises ErasureError, and botocore's errors."""
        listed = removed = 0
        for keys in self._erased():
            listed += len(keys)
            present = target.get(keys, only_keys=True)
            target.delete(present)
            if target.get(present, only_keys=True):
                raise ErasureError(f"{target.name} sigue teniendo elementos que fueron borrados")
            removed += len(present)
        return Replayed(listed, removed)

    def _erased(self) -> Iterator[list[Key]]:
        """Yield the keys of what was erased, some at a time."""
        start: dict[str, Any] = {}
        while True:
            page = self._client.scan(
                TableName=self._table,
                ProjectionExpression="id",
                ConsistentRead=True,
                Limit=KEYS_PER_READ,
                **start,
            )
            yield [key_text(item, ("id",)) for item in page["Items"]]
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
