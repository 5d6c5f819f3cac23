"""Which keys were erased for good (data-protection law): nothing here ever brings one back."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

KEYS_PER_BATCH = 100  # BatchGetItem takes no more.


class Erasures(Protocol):
    """A log of erasures."""

    @property
    def table(self) -> str | None:
        """Return the log's table, for a check in the same transaction as a write; None without a log."""

    def among(self, keys: Collection[str]) -> set[str]:
        """Return which of the keys (see `key_text`) were erased; raise when that is unknown."""


@dataclass(frozen=True)
class ErasureLog:
    """The table of erasures. `client` is a DynamoDB client of its region."""

    client: Any
    table: str

    def among(self, keys: Collection[str]) -> set[str]:
        """Return which of the keys were erased, read strongly consistently; raise botocore's errors."""
        found: set[str] = set()
        for batch in _batches(sorted(keys)):
            found |= self._erased(batch)
        return found

    def _erased(self, keys: list[str]) -> set[str]:
        pending: Any = {
            self.table: {
                "Keys": [{"id": {"S": key}} for key in keys],
                "ConsistentRead": True,
                "ProjectionExpression": "id",
            }
        }
        found: set[str] = set()
        while pending:
            answer = self.client.batch_get_item(RequestItems=pending)
            found |= {item["id"]["S"] for item in answer["Responses"].get(self.table, [])}
            pending = answer.get("UnprocessedKeys")
        return found


@dataclass(frozen=True)
class NoErasures:
    """Where there is no erasure log, which somebody must have said expressly."""

    table: None = None

    def among(self, keys: Collection[str]) -> set[str]:
        """Return nothing."""
        del keys
        return set()


def _batches(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), KEYS_PER_BATCH):
        yield keys[start : start + KEYS_PER_BATCH]
