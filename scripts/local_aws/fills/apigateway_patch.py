"""The patch operations of API Gateway's Update calls.

Contract: "Patch operations" in the API Gateway API Reference: JSON Pointer paths ("~1" for "/"), values
always sent as strings. A list is changed by naming the element in the path or its position.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_TRUTH_VALUES = frozenset(
    {
        "apiKeyRequired",
        "cacheClusterEnabled",
        "disableExecuteApiEndpoint",
        "enabled",
        "tracingEnabled",
        "validateRequestBody",
        "validateRequestParameters",
    }
)
_WHOLE_NUMBERS = frozenset(
    {
        "authorizerResultTtlInSeconds",
        "burstLimit",
        "limit",
        "minimumCompressionSize",
        "offset",
        "timeoutInMillis",
    }
)


def apply_patch(target: dict[str, Any], operations: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Apply "add", "replace" and "remove" operations to a resource in place, and return it."""
    for operation in operations:
        tokens = [_decoded(token) for token in operation.get("path", "").lstrip("/").split("/")]
        if tokens == [""]:
            continue
        holder = _holder(target, tokens[:-1])
        if isinstance(holder, list):
            _change_list(holder, tokens[-1], operation)
        elif operation.get("op") == "remove":
            holder.pop(tokens[-1], None)
        elif isinstance(holder.get(tokens[-1]), list):
            holder[tokens[-1]] = [operation.get("value")]
        else:
            holder[tokens[-1]] = _typed(tokens, operation.get("value"))
    return target


def _decoded(token: str) -> str:
    return token.replace("~1", "/").replace("~0", "~")


def _holder(target: dict[str, Any], tokens: list[str]) -> Any:
    """The dictionary or list that the last token of a path changes; missing ones are made."""
    holder: Any = target
    for token in tokens:
        if isinstance(holder, list):
            return holder
        if not isinstance(holder.get(token), dict | list):
            holder[token] = {}
        holder = holder[token]
    return holder


def _change_list(items: list[Any], token: str, operation: Mapping[str, Any]) -> None:
    value = operation.get("value")
    if operation.get("op") == "remove":
        items[:] = [item for item in items if item != token]
    elif token.isdigit() and int(token) < len(items):
        items[int(token)] = value
    elif token.isdigit():
        items.append(value)
    elif token not in items:
        items.append(token)


def _typed(tokens: list[str], value: Any) -> Any:
    """The value of a member that is not a string, such as "true"; entries of other maps stay strings."""
    if not isinstance(value, str) or tokens[0] in {"variables", "requestTemplates"}:
        return value
    # Which parameters a method needs or returns; where they come from is an expression, never "true".
    if tokens[-1] in _TRUTH_VALUES or tokens[0] in {"requestParameters", "responseParameters"}:
        return value.lower() == "true" if value.lower() in {"true", "false"} else value
    if tokens[-1] in _WHOLE_NUMBERS:
        return int(value) if value else None
    return value
