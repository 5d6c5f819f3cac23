"""Checking bodies against the JSON Schemas in schemas/, with every field's fault named at once."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from products_api.errors import FieldError, InvalidRequestError
from products_api.model import ProductFields

if TYPE_CHECKING:
    from collections.abc import Callable

    import fastjsonschema

SCHEMAS = Path(__file__).parent / "schemas"
WHOLE_BODY = "body"


def check_create(body: dict[str, Any]) -> ProductFields:
    """Return a new product's fields.

    Raises:
        InvalidRequestError: names every field that is missing, unknown or wrong.
    """
    _check("product-create", body)
    return ProductFields(**body)


def check_update(body: dict[str, Any]) -> tuple[ProductFields, int | None]:
    """Return a full update's fields, and the version it replaces if the body says so.

    Raises:
        InvalidRequestError: names every field that is missing, unknown or wrong.
    """
    _check("product-update", body)
    fields = {name: value for name, value in body.items() if name != "version"}
    return ProductFields(**fields), body.get("version")


def schema(name: str) -> dict[str, Any]:
    """Return a schema of schemas/, as the gateway's models have it too."""
    text = (SCHEMAS / f"{name}.json").read_text(encoding="utf-8")
    parsed: dict[str, Any] = json.loads(text)
    return parsed


@cache
def _validator(name: str) -> Callable[[Any], Any]:
    import fastjsonschema  # here, so that environments that only serve reads start sooner

    compiled: Callable[[Any], Any] = fastjsonschema.compile(schema(name), use_default=False, fast_fail=False)
    return compiled


def _check(name: str, body: dict[str, Any]) -> None:
    validate = _validator(name)
    from fastjsonschema import JsonSchemaValuesException  # imported by now

    try:
        validate(body)
    except JsonSchemaValuesException as invalid:
        found = [error for fault in invalid.errors for error in _field_errors(fault)]
        raise InvalidRequestError(sorted(found, key=lambda error: error.field)) from invalid


def _field_errors(fault: fastjsonschema.JsonSchemaValueException) -> list[FieldError]:
    """Say in plain words what a broken rule means for the fields it concerns."""
    rule, definition = str(fault.rule), fault.rule_definition
    if rule == "required":
        return [FieldError(name, "is required") for name in definition if name not in fault.value]
    if rule == "additionalProperties":
        known = fault.definition["properties"]
        return [FieldError(name, "is not a known field") for name in fault.value if name not in known]
    return [FieldError(".".join(fault.path[1:]) or WHOLE_BODY, _message(rule, definition))]


def _message(rule: str, definition: Any) -> str:
    messages = {
        "type": "must be of type {}",
        "minLength": "must have at least {} characters",
        "maxLength": "must have at most {} characters",
        "minimum": "must be at least {}",
        "maximum": "must be at most {}",
        "pattern": "must match {}",
    }
    return messages.get(rule, "breaks the rule " + rule).format(definition)
