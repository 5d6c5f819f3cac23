"""What one run of the backup-restore drill shall do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from techmoda_ha.drills.configuration import FromConfiguration


class Loss(StrEnum):
    """How the primary vault is lost.

    region: the whole region is cut off, on a test bed. vault: the vault's access policy denies everybody
    what a restore needs, which works on AWS too.
    """

    REGION = "region"
    VAULT = "vault"


@dataclass(frozen=True)
class BackupRestorePlan(FromConfiguration):
    """One run. Times are in seconds; `rule` is the rule of the backup plan that is run."""

    loss: Loss = Loss.VAULT
    rule: str = "RespaldosDiarios"
    products: int = 300
    erased: int = 10
    late: int = 20
    settling_seconds: float = 30.0
    job_deadline_seconds: float = 7200.0
    restore_deadline_seconds: float = 7200.0
    replication_deadline_seconds: float = 60.0
    rto_objective_seconds: float = 3600.0

    @property
    def objectives(self) -> dict[str, float]:
        """Return the objectives by the names of their measurements."""
        return {
            "rto_seconds": self.rto_objective_seconds,
            "items_missing": 0,
            "items_different": 0,
            "erased_items_back": 0,
        }
