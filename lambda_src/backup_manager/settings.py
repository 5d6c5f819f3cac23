"""A table's settings as a flat map of fields, and what differs between two. No I/O.

Fields that DynamoDB keeps when it restores are compared only: `key_schema`, `index.NAME`, `billing_mode`,
`table_class`, `encryption_key`. It drops the others, which are applied anew: `stream`, `time_to_live`,
`recovery_days`, `deletion_protection`, `tag.KEY`, `scaling.DIMENSION.INDEX` and `alarm.NAME`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Settings = Mapping[str, Any]
"""Field → value. A field that is not set is absent or None."""

STREAM = "stream"
TIME_TO_LIVE = "time_to_live"
RECOVERY_DAYS = "recovery_days"
DELETION_PROTECTION = "deletion_protection"
TAG = "tag."
SCALING = "scaling."
ALARM = "alarm."
KEPT_BY_RESTORE = ("key_schema", "index.", "billing_mode", "table_class", "encryption_key")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that is not as it should be."""

    field: str
    wanted: Any
    actual: Any

    def __str__(self) -> str:
        return f"{self.field} es {self.actual!r}, no {self.wanted!r}"


def differences(wanted: Settings, actual: Settings) -> list[Difference]:
    """Return the fields of `wanted` that `actual` has otherwise or not at all, by name.

    What `actual` has besides, such as tags of its own, is no difference.
    """
    return [
        Difference(field, value, actual.get(field))
        for field, value in sorted(wanted.items())
        if actual.get(field) != value
    ]


def part(settings: Settings, prefix: str) -> dict[str, Any]:
    """Return the fields that begin with the prefix, without it."""
    return {
        field.removeprefix(prefix): value for field, value in settings.items() if field.startswith(prefix)
    }
