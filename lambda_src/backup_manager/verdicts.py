"""Whether a restored table holds the data that it should. No I/O.

The original goes on being written to while its recovery point ages, so the two tables are not alike. What
must be alike is what was not written since: an item of the original whose `updated_at` is older than the
newest write that the recovery point holds (or than the recovery point, less a grace) must be in the restored
table, unchanged. An item of the restored table that the original lacks was deleted meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta

from backup_manager.items import Item, Key, checksum
from backup_manager.settings import Difference
from common.clock import rfc3339

UPDATED_AT = "updated_at"
# Writers' clocks differ, and a write is committed a moment after it was dated.
SKEW = timedelta(seconds=5)
LONGEST_MESSAGE = 1024  # PutRestoreValidationResult takes no more.


def updated_at(item: Item) -> str:
    """Return when the item was written last, "" when it does not say (then it counts as old)."""
    return str(item.get(UPDATED_AT, {}).get("S", ""))


def required_until(newest_restored: str, made_at: datetime, grace: timedelta) -> str:
    """Return the moment (RFC 3339, as items have it) up to which no write may be missing."""
    by_age = made_at - grace
    newest = datetime.fromisoformat(newest_restored) if newest_restored else by_age
    return rfc3339(max(min(newest, made_at), by_age) - SKEW)


@dataclass(frozen=True, slots=True)
class Compared:
    """Items that were read whole from both tables, by how they compare."""

    same: int = 0
    missing: int = 0  # in the restored table
    different: int = 0  # although not written since
    changed_since: int = 0
    deleted_since: int = 0

    def __add__(self, other: Compared) -> Compared:
        """Return the sum of two parts of a comparison."""
        mine, others = astuple(self), astuple(other)
        return Compared(*(one + another for one, another in zip(mine, others, strict=True)))


def compare_items(
    keys: set[Key], original: Mapping[Key, Item], restored: Mapping[Key, Item], until: str
) -> Compared:
    """Compare the items of these keys, of both tables."""
    counts = dict.fromkeys(Compared.__dataclass_fields__, 0)
    for key in keys:
        counts[_compare(original.get(key), restored.get(key), until)] += 1
    return Compared(**counts)


def _compare(original: Item | None, restored: Item | None, until: str) -> str:
    if original is None:
        return "deleted_since"
    if restored is not None and checksum(original) == checksum(restored):
        return "same"
    if updated_at(original) > until:
        return "changed_since"
    return "missing" if restored is None else "different"


@dataclass(frozen=True, slots=True)
class Findings:
    """What a comparison found. Counts are None where the tables were too large to be read in time.

    `required_items` are those of the original that are too old to be missing, `original_items` all of them.
    """

    structure: tuple[Difference, ...]
    restored_items: int | None
    required_items: int | None
    compared: Compared
    original_items: int | None = None

    @property
    def problems(self) -> list[str]:
        """Return in words (Spanish, for operators) what is wrong; empty when the data are good."""
        found = [str(difference) for difference in self.structure]
        if self.restored_items is not None and self.required_items is not None:
            lacking = self.required_items - self.restored_items
            if lacking > 0:
                found.append(f"faltan al menos {lacking} de {self.required_items} elementos")
        if self.restored_items == 0 and self.original_items:
            found.append(f"está vacía, y la original tiene {self.original_items} elementos")
        if self.compared.missing:
            found.append(f"{self.compared.missing} elementos de la muestra faltan")
        if self.compared.different:
            found.append(f"{self.compared.different} elementos de la muestra son distintos")
        return found

    @property
    def status(self) -> str:
        """Return what PutRestoreValidationResult takes."""
        return "FAILED" if self.problems else "SUCCESSFUL"

    @property
    def message(self) -> str:
        """Return what was found, in one line."""
        counted = (
            "tablas demasiado grandes para contarlas"
            if self.restored_items is None or self.required_items is None
            else f"{self.restored_items} elementos, al menos {self.required_items} necesarios"
        )
        parts = [
            "; ".join(self.problems) or "los datos son correctos",
            counted,
            f"muestra: {self.compared.same} iguales, {self.compared.changed_since} cambiados después, "
            f"{self.compared.deleted_since} borrados después",
        ]
        return " · ".join(parts)[:LONGEST_MESSAGE]
