"""What visitors do: one request of a kind, and whether its answer is right.

Reading, they revalidate items by ETag; writing, they send idempotency keys, repeat some creates as a client
does whose answer got lost, and update only what they have seen (If-Match).
"""

from __future__ import annotations

import random
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

REPEATED_CREATES = 0.1
PAGE = 20
INVALID_BODY = {"datos": "invalidos"}
KEPT_PRODUCTS = 500


class Answer(Protocol):
    """The part of an HTTP answer that is looked at."""

    @property
    def status_code(self) -> int:
        """Return the status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Return the headers, by names in any case."""

    def json(self) -> Any:
        """Return the body's JSON."""


class Client(Protocol):
    """Sends requests; httpx-like."""

    def request(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Send one request."""


class WrongAnswerError(Exception):
    """An answer that a customer would call wrong; the message is short, so that equal ones count together."""


@dataclass
class Known:
    """A product that visitors have seen, with its ETag."""

    id: str
    etag: str


@dataclass
class Visits:
    """The visitors of one process share what they know of the catalogue."""

    client: Client
    category: str
    categories: list[str] = field(default_factory=list)
    chance: random.Random = field(default_factory=random.Random)
    seen: deque[Known] = field(default_factory=lambda: deque(maxlen=KEPT_PRODUCTS))
    own: deque[Known] = field(default_factory=lambda: deque(maxlen=KEPT_PRODUCTS))

    @property
    def kinds(self) -> dict[str, tuple[str, Callable[[], None]]]:
        """Return each kind of visit: what statistics call it, and what does it."""
        return {
            "list": ("GET /products", self.read_list),
            "category": ("GET /products?category", self.read_category),
            "item": ("GET /products/{id}", self.read_item),
            "create": ("POST /products", self.create),
            "update": ("PUT /products/{id}", self.update),
            "invalid": ("POST /products, invalid", self.send_invalid),
        }

    def read_list(self) -> None:
        """Read the first page of all products."""
        answer = self.client.request("GET", f"/products?limit={PAGE}")
        expect(answer, 200)
        for product in answer.json()["items"]:
            self.categories.append(product["category"])
            self.seen.append(Known(product["id"], ""))
        del self.categories[:-100]

    def read_category(self) -> None:
        """Read the first page of a category."""
        category = self.chance.choice(self.categories) if self.categories else self.category
        answer = self.client.request("GET", f"/products?category={category}&limit={PAGE}")
        expect(answer, 200)
        if any(product["category"] != category for product in answer.json()["items"]):
            raise WrongAnswerError("a product of another category")

    def read_item(self) -> None:
        """Read a product, with the ETag of the last time if there was one."""
        if not self.seen:
            self.read_list()
            return
        known = self.seen[self.chance.randrange(len(self.seen))]
        headers = {"If_None_Match": known.etag} if known.etag else {}
        answer = self.client.request("GET", f"/products/{known.id}", **headers)
        expect(answer, *((200, 304) if known.etag else (200,)))
        if answer.status_code == 200:
            if answer.json()["id"] != known.id:
                raise WrongAnswerError("another product")
            known.etag = answer.headers.get("ETag", "")

    def create(self) -> None:
        """Create a product with an idempotency key; sometimes twice, which must give the same product."""
        key = f"load-{uuid.uuid4().hex}"
        body = self._body(f"load {key}", 1)
        answer = self.client.request("POST", "/products", body, Idempotency_Key=key)
        expect(answer, 201)
        made = answer.json()["id"]
        if self.chance.random() < REPEATED_CREATES:
            again = self.client.request("POST", "/products", body, Idempotency_Key=key)
            expect(again, 201)
            if again.json()["id"] != made:
                raise WrongAnswerError("a repeated create made another product")
        self.own.append(Known(made, answer.headers.get("ETag", "")))

    def update(self) -> None:
        """Change a product that this process made; nobody else does, so the ETag must hold."""
        if not self.own:
            self.create()
            return
        known = self.own.popleft()
        body = self._body(f"load {known.id}", self.chance.randint(0, 100))
        answer = self.client.request("PUT", f"/products/{known.id}", body, If_Match=known.etag)
        expect(answer, 200)
        known.etag = answer.headers.get("ETag", "")
        self.own.append(known)

    def send_invalid(self) -> None:
        """Send what the original test sends, which must be refused with 400."""
        expect(self.client.request("POST", "/products", INVALID_BODY), 400)

    def _body(self, name: str, stock: int) -> dict[str, Any]:
        return {"name": name, "category": self.category, "price": "1.00", "currency": "EUR", "stock": stock}


def expect(answer: Answer, *wanted: int) -> None:
    """Raise WrongAnswerError unless the status is one of those wanted."""
    if answer.status_code not in wanted:
        raise WrongAnswerError(f"status {answer.status_code}")
