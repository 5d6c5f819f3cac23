"""Reading an API Gateway request: strict about everything a client can get wrong."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from products_api.errors import (
    BodyTooLargeError,
    FieldError,
    InvalidRequestError,
    MalformedBodyError,
    NotAuthenticatedError,
    UnsupportedMediaTypeError,
)
from products_api.service import ClientKey

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
MAX_CURSOR_LENGTH = 1024
# The longest valid product: 2,200 characters of free text, each up to 12 bytes as \uXXXX\uXXXX,
# is 26,400 bytes; the rest needs less than 1,000.
MAX_BODY_BYTES = 32 * 1024

# Also stated in openapi.json, which is generated from these.
CATEGORY = "[a-z0-9]+(-[a-z0-9]+)*"  # as in schemas/product-create.json
PRODUCT_ID = "[A-Za-z0-9._~-]{1,64}"
IDEMPOTENCY_KEY = "[!-~]{1,255}"
_LIMIT = "[1-9][0-9]{0,2}"


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What GET /products was asked for."""

    limit: int
    category: str | None
    cursor: str | None


def list_query(event: APIGatewayProxyEvent) -> ListQuery:
    """Return the query parameters of a list.

    Raises:
        InvalidRequestError: names every parameter that is repeated or wrong.
    """
    given: dict[str, list[str]] = event.resolved_query_string_parameters
    errors = [FieldError(name, "must be given once") for name in _LIST_CHECKS if len(given.get(name, [])) > 1]
    values = {name: given[name][0] for name in _LIST_CHECKS if given.get(name)}
    errors += [
        FieldError(name, message)
        for name, (valid, message) in _LIST_CHECKS.items()
        if name in values and not valid(values[name])
    ]
    if errors:
        raise InvalidRequestError(errors)
    return ListQuery(int(values.get("limit", DEFAULT_LIMIT)), values.get("category"), values.get("cursor"))


def is_product_id(text: str) -> bool:
    """Tell whether a product could have this id; no other text needs a look into the table."""
    return re.fullmatch(PRODUCT_ID, text) is not None


def json_object(event: APIGatewayProxyEvent) -> dict[str, Any]:
    """Return the body, which must be one JSON object.

    Raises:
        UnsupportedMediaTypeError, BodyTooLargeError, MalformedBodyError.
    """
    media_type = (event.headers.get("content-type") or "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise UnsupportedMediaTypeError("The body must be application/json.")
    raw = _body_bytes(event)
    if len(raw) > MAX_BODY_BYTES:
        raise BodyTooLargeError(f"The body may have at most {MAX_BODY_BYTES} bytes.")
    try:
        body = json.loads(
            raw,
            object_pairs_hook=_without_duplicates,
            parse_constant=_refuse_constant,
            parse_float=_number,
        )
        # A lone surrogate is valid JSON and no text: DynamoDB could not store it.
        json.dumps(body, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise MalformedBodyError("The body is not well-formed JSON.") from error
    if not isinstance(body, dict):
        raise MalformedBodyError("The body must be a JSON object.")
    return body


def subject(event: APIGatewayProxyEvent) -> str:
    """Return who sent a write, as the authorizer found out.

    Raises:
        NotAuthenticatedError: no authorizer has seen the request: refuse rather than trust the gateway.
    """
    found = (event["requestContext"].get("authorizer") or {}).get("sub")
    if not isinstance(found, str) or not found:
        raise NotAuthenticatedError("A bearer token is needed.")
    return found


def client_key(event: APIGatewayProxyEvent, sent_by: str) -> ClientKey | None:
    """Return the Idempotency-Key, scoped to who sent it; None without the header.

    Raises:
        InvalidRequestError: it is not 1 to 255 visible ASCII characters.
    """
    key = event.headers.get("idempotency-key")
    if key is None:
        return None
    if not re.fullmatch(IDEMPOTENCY_KEY, key):
        raise InvalidRequestError(
            [FieldError("Idempotency-Key", "must be 1 to 255 visible ASCII characters")]
        )
    return ClientKey(sent_by, key)


def _body_bytes(event: APIGatewayProxyEvent) -> bytes:
    text = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(text).encode("utf-8", errors="surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise MalformedBodyError("The body is not well-formed JSON.") from error


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field is given twice")
    return found


def _number(text: str) -> float | int:
    """Read 3.0 as the integer 3: to JSON Schema they are the same number."""
    number = float(text)
    return int(number) if number.is_integer() else number


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _is_limit(text: str) -> bool:
    return re.fullmatch(_LIMIT, text) is not None and int(text) <= MAX_LIMIT


def _is_category(text: str) -> bool:
    return len(text) <= 64 and re.fullmatch(CATEGORY, text) is not None


def _is_cursor(text: str) -> bool:
    return 0 < len(text) <= MAX_CURSOR_LENGTH


_LIST_CHECKS = {
    "limit": (_is_limit, f"must be a whole number from 1 to {MAX_LIMIT}"),
    "category": (_is_category, "must be a category's slug"),
    "cursor": (_is_cursor, "is not a cursor that this API gave out"),
}
