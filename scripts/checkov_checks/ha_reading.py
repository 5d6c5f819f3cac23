"""Reads values as checkov gives them: wrapped in lists, and unresolved ones as the text of an expression."""

from __future__ import annotations

import re
from typing import Any

EXPRESSION = re.compile(r"\b(?:var|local|module|data|each|count|self|aws_\w+)\.|\$\{")


class UnresolvedError(Exception):
    """checkov knows the expression, but not its value."""


def read(block: Any, *path: str) -> Any:
    """Return the value at a path of nested blocks, None where there is none; raise UnresolvedError."""
    here = block
    for step in path:
        here = _plain(here)
        if not isinstance(here, dict):
            return None
        here = here.get(step)
    return _plain(here)


def blocks(block: Any, name: str) -> list[dict[str, Any]]:
    """Return the nested blocks of a name; raise UnresolvedError where a dynamic block makes them."""
    if name in (_plain(block.get("dynamic")) or {}):
        raise UnresolvedError(name)
    found = block.get(name) or []
    found = found if isinstance(found, list) else [found]
    return [one for one in (_plain(item) for item in found) if isinstance(one, dict)]


def _plain(value: Any) -> Any:
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, str) and EXPRESSION.search(value):
        raise UnresolvedError(value)
    return value
