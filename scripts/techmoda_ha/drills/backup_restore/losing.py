"""Losing the primary vault on purpose, and getting it back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.drills.backup_restore.plan import Loss
from techmoda_ha.drills.faults import FAULT_URL_VARIABLE, Fault, RegionCutOff, TestBed
from techmoda_ha.errors import HaError

_SID = "DrillTakesTheVaultAway"
# All that a restore or a copy asks of a vault; its policy itself can still be changed back.
_DENIED = [
    "backup:CopyFromBackupVault",
    "backup:DescribeRecoveryPoint",
    "backup:GetRecoveryPointRestoreMetadata",
    "backup:ListRecoveryPointsByBackupVault",
    "backup:StartCopyJob",
    "backup:StartRestoreJob",
]


@dataclass
class VaultDenied:
    """The vault denies everybody everything that a restore needs. `client` is an AWS Backup client."""

    client: Any
    vault: str
    _before: list[str | None] = field(default_factory=list)

    def describe(self) -> str:
        """Say what it does."""
        return f"let the access policy of {self.vault} deny everybody what a restore needs"

    def cause(self) -> None:
        """Put the denial before the policy that is there."""
        with self._errors():
            policy = self._policy()
            self._before.append(policy)
            document = json.loads(policy) if policy else {"Version": "2012-10-17", "Statement": []}
            denial = {"Sid": _SID, "Effect": "Deny", "Principal": "*", "Action": _DENIED, "Resource": "*"}
            document["Statement"] = [denial, *document["Statement"]]
            self.client.put_backup_vault_access_policy(
                BackupVaultName=self.vault, Policy=json.dumps(document)
            )

    def mend(self) -> None:
        """Put the policy back that was there."""
        with self._errors():
            while self._before:
                before = self._before[0]
                if before is None:
                    self.client.delete_backup_vault_access_policy(BackupVaultName=self.vault)
                else:
                    self.client.put_backup_vault_access_policy(BackupVaultName=self.vault, Policy=before)
                self._before.clear()

    def _policy(self) -> str | None:
        try:
            found: str = self.client.get_backup_vault_access_policy(BackupVaultName=self.vault)["Policy"]
        except self.client.exceptions.ResourceNotFoundException:
            return None
        return found

    def _errors(self) -> Any:
        return aws_errors_as(
            f"The access policy of {self.vault} could not be changed.",
            f"If a statement {_SID} is left in it, take it away: make apply ENV=primary",
        )


def make_loss(loss: Loss, bed: TestBed | None, client: Any, vault: str, region: str) -> Fault:
    """Return the fault; raise HaError when it cannot be caused here."""
    if loss is Loss.VAULT:
        return VaultDenied(client, vault)
    if bed is None:
        raise HaError(
            f"No region here can be cut off on request ({FAULT_URL_VARIABLE} is not set).",
            "Take the vault alone away: --loss vault",
        )
    return RegionCutOff(bed, region, "reset")
