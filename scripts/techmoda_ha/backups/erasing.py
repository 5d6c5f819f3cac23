"""Erasing a product for good: from the table now, and from every table that is ever restored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as

RESTORED_MARK = "-restaurado-"  # The backup manager names restored tables so.


@dataclass(frozen=True)
class Erasure:
    """An entry of the erasure log. `erased_at` is RFC 3339 in UTC."""

    product_id: str
    reason: str
    requested_by: str
    erased_at: str

    def as_item(self) -> dict[str, Any]:
        """Return it as the log holds it."""
        return {
            "id": {"S": self.product_id},
            "erased_at": {"S": self.erased_at},
            "reason": {"S": self.reason},
            "requested_by": {"S": self.requested_by},
        }


@dataclass(frozen=True)
class Eraser:
    """Erases from one region's table; replication takes it to the other. `client` is a DynamoDB client."""

    client: Any
    products_table: str
    erasures_table: str

    def erase(self, erasure: Erasure) -> list[str]:
        """Delete the product and log it, both or neither; then delete it from tables restored before.

        Returns the names of those tables. Safe to run twice. Raises HaError.
        """
        key = {"id": {"S": erasure.product_id}}
        with aws_errors_as(
            f"{erasure.product_id} was not erased.", "Check region and rights, then repeat: it is safe."
        ):
            self.client.transact_write_items(
                TransactItems=[
                    {"Put": {"TableName": self.erasures_table, "Item": erasure.as_item()}},
                    {"Delete": {"TableName": self.products_table, "Key": key}},
                ]
            )
            restored = self._restored()
            for table in restored:
                self.client.delete_item(TableName=table, Key=key)
        return restored

    def _restored(self) -> list[str]:
        """Return the tables that were restored from the products table and not put away yet."""
        pages = self.client.get_paginator("list_tables").paginate()
        beginning = f"{self.products_table}{RESTORED_MARK}"
        return sorted(name for page in pages for name in page["TableNames"] if name.startswith(beginning))
