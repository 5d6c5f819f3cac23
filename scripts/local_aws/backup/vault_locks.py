"""What a vault lock allows.

Contract: PutBackupVaultLockConfiguration and "AWS Backup Vault Lock" of the developer guide. A lock
without a lock date (governance mode) can be changed and removed by whoever may call the API. One with a
lock date (compliance mode) can be until that date, at least 72 hours ahead, and by nobody after it.
While a vault is locked, no recovery point in it can be deleted or have its lifecycle changed, and a job
whose retention is outside the lock's bounds fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from local_aws.backup import lifecycles
from local_aws.backup.lifecycles import DAY_SECONDS, Lifecycle

LEAST_CHANGEABLE_DAYS = 3
MOST_DAYS = 36_500


class LockError(ValueError):
    """A lock configuration that AWS refuses; the message says why."""


@dataclass(frozen=True)
class VaultLock:
    """The lock of one vault; `lock_date` (epoch seconds) is when it becomes immutable."""

    min_days: int | None = None
    max_days: int | None = None
    lock_date: float | None = None

    @classmethod
    def requested(cls, request: dict[str, Any], now: float) -> VaultLock:
        """The lock that a PutBackupVaultLockConfiguration request asks for. Raises LockError."""
        least, most = request.get("MinRetentionDays"), request.get("MaxRetentionDays")
        changeable = request.get("ChangeableForDays")
        for name, days, lowest in (
            ("MinRetentionDays", least, 1),
            ("MaxRetentionDays", most, 1),
            ("ChangeableForDays", changeable, LEAST_CHANGEABLE_DAYS),
        ):
            if days is not None and not lowest <= days <= MOST_DAYS:
                raise LockError(f"{name} must be between {lowest} and {MOST_DAYS}")
        if least is not None and most is not None and least > most:
            raise LockError("MinRetentionDays must not be greater than MaxRetentionDays")
        return cls(least, most, None if changeable is None else now + changeable * DAY_SECONDS)

    def immutable(self, now: float) -> bool:
        """Whether nobody can change or remove the lock any more."""
        return self.lock_date is not None and now >= self.lock_date

    def objection(self, lifecycle: Lifecycle) -> str | None:
        """Why a backup with that lifecycle cannot enter the vault, or None."""
        days = lifecycles.delete_after(lifecycle)
        if self.min_days is not None and days is not None and days < self.min_days:
            return f"Retention period of {days} days is shorter than the vault's minimum of {self.min_days}"
        if self.max_days is not None and (days is None or days > self.max_days):
            kept = "unlimited" if days is None else f"{days} days"
            return f"Retention period ({kept}) is longer than the vault's maximum of {self.max_days} days"
        return None
