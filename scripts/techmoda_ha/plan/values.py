"""Planned values: known, absent, or known only after apply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Unknown(Enum):
    """The one value that says: Terraform learns this only while it applies."""

    UNKNOWN = "known after apply"

    def __repr__(self) -> str:
        return "(known after apply)"

    __str__ = __repr__

    def __bool__(self) -> bool:
        raise TypeError("what is known only after apply is neither true nor false")


UNKNOWN = Unknown.UNKNOWN


Truth = bool | Unknown


def every(*truths: Truth) -> Truth:
    """Return whether all hold: one that does not decides, one that is unknown leaves it open."""
    if any(truth is not UNKNOWN and not truth for truth in truths):
        return False
    return UNKNOWN if UNKNOWN in truths else True


def some(*truths: Truth) -> Truth:
    """Return whether one of them holds: one that does decides, one that is unknown leaves it open."""
    if any(truth is not UNKNOWN and truth for truth in truths):
        return True
    return UNKNOWN if UNKNOWN in truths else False


@dataclass(frozen=True, eq=False)
class View:
    """A part of a planned resource: its values beside the marks of what is unknown.

    `values` are what `after` holds in Terraform's JSON, `unknown` what `after_unknown` holds: `True` for
    an unknown value, and otherwise the same structure as the values.
    """

    values: Any
    unknown: Any

    def value(self, path: str) -> Any:
        """Return the value at a path such as "server_side_encryption.0.kms_key_arn".

        UNKNOWN where the value, or anything that holds it, is unknown; None where it is absent or null. A
        list or map is returned as it is even if something within it is unknown: use `blocks` for those.
        """
        here = self._at(path)
        return UNKNOWN if here.unknown is True else here.values

    def blocks(self, path: str) -> list[View]:
        """Return the nested blocks at a path; none where it is absent.

        Where not even their number is known, there is one block of which everything is unknown, so that
        no rule passes by finding none.
        """
        here = self._at(path)
        if here.unknown is True:
            return [View(None, True)]
        values = here.values if isinstance(here.values, list) else []
        marks = here.unknown if isinstance(here.unknown, list) else []
        count = max(len(values), len(marks))
        return [View(_item(values, index), _item(marks, index)) for index in range(count)]

    def is_set(self, path: str) -> Truth:
        """Tell whether something stands at a path, even if nobody knows yet what."""
        here = self._at(path)
        if here.unknown is True:
            return UNKNOWN
        if isinstance(here.unknown, Sequence) and here.unknown:
            return True
        return here.values not in (None, "", [], {})

    def _at(self, path: str) -> View:
        values, unknown = self.values, self.unknown
        for step in path.split("."):
            if unknown is True:
                return View(None, True)
            values, unknown = _child(values, step), _child(unknown, step)
        return View(values, unknown)


def _child(container: Any, step: str) -> Any:
    if isinstance(container, Mapping):
        return container.get(step)
    if isinstance(container, list) and step.isdigit():
        return _item(container, int(step))
    return None


def _item(items: Sequence[Any], index: int) -> Any:
    return items[index] if index < len(items) else None
