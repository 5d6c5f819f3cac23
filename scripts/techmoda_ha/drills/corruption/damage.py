"""The bad deployment: it zeroes prices, cuts names and deletes products, as code of ours would, at once.

It writes to the table itself, with the attributes that the API's own code writes, so that the same drill
runs wherever the table is; no API is involved that could be protected or at fault.
"""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.evidence import timestamp

THREADS = 4
ZEROED, TRUNCATED, DELETED = "price zeroed", "name truncated", "deleted"
# How the damage is spread: of five products, two lose their price, two their name, one is deleted.
_MIX = (ZEROED, TRUNCATED, ZEROED, TRUNCATED, DELETED)


@dataclass(frozen=True)
class FaultyDeployment:
    """Damages products. `client` is a DynamoDB client, `writer` names the deployment in what it writes."""

    client: Any
    table: str
    writer: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def damage(self, products: Sequence[str]) -> Counter[str]:
        """Damage all of these products and return how many in which way; raise HaError."""
        with (
            aws_errors_as("The drill could not damage the products.", "Check your rights on the table."),
            ThreadPoolExecutor(THREADS) as pool,
        ):
            kinds = [_MIX[number % len(_MIX)] for number in range(len(products))]
            done = pool.map(self._damage_one, products, kinds)
            return Counter(kind for kind, was_there in zip(kinds, done, strict=True) if was_there)

    def _damage_one(self, product: str, kind: str) -> bool:
        """Damage one product; whether it was there."""
        key = {"id": {"S": product}}
        try:
            if kind == DELETED:
                self.client.delete_item(
                    TableName=self.table, Key=key, ConditionExpression="attribute_exists(id)"
                )
            else:
                self.client.update_item(TableName=self.table, Key=key, **self._update(kind))
        except self.client.exceptions.ConditionalCheckFailedException:
            return False  # A customer was quicker: deleted products stay deleted.
        return True

    def _update(self, kind: str) -> dict[str, Any]:
        attribute, value = ("price", "0.00") if kind == ZEROED else ("name", "V")
        return {
            "UpdateExpression": "SET #a = :a, #w = :w, #t = :t, #u = :u ADD #v :one",
            "ConditionExpression": "attribute_exists(id)",
            "ExpressionAttributeNames": {
                "#a": attribute, "#w": "written_by", "#t": "write_token", "#u": "updated_at", "#v": "version",
            },
            "ExpressionAttributeValues": {
                ":a": {"S": value},
                ":w": {"S": self.writer},
                ":t": {"S": str(uuid.uuid4())},
                ":u": {"S": timestamp(self.now())},
                ":one": {"N": "1"},
            },
        }  # fmt: skip


def victims(products: Sequence[str], share: float, chance: random.Random) -> list[str]:
    """Return that share of the products, at least one, by chance."""
    return chance.sample(list(products), max(1, round(len(products) * share)))
