"""The rules: paging, idempotent creates, optimistic locking. Knows neither HTTP nor DynamoDB."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from common.clock import Clock, rfc3339
from products_api.errors import (
    IdempotencyMismatchError,
    PreconditionFailedError,
    PreconditionRequiredError,
    ProductNotFoundError,
    StoreUnavailableError,
    VersionConflictError,
)
from products_api.model import Product, ProductFields, digest
from products_api.ports import Change, CreateConflict, Expected, ProductRepository, Receipt, StateConflict

if TYPE_CHECKING:
    from products_api.cursor import CursorCodec
    from products_api.preconditions import IfMatch

IDEMPOTENCY_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of products; `next_cursor` is None on the last one, `damaged` items were left out."""

    products: list[Product]
    next_cursor: str | None
    damaged: int = 0


@dataclass(frozen=True, slots=True)
class Created:
    """A created product; `replayed` when an earlier request with the same key made it."""

    product: Product
    replayed: bool


@dataclass(frozen=True, slots=True)
class ClientKey:
    """A client's Idempotency-Key, which means something only together with who sent it."""

    subject: str
    key: str

    def digest(self) -> str:
        """Return the receipt's id."""
        return digest([self.subject, self.key])


class ProductService:
    """Everything that can be done with products."""

    def __init__(self, repository: ProductRepository, cursors: CursorCodec, clock: Clock) -> None:
        self._repository = repository
        self._cursors = cursors
        self._clock = clock

    def list(self, limit: int, category: str | None, cursor: str | None) -> Listing:
        """Return a page of all products or of one category.

        Raises:
            InvalidRequestError: the cursor is not one of ours for this list.
        """
        after = None if cursor is None else self._cursors.decode(cursor, category)
        page = self._repository.page(limit, category, after)
        following = page.next_position
        next_cursor = None if following is None else self._cursors.encode(following)
        return Listing(page.products, next_cursor, page.damaged)

    def get(self, product_id: str) -> Product:
        """Return a product.

        Raises:
            ProductNotFoundError: no product has this id.
        """
        product = self._repository.get(product_id)
        if product is None:
            raise ProductNotFoundError(product_id)
        return product

    def create(self, fields: ProductFields, client_key: ClientKey | None) -> Created:
        """Create a product, once per client key however often the request is repeated.

        With a key, the product's id follows from it. A repetition in the other region, ahead of the
        replicated receipt, therefore writes the same item, and replication leaves one product.

        Raises:
            IdempotencyMismatchError: the key was used with other fields.
        """
        now = self._clock.now()
        request_digest = digest(asdict(fields))
        product = Product(
            id=_product_id(client_key),
            fields=fields,
            version=1,
            created_at=rfc3339(now),
            updated_at=rfc3339(now),
            write_token=str(uuid.uuid4()),
            created_by=None if client_key is None else request_digest,
        )
        receipt = None
        if client_key is not None:
            receipt = Receipt(
                id=client_key.digest(),
                request_digest=request_digest,
                answer=json.dumps(asdict(product)),
                expires_at=int(now.timestamp()) + IDEMPOTENCY_SECONDS,
            )
        try:
            self._repository.create(product, receipt, int(now.timestamp()))
        except CreateConflict as conflict:
            return Created(_replay(conflict, request_digest), replayed=True)
        return Created(product, replayed=False)

    def update(
        self, product_id: str, fields: ProductFields, version: int | None, if_match: IfMatch | None
    ) -> Product:
        """Replace a product's fields if it still is what the client has seen.

        Raises:
            PreconditionRequiredError: neither a version nor If-Match was given.
            ProductNotFoundError: no product has this id.
            PreconditionFailedError: If-Match names another state.
            VersionConflictError: the version is another.
        """
        expected = self._expected(product_id, version, if_match)
        change = Change(fields, rfc3339(self._clock.now()), write_token=str(uuid.uuid4()))
        try:
            return self._repository.update(product_id, expected, change)
        except StateConflict as conflict:
            if conflict.current is None:
                raise ProductNotFoundError(product_id) from conflict
            if if_match is not None:
                raise PreconditionFailedError from conflict
            raise VersionConflictError(expected.version, conflict.current.version) from conflict

    def delete(self, product_id: str, if_match: IfMatch | None) -> None:
        """Delete a product; deleting what is not there succeeds, so a repeated request does too.

        Raises:
            PreconditionFailedError: the product is there and If-Match names another state.
        """
        expected = None
        if if_match is not None:
            seen = self._repository.get(product_id)
            if seen is None:
                # RFC 9110, 13.1.1: a request that appears to have been applied already may succeed.
                return
            if not if_match.matches(seen.etag):
                raise PreconditionFailedError
            expected = Expected.state(seen)
        try:
            self._repository.delete(product_id, expected)
        except StateConflict as conflict:
            raise PreconditionFailedError from conflict

    def _expected(self, product_id: str, version: int | None, if_match: IfMatch | None) -> Expected:
        if if_match is None:
            if version is None:
                raise PreconditionRequiredError
            return Expected(version)
        seen = self.get(product_id)
        if not if_match.matches(seen.etag):
            raise PreconditionFailedError
        if version not in (None, seen.version):
            raise VersionConflictError(version or 0, seen.version)
        return Expected.state(seen)


def _product_id(client_key: ClientKey | None) -> str:
    if client_key is None:
        return str(uuid.uuid4())
    # 122 bits of the digest in the shape of a UUID (version 8: vendor-specific, RFC 9562).
    number = int(digest(["product", client_key.subject, client_key.key])[:32], 16)
    number = number & ~(0xF << 76) | 0x8 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=number))


def _replay(conflict: CreateConflict, request_digest: str) -> Product:
    """Return what the earlier request made, if it was the same request."""
    if conflict.receipt is not None:
        if conflict.receipt.request_digest != request_digest:
            raise IdempotencyMismatchError
        return _from_answer(conflict.receipt.answer)
    if conflict.product is None:
        # The product stood in the way and is gone again: only a new attempt can tell.
        raise StoreUnavailableError("the product changed during its creation", retry_after_seconds=1)
    if conflict.product.created_by != request_digest:
        raise IdempotencyMismatchError
    return conflict.product


def _from_answer(answer: str) -> Product:
    stored = json.loads(answer)
    return Product(**{**stored, "fields": ProductFields(**stored["fields"])})
