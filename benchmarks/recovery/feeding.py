"""Made-up changes and items, one at a time, so that feeding them takes no memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from techmoda_recovery.core.changes import Change

MOMENT = 1_000_000
BAD, GOOD = "products:9", "products:8"
DAMAGED_EVERY = 5  # One item of five is damaged, as in the drill.


def product(number: int, *, version: int = 1, writer: str = GOOD, price: str = "19.90") -> dict[str, Any]:
    """Return a product of about 400 bytes, as the API stores it."""
    return {
        "id": {"S": f"00000000-0000-8000-8000-{number:012d}"},
        "name": {"S": f"Vestido Sevilla {number}"},
        "description": {"S": "Vestido de algodón con estampado de flores, corte recto y manga corta."},
        "category": {"S": f"category-{number % 50}"},
        "price": {"S": price},
        "currency": {"S": "EUR"},
        "stock": {"N": str(number % 100)},
        "version": {"N": str(version)},
        "created_at": {"S": "2026-05-01T10:00:00.000Z"},
        "updated_at": {"S": "2026-05-01T10:00:00.000Z"},
        "write_token": {"S": f"10000000-0000-4000-8000-{number:08d}{version:04d}"},
        "written_by": {"S": writer},
    }


def damaged(number: int) -> dict[str, Any]:
    """Return the product without its price."""
    return product(number, version=2, writer=BAD, price="0.00")


def changes(items: int) -> Iterator[Change]:
    """Yield one change of each item: every fifth damages it, the others are legitimate."""
    for number in range(items):
        before = product(number)
        after = damaged(number) if number % DAMAGED_EVERY == 0 else product(number, version=2, price="21.90")
        yield Change({"id": before["id"]}, before, after, MOMENT)


def restored(items: int) -> Iterator[dict[str, Any]]:
    """Yield the items of the restored table."""
    return (product(number) for number in range(items))


def live(items: int) -> Iterator[dict[str, Any]]:
    """Yield the items of the live table, in another order, as a scan of another table gives them."""
    for number in reversed(range(items)):
        yield damaged(number) if number % DAMAGED_EVERY == 0 else product(number)


def giving(records: Iterator[Any]) -> Callable[[Callable[[Any], None]], None]:
    """Return a reader of these records."""

    def read(take: Callable[[Any], None]) -> None:
        for record in records:
            take(record)

    return read
