"""Parameters and headers of the OpenAPI document."""

from typing import Any

from products_api.requests import (
    CATEGORY,
    DEFAULT_LIMIT,
    IDEMPOTENCY_KEY,
    MAX_CURSOR_LENGTH,
    MAX_LIMIT,
    PRODUCT_ID,
)

Json = dict[str, Any]


def parameters() -> Json:
    """Return components/parameters; the limits are those that `requests` checks."""

    def parameter(place: str, name: str, description: str, **schema: Any) -> Json:
        return {
            "in": place,
            "name": name,
            "description": description,
            "required": place == "path",
            "schema": schema,
        }

    tag = "An ETag as the API gave it, in quotes; several are separated by commas, * stands for any."
    return {
        "ProductId": parameter("path", "id", "The product's id.", type="string", pattern=f"^{PRODUCT_ID}$"),
        "Limit": parameter(
            "query",
            "limit",
            "The most products a page may hold.",
            type="integer",
            minimum=1,
            maximum=MAX_LIMIT,
            default=DEFAULT_LIMIT,
        ),
        "Category": parameter(
            "query",
            "category",
            "Only products of this category.",
            type="string",
            maxLength=64,
            pattern=f"^{CATEGORY}$",
        ),
        "Cursor": parameter(
            "query",
            "cursor",
            "next_cursor of the page before. Opaque, valid in both regions, and only for the same category.",
            type="string",
            minLength=1,
            maxLength=MAX_CURSOR_LENGTH,
        ),
        "IdempotencyKey": parameter(
            "header",
            "Idempotency-Key",
            "Any text that is new for each product, for example a UUID. It counts for 24 hours, per client.",
            type="string",
            pattern=f"^{IDEMPOTENCY_KEY}$",
        ),
        "IfMatch": parameter("header", "If-Match", f"Write only over this state. {tag}", type="string"),
        "IfNoneMatch": parameter(
            "header", "If-None-Match", f"Answer 304 to this state. {tag}", type="string"
        ),
    }


def headers() -> Json:
    """Return components/headers: those of answers."""

    def header(description: str, **schema: Any) -> Json:
        return {"description": description, "schema": schema}

    return {
        "ETag": header("Names this state of the product.", type="string"),
        "Location": header("Where the product is.", type="string", format="uri-reference"),
        "IdempotencyReplayed": header("Present when an earlier request made the product.", const="true"),
        "Region": header("The region that answered, for example us-east-1.", type="string"),
        "RetryAfter": header("Seconds to wait before the next attempt.", type="integer", minimum=1),
        "Allow": header("The methods that the path has.", type="string"),
    }
