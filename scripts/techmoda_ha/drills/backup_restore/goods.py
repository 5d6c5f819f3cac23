"""The drill's own products: what is written is kept in a file, and compared with what is restored."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from techmoda_ha.evidence import timestamp

ITEMS_PER_WRITE = 25  # BatchWriteItem takes no more,
ITEMS_PER_READ = 100  # and BatchGetItem no more than this.

Item = Mapping[str, Any]
"""An item in DynamoDB's own notation."""


def new_items(count: int, category: str, name: str) -> dict[str, Item]:
    """Return that many products as the API writes them, by id, no two alike."""
    made: dict[str, Item] = {}
    for number in range(count):
        key, now = str(uuid.uuid4()), timestamp(datetime.now(UTC))
        made[key] = {
            "id": {"S": key},
            "name": {"S": f"{name} {number}"},
            "category": {"S": category},
            "price": {"S": f"{number}.{number % 100:02d}"},
            "currency": {"S": "EUR"},
            "stock": {"N": str(number)},
            "version": {"N": "1"},
            "created_at": {"S": now},
            "updated_at": {"S": now},
        }
    return made


def keep(items: Mapping[str, Item], file: Path) -> None:
    """Write the items to a file, which is what a restore is compared with."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(item, sort_keys=True) + "\n" for item in items.values()))


def kept(file: Path) -> dict[str, Item]:
    """Read what was kept."""
    items = [json.loads(line) for line in file.read_text().splitlines()]
    return {item["id"]["S"]: item for item in items}


@dataclass(frozen=True)
class Shelf:
    """A table in one region. `client` is a DynamoDB client of that region."""

    client: Any
    table: str

    def put(self, items: Iterable[Item]) -> None:
        """Write the items."""
        for batch in _batches(list(items), ITEMS_PER_WRITE):
            pending = {self.table: [{"PutRequest": {"Item": item}} for item in batch]}
            while pending:
                pending = self.client.batch_write_item(RequestItems=pending).get("UnprocessedItems", {})

    def delete(self, keys: Iterable[str]) -> None:
        """Delete the items of these ids, whether they are there or not."""
        for batch in _batches(sorted(keys), ITEMS_PER_WRITE):
            pending = {self.table: [{"DeleteRequest": {"Key": {"id": {"S": key}}}} for key in batch]}
            while pending:
                pending = self.client.batch_write_item(RequestItems=pending).get("UnprocessedItems", {})

    def get(self, keys: Iterable[str]) -> dict[str, Item]:
        """Return those of the items that are there, strongly consistent."""
        found: dict[str, Item] = {}
        for batch in _batches(sorted(keys), ITEMS_PER_READ):
            wanted = [{"id": {"S": key}} for key in batch]
            pending: Any = {self.table: {"Keys": wanted, "ConsistentRead": True}}
            while pending:
                answer = self.client.batch_get_item(RequestItems=pending)
                found |= {item["id"]["S"]: item for item in answer["Responses"].get(self.table, [])}
                pending = answer.get("UnprocessedKeys")
        return found


def _batches(values: list[Any], size: int) -> Iterator[list[Any]]:
    return (values[start : start + size] for start in range(0, len(values), size))


@dataclass(frozen=True)
class Comparison:
    """What was restored beside what was written before the backup; `erased` was erased after it."""

    compared: int
    missing: tuple[str, ...]
    different: tuple[str, ...]
    erased_back: tuple[str, ...]


def compare(written: Mapping[str, Item], erased: set[str], restored: Mapping[str, Item]) -> Comparison:
    """Compare item by item, every attribute."""
    expected = {key: item for key, item in written.items() if key not in erased}
    return Comparison(
        compared=len(expected),
        missing=tuple(sorted(expected.keys() - restored.keys())),
        different=tuple(sorted(key for key, item in expected.items() if restored.get(key, item) != item)),
        erased_back=tuple(sorted(erased & restored.keys())),
    )
