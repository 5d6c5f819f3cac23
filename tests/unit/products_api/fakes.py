"""Stand-ins for the clock, the store and API Gateway."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger

from products_api.cursor import Position
from products_api.model import Product, ProductFields
from products_api.ports import Change, CreateConflict, Expected, Page, Receipt, StateConflict

COAT = ProductFields(name="Coat", category="coats", price="19.90", currency="EUR", stock=3)
COAT_BODY: dict[str, Any] = {
    "name": "Coat", "category": "coats", "price": "19.90", "currency": "EUR", "stock": 3,
}  # fmt: skip


class StoppedClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self._now = datetime(2025, 11, 28, 10, 0, tzinfo=UTC)
        self._seconds = 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._seconds

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._seconds += seconds


class MemoryRepository:
    """Keeps products in dictionaries, by the contract of ports.ProductRepository."""

    def __init__(self) -> None:
        self.products: dict[str, Product] = {}
        self.receipts: dict[str, Receipt] = {}
        self.failure: Exception | None = None

    def get(self, product_id: str) -> Product | None:
        self._fail_if_told()
        return self.products.get(product_id)

    def page(self, limit: int, category: str | None, after: Position | None) -> Page:
        self._fail_if_told()
        listed = sorted(
            (one for one in self.products.values() if category in (None, one.fields.category)),
            key=lambda one: one.id,
        )
        rest = [one for one in listed if after is None or one.id > after.product_id]
        more = len(rest) > limit
        return Page(rest[:limit], Position(rest[limit - 1].id, category) if more else None)

    def create(self, product: Product, receipt: Receipt | None, now: int) -> None:
        self._fail_if_told()
        known = self.receipts.get(receipt.id) if receipt else None
        live = known if known and known.expires_at > now else None
        if live or product.id in self.products:
            raise CreateConflict(live, self.products.get(product.id))
        self.products[product.id] = product
        if receipt:
            self.receipts[receipt.id] = receipt

    def update(self, product_id: str, expected: Expected, change: Change) -> Product:
        self._fail_if_told()
        current = self._in_state(product_id, expected)
        self.products[product_id] = replace(
            current,
            fields=change.fields,
            version=current.version + 1,
            updated_at=change.updated_at,
            write_token=change.write_token,
        )
        return self.products[product_id]

    def delete(self, product_id: str, expected: Expected | None) -> None:
        self._fail_if_told()
        if expected is not None and product_id in self.products:
            self._in_state(product_id, expected)
        self.products.pop(product_id, None)

    def _in_state(self, product_id: str, expected: Expected) -> Product:
        current = self.products.get(product_id)
        if current is None or current.version != expected.version:
            raise StateConflict(current)
        if expected.exact and current.write_token != expected.write_token:
            raise StateConflict(current)
        return current

    def _fail_if_told(self) -> None:
        if self.failure:
            raise self.failure


class Context:
    """As much of a Lambda context as is read."""

    function_name = "products"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:111111111111:function:products:live"
    aws_request_id = "11111111-2222-3333-4444-555555555555"

    def __init__(self, remaining_milliseconds: int = 10_000) -> None:
        self._remaining = remaining_milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self._remaining


def request(  # noqa: PLR0917 - the parts of a request in their natural order
    method: str,
    path: str,
    body: Any = None,
    query: Mapping[str, str | list[str]] | None = None,
    headers: Mapping[str, str] | None = None,
    subject: str | None = "alice",
) -> dict[str, Any]:
    """Return an API Gateway REST proxy event. A body that is no text is sent as JSON."""
    sent = (
        {"Content-Type": "application/json", **(headers or {})} if body is not None else dict(headers or {})
    )
    multiple = {name: [value] if isinstance(value, str) else value for name, value in (query or {}).items()}
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": {name: values[-1] for name, values in multiple.items()} or None,
        "multiValueQueryStringParameters": multiple or None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "stage": "live",
            "requestId": "gateway-request",
            "path": path,
            "httpMethod": method,
            **({} if subject is None else {"authorizer": {"sub": subject, "scope": "products:write"}}),
        },
        "body": body if body is None or isinstance(body, str) else json.dumps(body),
        "isBase64Encoded": False,
    }


class Answer:
    """A proxy answer, read the way a client would."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.status: int = raw["statusCode"]
        self.headers: dict[str, str] = {
            name.lower(): values[0] for name, values in raw["multiValueHeaders"].items()
        }
        self.text: str | None = raw["body"]

    @property
    def json(self) -> Any:
        assert self.text is not None
        return json.loads(self.text)

    @property
    def problem(self) -> str:
        """The name of the problem, checked to be a problem document that matches the status."""
        assert self.headers["content-type"] == "application/problem+json", self.text
        document = self.json
        assert document["status"] == self.status
        assert {"type", "title", "detail", "instance"} <= set(document)
        prefix, _, name = document["type"].rpartition(":")
        assert prefix == "urn:techmoda:problem"
        return str(name)

    @property
    def wrong_fields(self) -> dict[str, str]:
        return {error["field"]: error["message"] for error in self.json["errors"]}


def quiet_logger() -> Logger:
    """Return a logger whose lines go nowhere."""
    return Logger(service="test", stream=io.StringIO())
