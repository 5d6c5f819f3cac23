"""Items of tables: reading many without being noticed, and telling whether two are the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = Mapping[str, Any]
"""An item in DynamoDB's own notation: {"id": {"S": "…"}, …}."""
Key = str
"""An item's key as text, the same for equal keys."""

KEYS_PER_READ = 100  # BatchGetItem takes no more,
DELETES_PER_WRITE = 25  # and BatchWriteItem no more than this.
_SETS = ("SS", "NS", "BS")


def batches(keys: list[Key], size: int = KEYS_PER_READ) -> Iterator[list[Key]]:
    """Yield the keys some at a time."""
    return (keys[start : start + size] for start in range(0, len(keys), size))


def key_text(item: Item, names: Sequence[str]) -> Key:
    """Return the item's key as text."""
    return json.dumps({name: item[name] for name in names}, sort_keys=True)


def checksum(item: Item) -> str:
    """Return the SHA-256 of an item: alike for items that are, in whatever order attributes and sets come."""
    return hashlib.sha256(json.dumps(_ordered(item), sort_keys=True).encode()).hexdigest()


def _ordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            name: sorted(map(_plain, one)) if name in _SETS else _ordered(one) for name, one in value.items()
        }
    if isinstance(value, list):
        return [_ordered(one) for one in value]
    return _plain(value)


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


@dataclass
class Pace:
    """Keeps reading under a rate: after each page it sleeps for as long as the page's units are worth.

    `ends_at` (seconds on the same clock) is when to stop; `over` tells.
    """

    units_per_second: float
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    ends_at: float

    def used(self, units: float) -> None:
        """Wait until so many units may have been used."""
        if units > 0:
            self.sleep(units / self.units_per_second)

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return self.monotonic() >= self.ends_at


@dataclass
class Table:
    """One table. `keys` are the names of its key attributes."""

    client: DynamoDBClient
    name: str
    keys: Sequence[str] = field(default=("id",))

    def pages(self, attributes: Sequence[str], pace: Pace) -> Iterator[list[Item]]:
        """Yield all items with those attributes beside the key, page by page, until the pace's time is up."""
        named = {f"#{number}": name for number, name in enumerate((*self.keys, *attributes))}
        start: dict[str, Any] = {}
        while not pace.over:
            page = self.client.scan(
                TableName=self.name,
                ProjectionExpression=", ".join(named),
                ExpressionAttributeNames=named,
                ReturnConsumedCapacity="TOTAL",
                **start,
            )
            yield list(page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
            pace.used(page.get("ConsumedCapacity", {}).get("CapacityUnits", 0))
        raise TimeoutError(f"{self.name} no cabe en el tiempo que hay")

    def get(self, keys: Iterable[Key], *, only_keys: bool = False) -> dict[Key, Item]:
        """Return those of the items that exist, strongly consistent."""
        found = {}
        for batch in batches(list(keys)):
            for item in self._batch([json.loads(key) for key in batch], only_keys=only_keys):
                found[key_text(item, self.keys)] = item
        return found

    def _batch(self, keys: list[dict[str, Any]], *, only_keys: bool) -> Iterator[Item]:
        request: dict[str, Any] = {"Keys": keys, "ConsistentRead": True}
        if only_keys:
            request["ExpressionAttributeNames"] = {
                f"#{number}": name for number, name in enumerate(self.keys)
            }
            request["ProjectionExpression"] = ", ".join(request["ExpressionAttributeNames"])
        pending: Any = {self.name: request}
        while pending:
            answer = self.client.batch_get_item(RequestItems=pending)
            yield from answer["Responses"].get(self.name, [])
            pending = answer.get("UnprocessedKeys", {})

    def delete(self, keys: Iterable[Key]) -> None:
        """Delete the items of these keys; one that is not there is passed over."""
        for batch in batches(list(keys), DELETES_PER_WRITE):
            pending: Any = {self.name: [{"DeleteRequest": {"Key": json.loads(key)}} for key in batch]}
            while pending:
                pending = self.client.batch_write_item(RequestItems=pending).get("UnprocessedItems", {})
