"""What API Gateway's request validator says about a body that breaks its model.

AWS validates with the Java library json-schema-validator, whose wording and order these messages
follow: keywords in alphabetical order, then the members in order of their names; a value's members are
looked at only when the value itself is right. The check itself is jsonschema's, draft 4.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_WORDINGS = {
    "additionalProperties": "object instance has properties which are not allowed by the schema: {unknown}",
    "anyOf": "instance failed to match at least one required schema among {count}",
    "enum": "instance value ({instance}) not found in enum (possible values: {limit})",
    "maxItems": "array is too long: must have at most {limit} elements but instance has {size} elements",
    "maxLength": "string {instance} is too long (length: {size}, maximum allowed: {limit})",
    "maxProperties": "object has too many properties (found {size} but schema requires at most {limit})",
    "maximum": "numeric instance is greater than the required maximum (maximum: {limit}, found: {instance})",
    "minItems": "array is too short: must have at least {limit} elements but instance has {size} elements",
    "minLength": "string {instance} is too short (length: {size}, required minimum: {limit})",
    "minProperties": "object has too few properties (found {size} but schema requires at least {limit})",
    "minimum": "numeric instance is lower than the required minimum (minimum: {limit}, found: {instance})",
    "not": "instance matched a schema which it should not have",
    "oneOf": "instance failed to match exactly one schema (matched 0 out of {count})",
    "pattern": "ECMA 262 regex {limit} does not match input string {instance}",
    "required": "object has missing required properties ({missing})",
    "type": "instance type ({kind}) does not match any allowed primitive type (allowed: {allowed})",
    "uniqueItems": "array must not contain duplicate elements",
}
_EXCLUSIVE_WORDINGS = {
    "maximum": "numeric instance is not strictly lower than the required maximum {limit}",
    "minimum": "numeric instance is not strictly greater than the required minimum {limit}",
}
_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    (list, "array"),
    (dict, "object"),
)


def messages(schema: Mapping[str, Any], value: object) -> list[str]:
    """One message for each broken keyword; empty for a valid value."""
    from jsonschema import Draft4Validator

    errors = list(Draft4Validator(schema).iter_errors(value))
    broken = {tuple(error.absolute_path) for error in errors}
    outermost = [error for error in errors if not _is_inside(tuple(error.absolute_path), broken)]
    return list(dict.fromkeys(_message(error) for error in sorted(outermost, key=_position)))


def _position(error: ValidationError) -> tuple[list[str], str]:
    return [str(part) for part in error.absolute_path], str(error.validator)


def _is_inside(path: tuple[Any, ...], broken: Iterable[tuple[Any, ...]]) -> bool:
    return any(len(other) < len(path) and path[: len(other)] == other for other in broken)


def _message(error: ValidationError) -> str:
    keyword, limit = str(error.validator), error.validator_value
    schema: Mapping[str, Any] = error.schema if isinstance(error.schema, Mapping) else {}
    wording = _WORDINGS.get(keyword, error.message.replace("{", "{{").replace("}", "}}"))
    if schema.get(f"exclusive{keyword.capitalize()}"):
        wording = _EXCLUSIVE_WORDINGS[keyword]
    instance: Any = error.instance
    return wording.format(
        allowed=_compact([limit] if isinstance(limit, str) else limit),
        count=len(limit) if isinstance(limit, list) else 0,
        instance=_compact(instance),
        kind=next((name for kind, name in _TYPES if isinstance(instance, kind)), "null"),
        limit=_compact(limit),
        missing=_compact(sorted(name for name in schema.get("required", []) if name not in instance))
        if keyword == "required"
        else "",
        size=len(instance) if isinstance(instance, str | list | dict) else 0,
        unknown=_compact(sorted(instance.keys() - schema.get("properties", {}).keys()))
        if keyword == "additionalProperties"
        else "",
    )


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
