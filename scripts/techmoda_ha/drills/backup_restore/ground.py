"""What is deployed for backups in both regions, and how the drill looks at it and cleans up after itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.backups.discarding import Discarder
from techmoda_ha.drills.backup_restore.goods import Shelf
from techmoda_ha.drills.stage import Stage


@dataclass(frozen=True)
class Ground:
    """Tables, vaults and the plan, by the outputs of both environments."""

    primary_region: str
    dr_region: str
    table: str
    table_arn: str
    erasures_table: str
    plan_id: str
    vault: str
    dr_vault: str

    @classmethod
    def from_outputs(cls, primary: Mapping[str, Any], dr: Mapping[str, Any]) -> Ground:
        """Read both environments' outputs."""
        return cls(
            primary["region"], dr["region"], primary["table_name"], primary["table_arn"],
            primary["erasure_table_name"], primary["backup_plan_id"], primary["backup_vault_name"],
            primary["dr_backup_vault_name"],
        )  # fmt: skip

    @property
    def dr_vault_arn(self) -> str:
        """Return the ARN of the vault that takes the copies."""
        partition, account = self.table_arn.split(":")[1], self.table_arn.split(":")[4]
        return f"arn:{partition}:backup:{self.dr_region}:{account}:backup-vault:{self.dr_vault}"

    def products(self, stage: Stage) -> Shelf:
        """Return the products table in the primary region."""
        return Shelf(stage.clients("dynamodb", self.primary_region), self.table)

    def erasures(self, stage: Stage, region: str) -> Shelf:
        """Return the log of erasures as a region has it."""
        return Shelf(stage.clients("dynamodb", region), self.erasures_table)

    # -- the steady state: each says what is wrong, "" when nothing is

    def vaults_are_locked(self, stage: Stage) -> str:
        """Both vaults are locked."""
        for region, vault in ((self.primary_region, self.vault), (self.dr_region, self.dr_vault)):
            with self._errors():
                found = stage.clients("backup", region).describe_backup_vault(BackupVaultName=vault)
            if not found.get("Locked"):
                return f"the vault {vault} in {region} is not locked"
        return ""

    def rules_copy_away(self, stage: Stage) -> str:
        """Every rule of the plan copies to the DR vault."""
        with self._errors():
            backup = stage.clients("backup", self.primary_region)
            rules = backup.get_backup_plan(BackupPlanId=self.plan_id)["BackupPlan"]["Rules"]
        for rule in rules:
            targets = [action["DestinationBackupVaultArn"] for action in rule.get("CopyActions", [])]
            if self.dr_vault_arn not in targets:
                return f"the rule {rule['RuleName']} makes no copy in {self.dr_vault}"
        return "" if rules else "the backup plan has no rule"

    def recovery_is_on(self, stage: Stage) -> str:
        """Point-in-time recovery of the products and of the log of erasures is on in both regions."""
        for region in (self.primary_region, self.dr_region):
            for table in (self.table, self.erasures_table):
                if not self._recovers(stage, region, table):
                    return f"point-in-time recovery of {table} in {region} is off"
        return ""

    def _recovers(self, stage: Stage, region: str, table: str) -> bool:
        with self._errors():
            found = stage.clients("dynamodb", region).describe_continuous_backups(TableName=table)
        recovery = found["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        return bool(recovery["PointInTimeRecoveryStatus"] == "ENABLED")

    # -- the restored table

    def protection_problems(self, stage: Stage, restored: str) -> list[str]:
        """Say what a restored table lacks of what protects the original, as seen from outside."""
        found = []
        with self._errors():
            dynamodb = stage.clients("dynamodb", self.dr_region)
            there, here = (
                dynamodb.describe_table(TableName=name)["Table"] for name in (self.table, restored)
            )
            found += [
                f"{member} of {restored} is {here.get(member)}, not {there.get(member)}"
                for member in ("StreamSpecification", "DeletionProtectionEnabled", "KeySchema")
                if here.get(member) != there.get(member)
            ]
            if here["SSEDescription"]["KMSMasterKeyArn"] != there["SSEDescription"]["KMSMasterKeyArn"]:
                found.append(f"{restored} is encrypted with another key")
        if not self._recovers(stage, self.dr_region, restored):
            found.append(f"point-in-time recovery of {restored} is off")
        return found

    def delete_restored(self, stage: Stage, restored: str) -> None:
        """Delete a restored table, with its autoscaling and its alarms."""
        Discarder(lambda service: stage.clients(service, self.dr_region), self.table).discard(restored)

    def _errors(self) -> Any:
        return aws_errors_as("What is deployed for backups could not be read.", "make smoke-test")
