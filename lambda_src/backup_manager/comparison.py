"""Comparing a restored table with the original: structure, count, and a sample of whole items."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from backup_manager.items import Item, Key, Pace, Table, batches, key_text
from backup_manager.settings import differences
from backup_manager.table_settings import structure
from backup_manager.verdicts import (
    UPDATED_AT,
    Compared,
    Findings,
    compare_items,
    required_until,
    updated_at,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PaceUntil = Callable[[float], Pace]
"""Makes a pace that ends after so many seconds."""


@dataclass
class Sample:
    """Keys chosen at random from a stream of unknown length, each as likely as any other (reservoir)."""

    size: int
    choose: random.Random
    keys: list[Key] = field(default_factory=list)
    seen: int = 0

    def add(self, key: Key) -> None:
        """Take the key, or not."""
        self.seen += 1
        if len(self.keys) < self.size:
            self.keys.append(key)
        elif (place := self.choose.randrange(self.seen)) < self.size:
            self.keys[place] = key


@dataclass(frozen=True)
class Limits:
    """How much is compared: `sample` items of each table, and what may be missing because it is young."""

    sample: int
    grace: timedelta


class Comparison:
    """Compares tables in this region. Memory stays flat: of the samples only the keys are kept."""

    def __init__(
        self, client: DynamoDBClient, limits: Limits, pace: PaceUntil, choose: random.Random
    ) -> None:
        self._client = client
        self._limits = limits
        self._pace = pace
        self._choose = choose

    def run(self, original: str, restored: str, made_at: datetime, seconds: float) -> Findings:
        """Compare the tables of these names; the recovery point was made at that time.

        Reading takes `seconds` at most; what does not fit into them is not counted, and says so.
        Raises botocore's errors, a table that does not exist among them.
        """
        described = {
            name: self._client.describe_table(TableName=name)["Table"] for name in (original, restored)
        }
        keys = [key["AttributeName"] for key in described[original]["KeySchema"]]
        structural = differences(structure(described[original]), structure(described[restored]))
        tables = [Table(self._client, name, keys) for name in (original, restored)]
        pace = self._pace(seconds)
        newest, restored_items, restored_sample = self._look(tables[1], pace)
        until = required_until(newest, made_at, self._limits.grace)
        original_items, required_items, original_sample = self._required(tables[0], until, pace)
        compared = Compared()
        for keys_read in batches(sorted({*restored_sample, *original_sample})):
            whole = [table.get(keys_read) for table in tables]
            compared += compare_items(set(keys_read), whole[0], whole[1], until)
        return Findings(tuple(structural), restored_items, required_items, compared, original_items)

    def _look(self, table: Table, pace: Pace) -> tuple[str, int | None, list[Key]]:
        """Return the newest write in the table, how many items it has, and a sample of their keys."""
        newest, sample = "", Sample(self._limits.sample, self._choose)

        def look(item: Item) -> None:
            nonlocal newest
            newest = max(newest, updated_at(item))
            sample.add(key_text(item, table.keys))

        whole = self._each(table, pace, look)
        return newest, sample.seen if whole else None, sample.keys

    def _required(self, table: Table, until: str, pace: Pace) -> tuple[int | None, int | None, list[Key]]:
        """Return how many items there are, how many are not younger than that, and a sample of these."""
        items, sample = 0, Sample(self._limits.sample, self._choose)

        def look(item: Item) -> None:
            nonlocal items
            items += 1
            if updated_at(item) <= until:
                sample.add(key_text(item, table.keys))

        whole = self._each(table, pace, look)
        return (items, sample.seen, sample.keys) if whole else (None, None, sample.keys)

    @staticmethod
    def _each(table: Table, pace: Pace, look: Callable[[Item], None]) -> bool:
        """Look at every item; whether there was time for all."""
        try:
            for page in table.pages((UPDATED_AT,), pace):
                for item in page:
                    look(item)
        except TimeoutError:
            return False
        return True
