"""What the service asks of a store, so that its rules can be tested against one in memory."""

from dataclasses import dataclass
from typing import Protocol

from products_api.cursor import Position
from products_api.model import Product, ProductFields


@dataclass(frozen=True, slots=True)
class Page:
    """Some products, and where to go on; `next_position` is None on the last page.

    `damaged` is how many items were left out because they hold no product.
    """

    products: list[Product]
    next_position: Position | None
    damaged: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an Idempotency-Key was used for, kept until `expires_at` (seconds since the epoch)."""

    id: str  # digest of the token's subject and the key
    request_digest: str
    answer: str  # the created product as JSON text
    expires_at: int


@dataclass(frozen=True, slots=True)
class Expected:
    """The state that a write replaces: its version and, if `exact`, the very write that made it."""

    version: int
    exact: bool = False
    write_token: str | None = None

    @classmethod
    def state(cls, product: Product) -> "Expected":
        """Expect exactly the state that was read."""
        return cls(product.version, exact=True, write_token=product.write_token)


@dataclass(frozen=True, slots=True)
class Change:
    """A full update: the new fields, the time, and the token that names this write."""

    fields: ProductFields
    updated_at: str
    write_token: str


class CreateConflict(Exception):  # noqa: N818 - an outcome that the service decides about, not an error
    """A create found its receipt (the key was used) or its product (in a region without the receipt)."""

    def __init__(self, receipt: Receipt | None, product: Product | None) -> None:
        super().__init__("already created")
        self.receipt = receipt
        self.product = product


class StateConflict(Exception):  # noqa: N818 - an outcome that the service decides about, not an error
    """The stored product is not in the expected state; `current` is None when there is none."""

    def __init__(self, current: Product | None) -> None:
        super().__init__("not in the expected state")
        self.current = current


class ProductRepository(Protocol):
    """A store of products. Every method may raise StoreUnavailableError or StoreError."""

    def get(self, product_id: str) -> Product | None:
        """Return the product as of now, or None. Raises DamagedProductError."""
        ...

    def page(self, limit: int, category: str | None, after: Position | None) -> Page:
        """Return at most `limit` products after a position, reading no more than that."""
        ...

    def create(self, product: Product, receipt: Receipt | None, now: int) -> None:
        """Store the product and the receipt, both or none. Raises CreateConflict.

        A receipt that expired before `now` (seconds since the epoch) is replaced.
        """
        ...

    def update(self, product_id: str, expected: Expected, change: Change) -> Product:
        """Replace the fields of a product in the expected state. Raises StateConflict."""
        ...

    def delete(self, product_id: str, expected: Expected | None) -> None:
        """Remove a product, in the expected state if one is given. Raises StateConflict."""
        ...
