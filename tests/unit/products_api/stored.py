"""Products to store, and the repository on a client."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.unit.products_api.fakes import COAT, quiet_logger

from products_api.model import Product
from products_api.ports import Change, Receipt
from products_api.repository import DynamoProductRepository

WRITER = "products-api:7"
NOW = 1_764_324_000
MOMENT = "2025-11-28T10:00:00.000Z"
FIRST = Product("p-1", COAT, 1, MOMENT, MOMENT, write_token="first", created_by="digest")
RECEIPT = Receipt("r-1", "digest", '{"the": "answer"}', NOW + 60)
CHANGE = Change(replace(COAT, price="29.90", description="Warm"), MOMENT, write_token="second")


def repository_on(client: Any) -> DynamoProductRepository:
    return DynamoProductRepository(
        client, "products", "by-category", "receipts", quiet_logger(), writer=WRITER
    )
