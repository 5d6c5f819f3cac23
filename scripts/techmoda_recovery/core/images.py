"""Items as DynamoDB's API shows them (attribute name → {type: value}), as JSON text and compared."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Image = Mapping[str, Any]
State = Image | None
"""What a key holds; None when it holds nothing."""

REPLICATION_PREFIX = "aws:rep:"
"""Attributes that global tables of version 2017.11.29 keep for themselves; nobody else may write them."""

_BINARY = "__base64__"


def own_attributes(image: Image) -> dict[str, Any]:
    """Return the attributes that are the table's users' own."""
    return {name: value for name, value in image.items() if not name.startswith(REPLICATION_PREFIX)}


def is_same(one: State, other: State, *, ignoring: Iterable[str] = ()) -> bool:
    """Tell whether two states are equal, leaving out the attributes to ignore and replication's own."""
    if one is None or other is None:
        return one is other
    if one == other:
        return True
    ignored = frozenset(ignoring)
    names = {name for name in (*one, *other) if not name.startswith(REPLICATION_PREFIX)} - ignored
    return all(one.get(name) == other.get(name) for name in names)


def dumps(value: object) -> str:
    """Return canonical JSON text, on one line; binary values are marked and in Base64."""
    return _ENCODER.encode(value)


def loads(text: str) -> Any:
    """Read what `dumps` wrote."""
    return json.loads(text, object_hook=_from_binary) if _BINARY in text else json.loads(text)


def plain(image: State) -> dict[str, Any] | None:
    """Return an item's attributes as JSON types, for expressions: numbers as numbers, sets as lists."""
    return None if image is None else {name: _plain(value) for name, value in image.items()}


def number_of(image: State, name: str) -> int:
    """Return a whole number that an item holds; 0 where there is none."""
    text = (image or {}).get(name, {}).get("N", "0")
    try:
        return int(text)
    except ValueError:
        return 0


def text_of(image: State, name: str) -> str:
    """Return a text that an item holds; "" where there is none."""
    return str((image or {}).get(name, {}).get("S", ""))


def _plain(value: Mapping[str, Any]) -> Any:
    ((kind, content),) = value.items()
    converted: dict[str, Callable[[Any], Any]] = {
        "N": _number,
        "NS": lambda numbers: [_number(each) for each in numbers],
        "M": lambda attributes: {name: _plain(each) for name, each in attributes.items()},
        "L": lambda values: [_plain(each) for each in values],
        "NULL": lambda _: None,
        "B": lambda content: json.loads(dumps(content)),
        "BS": lambda content: json.loads(dumps(content)),
    }
    return converted[kind](content) if kind in converted else content


def _number(text: str) -> int | float:
    number = float(text)
    return int(text) if number.is_integer() and text.lstrip("-").isdigit() else number


def _binary(value: object) -> object:
    if isinstance(value, bytes):
        return {_BINARY: base64.b64encode(value).decode("ascii")}
    raise TypeError(f"{type(value).__name__} is no part of an item")


# Made once: json.dumps would make one for each call, which takes longer than encoding an item.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_binary)


def _from_binary(found: dict[str, Any]) -> object:
    text = found.get(_BINARY)
    return base64.b64decode(text) if len(found) == 1 and isinstance(text, str) else found
