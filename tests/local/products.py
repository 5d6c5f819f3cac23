"""Products for the tests of the API."""

from __future__ import annotations

import uuid
from typing import Any


def new_product(**fields: Any) -> dict[str, Any]:
    """Return a valid product in a category of its own, with other fields where given."""
    product = {"name": "Coat", "category": new_category(), "price": "89.90", "currency": "EUR", "stock": 3}
    return {**product, **fields}


def new_category() -> str:
    """Return a category that no product is in yet."""
    return f"test-{uuid.uuid4().hex[:12]}"


def new_key() -> dict[str, str]:
    """Return a header with a new Idempotency-Key."""
    return {"Idempotency-Key": str(uuid.uuid4())}
