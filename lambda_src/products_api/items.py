"""Products as DynamoDB items, both ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from products_api.errors import DamagedProductError
from products_api.model import Product, ProductFields

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

Item = dict[str, "AttributeValueTypeDef"]


def field_values(fields: ProductFields) -> Item:
    """Return the attributes of the writable fields; an absent description has none.

    The price is stored as the client's text (type S): exact, and with its trailing zero.
    """
    values: Item = {
        "name": {"S": fields.name},
        "category": {"S": fields.category},
        "price": {"S": fields.price},
        "currency": {"S": fields.currency},
        "stock": {"N": str(fields.stock)},
    }
    if fields.description is not None:
        values["description"] = {"S": fields.description}
    return values


def to_item(product: Product) -> Item:
    """Return the whole item."""
    item: Item = {
        "id": {"S": product.id},
        **field_values(product.fields),
        "version": {"N": str(product.version)},
        "created_at": {"S": product.created_at},
        "updated_at": {"S": product.updated_at},
    }
    if product.write_token is not None:
        item["write_token"] = {"S": product.write_token}
    if product.created_by is not None:
        item["created_by"] = {"S": product.created_by}
    return item


def from_item(item: Mapping[str, Any]) -> Product:
    """Return the product an item holds.

    Raises:
        DamagedProductError: an attribute is missing or of another type, as after a faulty deployment.
    """
    product_id = str(item.get("id", {}).get("S", ""))
    try:
        return Product(
            id=product_id,
            fields=ProductFields(
                name=item["name"]["S"],
                category=item["category"]["S"],
                price=item["price"]["S"],
                currency=item["currency"]["S"],
                stock=int(item["stock"]["N"]),
                description=_optional(item, "description"),
            ),
            version=int(item["version"]["N"]),
            created_at=item["created_at"]["S"],
            updated_at=item["updated_at"]["S"],
            write_token=_optional(item, "write_token"),
            created_by=_optional(item, "created_by"),
        )
    except (KeyError, ValueError) as error:
        raise DamagedProductError(product_id, repr(error)) from error


def _optional(item: Mapping[str, Any], name: str) -> str | None:
    value = item.get(name)
    return None if value is None else str(value["S"])
