"""How long a recovery point lives, and where.

Contract: the type Lifecycle of the AWS Backup API Reference. A backup that moves to cold storage stays
there for at least 90 days; -1 for both members, or leaving them out, means for ever and warm.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DAY_SECONDS = 86_400
LEAST_COLD_DAYS = 90
MOST_DAYS = 36_500

Lifecycle = Mapping[str, Any]


class LifecycleError(ValueError):
    """AWS refuses the lifecycle; the message is the one that AWS gives."""


def check(lifecycle: Lifecycle) -> None:
    """Refuse a lifecycle that no recovery point can have. Raises LifecycleError."""
    cold, delete = cold_after(lifecycle), delete_after(lifecycle)
    for name, days in (("MoveToColdStorageAfterDays", cold), ("DeleteAfterDays", delete)):
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise LifecycleError(f"Invalid lifecycle. {name} must be between 1 and {MOST_DAYS}")
    if cold is not None and delete is not None and delete < cold + LEAST_COLD_DAYS:
        raise LifecycleError(
            "Invalid lifecycle. DeleteAfterDays cannot be less than 90 days apart from "
            "MoveToColdStorageAfterDays"
        )


def cold_after(lifecycle: Lifecycle) -> int | None:
    """After how many days a recovery point moves to cold storage, if ever."""
    return _days(lifecycle.get("MoveToColdStorageAfterDays"))


def delete_after(lifecycle: Lifecycle) -> int | None:
    """After how many days a recovery point is deleted, if ever."""
    return _days(lifecycle.get("DeleteAfterDays"))


def calculated(lifecycle: Lifecycle, created_at: float) -> dict[str, float]:
    """The CalculatedLifecycle of a recovery point: the same as points in time (epoch seconds)."""
    days = {"MoveToColdStorageAt": cold_after(lifecycle), "DeleteAt": delete_after(lifecycle)}
    return {name: created_at + count * DAY_SECONDS for name, count in days.items() if count is not None}


def _days(value: int | None) -> int | None:
    return None if value is None or value == -1 else int(value)
