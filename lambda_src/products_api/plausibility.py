"""Is a product one that the shop could sell? What the schema allows may still be the trace of corruption.

A faulty deployment writes what is well-formed (a price of 0, a name cut to one letter), so no error tells
of it. How many such products clients are shown, or write, is a metric (ImplausibleProducts) that does.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from products_api.model import Product

SHORTEST_NAME = 2  # characters, spaces around it not counted


def is_plausible(product: Product) -> bool:
    """Tell whether the product has a price over 0 and a name of at least two characters."""
    try:
        price = Decimal(product.fields.price)
    except InvalidOperation:
        return False
    return price > 0 and len(product.fields.name.strip()) >= SHORTEST_NAME


def count_implausible(products: Iterable[Product]) -> int:
    """Return how many of the products are implausible."""
    return sum(not is_plausible(product) for product in products)
