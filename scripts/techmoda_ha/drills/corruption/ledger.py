"""What every product must be, kept by the clients alone: neither the table nor its stream is asked.

A client notes what it meant to change once the API acknowledged it. A write whose answer was lost leaves
two possible states, and either is right.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TextIO

FIELDS = ("name", "category", "price", "currency", "stock")

Fields = Mapping[str, Any]
Expected = Fields | None
"""A product's fields; None for one that must not be there."""


@dataclass(frozen=True)
class GoodWrite:
    """One acknowledged write: what it was, when (seconds on the drill's clock), and what it left."""

    kind: str
    product: str
    at: float
    expected: Expected


@dataclass(frozen=True)
class Wrong:
    """A product that is not what it must be. `found` is None when it is missing."""

    product: str
    expected: Expected
    found: Expected


@dataclass
class Ledger:
    """The log of all clients, in memory and, line by line, in a file."""

    file: TextIO
    writes: list[GoodWrite] = field(default_factory=list)
    _possible: dict[str, list[Expected]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def open(cls, file: Path) -> Ledger:
        """Start a ledger in a new file."""
        file.parent.mkdir(parents=True, exist_ok=True)
        return cls(file.open("w", buffering=1))

    def acknowledged(self, kind: str, product: str, at: float, expected: Expected) -> None:
        """Note an acknowledged write: from now on this, and nothing else, is right."""
        with self._lock:
            write = GoodWrite(kind, product, at, expected)
            self.writes.append(write)
            self._possible[product] = [expected]
            self.file.write(json.dumps(asdict(write)) + "\n")

    def uncertain(self, product: str, at: float, expected: Expected) -> None:
        """Note a write whose answer was lost: both what was and what would be is right."""
        with self._lock:
            self._possible.setdefault(product, []).append(expected)
            self.file.write(json.dumps({"uncertain": product, "at": at, "expected": expected}) + "\n")

    def expected(self, product: str) -> Expected:
        """Return what a product must be; the latest of the possibilities."""
        with self._lock:
            return self._possible[product][-1]

    def products(self) -> list[str]:
        """Return every product that was ever made, in that order."""
        with self._lock:
            return list(self._possible)

    def present(self) -> list[str]:
        """Return every product that must be there."""
        with self._lock:
            return [product for product, states in self._possible.items() if None not in states]

    def since(self, moment: float) -> list[GoodWrite]:
        """Return the writes acknowledged since a moment."""
        with self._lock:
            return [write for write in self.writes if write.at >= moment]

    def wrong(self, found: Mapping[str, Fields]) -> list[Wrong]:
        """Return every product that is not what it must be, those included that should not be there."""
        with self._lock:
            possible = {product: list(states) for product, states in self._possible.items()}
        for product in found:
            possible.setdefault(product, [None])
        return [
            Wrong(product, states[-1], found.get(product))
            for product, states in possible.items()
            if not any(_is_same(state, found.get(product)) for state in states)
        ]


def _is_same(expected: Expected, found: Expected) -> bool:
    if expected is None or found is None:
        return expected is found
    return all(expected.get(name) == found.get(name) for name in FIELDS)
