"""What drills/backup-restore.yaml calls; see `conduct` for how a run is found and a step fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from techmoda_ha.drills.backup_restore.drill import BackupRestoreDrill
from techmoda_ha.drills.backup_restore.ground import Ground
from techmoda_ha.drills.conduct import Configuration, holds, roll_back, run_of, step
from techmoda_ha.drills.stage import Stage

__all__ = ["roll_back"]


def _holds(configuration: Configuration, name: str, check: Callable[[Ground, Stage], str]) -> bool:
    ground = cast(BackupRestoreDrill, run_of(configuration).drill).ground
    return holds(configuration, name, lambda stage: check(ground, stage))


def vaults_are_locked(configuration: Configuration) -> bool:
    """Steady state: both vaults are locked."""
    return _holds(configuration, "vaults_are_locked", Ground.vaults_are_locked)


def rules_copy_away(configuration: Configuration) -> bool:
    """Steady state: every rule of the plan copies to the DR vault."""
    return _holds(configuration, "rules_copy_away", Ground.rules_copy_away)


def recovery_is_on(configuration: Configuration) -> bool:
    """Steady state: point-in-time recovery is on in both regions."""
    return _holds(configuration, "recovery_is_on", Ground.recovery_is_on)


def prepare(configuration: Configuration) -> bool:
    """Write products and keep what was written."""
    return step(configuration, BackupRestoreDrill.prepare, BackupRestoreDrill)


def back_up(configuration: Configuration) -> bool:
    """Back up, and copy to the DR region."""
    return step(configuration, BackupRestoreDrill.back_up, BackupRestoreDrill)


def go_on(configuration: Configuration) -> bool:
    """Write and erase after the backup."""
    return step(configuration, BackupRestoreDrill.go_on, BackupRestoreDrill)


def strike(configuration: Configuration) -> bool:
    """Take the primary vault away."""
    return step(configuration, BackupRestoreDrill.strike, BackupRestoreDrill)


def restore(configuration: Configuration) -> bool:
    """Restore the copy in the DR region."""
    return step(configuration, BackupRestoreDrill.restore, BackupRestoreDrill)


def compare(configuration: Configuration) -> bool:
    """Compare what was restored with what was written."""
    return step(configuration, BackupRestoreDrill.compare, BackupRestoreDrill)


def give_back(configuration: Configuration) -> bool:
    """Give the primary vault back."""
    return step(configuration, BackupRestoreDrill.give_back, BackupRestoreDrill)
