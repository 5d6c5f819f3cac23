"""Products to list: as many as are asked for, the same ones in every run."""

from __future__ import annotations

import random
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3

BATCH = 25  # BatchWriteItem's limit
WRITERS = 4
CATEGORIES = ("bags", "coats", "dresses", "jackets", "shirts", "shoes")


def fill(table: str, first: int, last: int) -> None:
    """Write the products numbered `first` up to, not including, `last`.

    Raises:
        RuntimeError: the table takes no more writes for a minute.
    """
    client = boto3.client("dynamodb")
    with ThreadPoolExecutor(WRITERS) as pool:
        starts = range(first, last, BATCH)
        for _ in pool.map(lambda start: _write(client, table, start, min(start + BATCH, last)), starts):
            pass


def _write(client: Any, table: str, first: int, last: int) -> None:
    pending = {table: [{"PutRequest": {"Item": item(number)}} for number in range(first, last)]}
    give_up = time.monotonic() + 60
    while pending:
        pending = client.batch_write_item(RequestItems=pending).get("UnprocessedItems", {})
        if pending and time.monotonic() > give_up:
            raise RuntimeError(f"{table} has refused writes for a minute")


def item(number: int) -> dict[str, dict[str, str]]:
    """Return product `number` as the products table holds it, about 350 bytes."""
    chance = random.Random(number)  # noqa: S311 - test data, and the same in every run
    moment = "2025-11-28T10:00:00.000Z"
    return {
        "id": {"S": str(uuid.UUID(int=chance.getrandbits(128), version=4))},
        "name": {"S": f"Product number {number}"},
        "description": {"S": "Cotton, machine washable, made in Spain. " * chance.randint(1, 4)},
        "category": {"S": chance.choice(CATEGORIES)},
        "price": {"S": f"{chance.randint(5, 400)}.{chance.randint(0, 99):02}"},
        "currency": {"S": "EUR"},
        "stock": {"N": str(chance.randint(0, 500))},
        "version": {"N": "1"},
        "created_at": {"S": moment},
        "updated_at": {"S": moment},
    }
