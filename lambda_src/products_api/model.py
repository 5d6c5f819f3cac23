"""A product, as the rules see it: immutable, exact, with an ETag that follows its content."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, TypedDict


@dataclass(frozen=True, slots=True)
class ProductFields:
    """What a client may write. The schemas in schemas/ say what each may hold."""

    name: str
    category: str
    price: str  # exact decimal text; never a float
    currency: str
    stock: int
    description: str | None = None


class Representation(TypedDict, total=False):
    """A product as JSON. `description` is absent when there is none."""

    id: str
    name: str
    description: str
    category: str
    price: str
    currency: str
    stock: int
    version: int
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class Product:
    """A stored product. Times are RFC 3339 in UTC; `version` starts at 1 and grows by 1."""

    id: str
    fields: ProductFields
    version: int
    created_at: str
    updated_at: str
    write_token: str | None = None  # names the write that made this state; None if another tool wrote it
    created_by: str | None = None  # digest of the request that created it, kept by updates

    def representation(self) -> Representation:
        """Return what clients see of it."""
        fields = self.fields
        shown: Representation = {"id": self.id, "name": fields.name}
        if fields.description is not None:
            shown["description"] = fields.description
        return {
            **shown,
            "category": fields.category,
            "price": fields.price,
            "currency": fields.currency,
            "stock": fields.stock,
            "version": self.version,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
        }

    @property
    def etag(self) -> str:
        """The strong validator of this state, quoted.

        It is a digest of the content and not the version: two regions can give the same version to
        different content before replication settles, and a restore or a faulty tool can change
        content and leave the version alone. A client's cache must notice both.
        """
        return f'"{digest(self.representation())[:32]}"'


def digest(value: Any) -> str:
    """Return the SHA-256 of `value`'s canonical JSON, in hexadecimal."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
