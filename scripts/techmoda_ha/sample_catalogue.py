"""A few products, so that a new deployment has something to list."""

from __future__ import annotations

from typing import Any

import httpx

from techmoda_ha.errors import HaError

PRODUCTS: tuple[dict[str, Any], ...] = (
    {"name": "Vestido Sevilla", "category": "dresses", "price": "79.90", "currency": "EUR", "stock": 40},
    {"name": "Vestido Cibeles", "category": "dresses", "price": "129.00", "currency": "EUR", "stock": 12},
    {"name": "Chaqueta Gràcia", "category": "jackets", "price": "149.50", "currency": "EUR", "stock": 25},
    {"name": "Abrigo Pirineos", "category": "jackets", "price": "219.00", "currency": "EUR", "stock": 8},
    {"name": "Zapato Menorca", "category": "shoes", "price": "64.95", "currency": "EUR", "stock": 60},
    {"name": "Bolso Alhambra", "category": "bags", "price": "99.00", "currency": "EUR", "stock": 18},
)


def ensure_catalogue(api: httpx.Client) -> int:
    """Write the sample products unless the API lists some already; return how many were written.

    Raises HaError when the API refuses one.
    """
    try:
        return _fill(api)
    except httpx.HTTPError as error:
        raise HaError(
            f"The API did not answer in time: {error or type(error).__name__}.",
            "Look at it with `make smoke-test`; writing the samples again is safe.",
        ) from error


def _fill(api: httpx.Client) -> int:
    listed = api.get("/products", params={"limit": 1})
    if listed.status_code == httpx.codes.OK and listed.json()["items"]:
        return 0
    for number, product in enumerate(PRODUCTS):
        answer = api.post(
            "/products", json=product, headers={"Idempotency-Key": f"sample-catalogue-{number}"}
        )
        if answer.status_code != httpx.codes.CREATED:
            raise HaError(
                f"The API refused a sample product: {answer.status_code}.",
                "Run `make smoke-test`: it says what does not work.",
                detail=answer.text,
            )
    return len(PRODUCTS)
