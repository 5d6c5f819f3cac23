"""Which of a drill's products a region's table holds, asked of that region's own DynamoDB."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.drills.measurement import Write

CATEGORY_INDEX = "by-category"
DELETES_PER_BATCH = 25  # BatchWriteItem takes no more.


@dataclass(frozen=True)
class DrillTable:
    """One region's products table. `client` is a DynamoDB client of that region."""

    client: Any
    table: str
    region: str

    def found(self, writes: Iterable[Write], category: str) -> set[str]:
        """Return the ids of those acknowledged writes whose product is in this region's table.

        The index, which is eventually consistent, finds most at once; the table itself is asked for every
        other one, so that a write is only called missing when it is. Raises HaError.
        """
        with self._errors():
            products = self._products(category)
            return {write.id for write in writes if write.product and self._has(write.product, products)}

    def delete(self, category: str) -> int:
        """Delete the drill's own products and return how many they were; raise HaError."""
        with self._errors():
            products = sorted(self._products(category))
            for start in range(0, len(products), DELETES_PER_BATCH):
                requests = [
                    {"DeleteRequest": {"Key": {"id": {"S": product}}}}
                    for product in products[start : start + DELETES_PER_BATCH]
                ]
                pending = {self.table: requests}
                while pending:
                    pending = self.client.batch_write_item(RequestItems=pending).get("UnprocessedItems", {})
        return len(products)

    def _has(self, product: str, known: set[str]) -> bool:
        if product in known:
            return True
        key = {"id": {"S": product}}
        return "Item" in self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True)

    def _products(self, category: str) -> set[str]:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            IndexName=CATEGORY_INDEX,
            KeyConditionExpression="category = :category",
            ExpressionAttributeValues={":category": {"S": category}},
            ProjectionExpression="id",
        )
        return {item["id"]["S"] for page in pages for item in page["Items"]}

    def _errors(self) -> Any:
        return aws_errors_as(
            f"The products table in {self.region} could not be read.",
            "Check the region and your rights on the table, then repeat the drill.",
        )
