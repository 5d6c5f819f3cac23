"""A rule of the backup plan run now: the backup, and each copy that the rule makes, by AWS Backup's own API.

AWS Backup can start a plan's rule at its time only. What is started here has the rule's vault, role,
lifecycle, tags and copies, so it shows whether the rule itself works.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.errors import HaError, ViolationError

POLL_SECONDS = 1.0
ENDED = ("COMPLETED", "FAILED", "ABORTED", "EXPIRED", "PARTIAL")
DAILY = "RespaldosDiarios"


@dataclass(frozen=True)
class Copied:
    """A copy of a recovery point, and the vault that took it."""

    arn: str
    vault_arn: str
    seconds: float

    @property
    def region(self) -> str:
        """Return the region of the vault."""
        return self.vault_arn.split(":")[3]


@dataclass(frozen=True)
class BackedUp:
    """A recovery point and its copies. Seconds are from the job's start to its end as polled."""

    arn: str
    seconds: float
    size_bytes: int
    copies: tuple[Copied, ...]


@dataclass(frozen=True)
class PlanRunner:
    """Runs rules of one plan. `client` is an AWS Backup client of the plan's region."""

    client: Any
    plan_id: str
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def run(self, table_arn: str, rule_name: str, seconds: float) -> BackedUp:
        """Back the table up as the rule does, and wait for the backup and its copies.

        Raises ViolationError when the rule is missing, copies nothing or a job fails; HaError when AWS
        does not answer or a job takes longer than so many seconds.
        """
        with aws_errors_as("AWS Backup did not do what was asked.", "Check region and rights, then repeat."):
            rule = self._rule(rule_name)
            role = self._role()
            began = self.clock()
            started = self.client.start_backup_job(
                BackupVaultName=rule["TargetBackupVaultName"],
                ResourceArn=table_arn,
                IamRoleArn=role,
                StartWindowMinutes=rule["StartWindowMinutes"],
                CompleteWindowMinutes=rule["CompletionWindowMinutes"],
                Lifecycle=rule["Lifecycle"],
                RecoveryPointTags=rule.get("RecoveryPointTags", {}),
            )
            job = self._wait(lambda: self._backup_job(started["BackupJobId"]), "backup", seconds)
            taken = self.clock() - began
            arn = job["RecoveryPointArn"]
            copies = [
                self._copy(rule["TargetBackupVaultName"], arn, action, role, seconds)
                for action in rule["CopyActions"]
            ]
        return BackedUp(arn, taken, job.get("BackupSizeInBytes", 0), tuple(copies))

    def _rule(self, name: str) -> Mapping[str, Any]:
        plan = self.client.get_backup_plan(BackupPlanId=self.plan_id)["BackupPlan"]
        rules = {rule["RuleName"]: rule for rule in plan["Rules"]}
        if name not in rules:
            raise ViolationError(
                f"The backup plan has no rule {name}; it has {', '.join(sorted(rules)) or 'none'}.",
                "Restore the rule: make apply ENV=primary",
            )
        rule: Mapping[str, Any] = rules[name]
        if not rule.get("CopyActions"):
            raise ViolationError(
                f"The rule {name} copies nothing to another region: with this region every backup is lost.",
                "Restore its copy action: make apply ENV=primary",
            )
        return rule

    def _role(self) -> str:
        """Return the role that the plan's selections work with."""
        selections = self.client.list_backup_selections(BackupPlanId=self.plan_id)["BackupSelectionsList"]
        if not selections:
            raise ViolationError("The backup plan selects nothing.", "Restore it: make apply ENV=primary")
        role: str = selections[0]["IamRoleArn"]
        return role

    def _copy(self, vault: str, point: str, action: Mapping[str, Any], role: str, seconds: float) -> Copied:
        began = self.clock()
        started = self.client.start_copy_job(
            RecoveryPointArn=point,
            SourceBackupVaultName=vault,
            DestinationBackupVaultArn=action["DestinationBackupVaultArn"],
            IamRoleArn=role,
            Lifecycle=action["Lifecycle"],
        )
        job = self._wait(lambda: self._copy_job(started["CopyJobId"]), "copy", seconds)
        vault_arn = action["DestinationBackupVaultArn"]
        return Copied(job["DestinationRecoveryPointArn"], vault_arn, self.clock() - began)

    def _backup_job(self, job_id: str) -> dict[str, Any]:
        job: dict[str, Any] = self.client.describe_backup_job(BackupJobId=job_id)
        return job

    def _copy_job(self, job_id: str) -> dict[str, Any]:
        job: dict[str, Any] = self.client.describe_copy_job(CopyJobId=job_id)["CopyJob"]
        return job

    def _wait(self, describe: Callable[[], dict[str, Any]], what: str, seconds: float) -> dict[str, Any]:
        deadline = self.clock() + seconds
        while (job := describe())["State"] not in ENDED:
            if self.clock() >= deadline:
                raise HaError(
                    f"The {what} job is {job['State']} after {seconds:.0f} s.", "Look again: ha backup status"
                )
            self.sleep(POLL_SECONDS)
        if job["State"] != "COMPLETED":
            raise ViolationError(
                f"The {what} job ended {job['State']}: {job.get('StatusMessage', 'without a reason')}.",
                "docs/runbooks/failed-backup.md says what to do.",
            )
        return job
