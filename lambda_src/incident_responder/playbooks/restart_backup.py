"""A failed backup job: start it again, once.

AWS Backup does not repeat a job that failed, so the day would have no backup. A second failure of the same
table is no passing fault, and is left to people. What a plan's rule adds to its jobs is added again: its
lifecycle. Its copies are not: AWS Backup copies only what a rule has started, so the report names the
vaults that lack theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from incident_responder.decisions import Act, Decision, Done, Leave, Report
from incident_responder.incidents import BackupJobEnd, Incident
from incident_responder.playbooks.aws import aws_errors_as

if TYPE_CHECKING:
    from mypy_boto3_backup import BackupClient

NAME = "restart-backup"
UNDER_WAY = frozenset({"CREATED", "PENDING", "RUNNING", "COMPLETED"})


@dataclass(frozen=True, slots=True)
class Parameters:
    """Whose jobs are started again, and for how long what no rule keeps is kept.

    A locked vault refuses what would be kept for ever, and AWS Backup tells no failed job's lifecycle.
    """

    vault: str
    delete_after_days: int = 35

    def __post_init__(self) -> None:
        if self.delete_after_days < 1:
            raise ValueError("delete_after_days must be at least 1")


class Restarts(Protocol):
    """Remembers which jobs were started for failed ones."""

    def restarted_for(self, job_id: str) -> str | None:
        """Return the failed job that this one was started for, None if none. Raises StoreError."""

    def note_restart(self, job_id: str, of: str) -> None:
        """Remember it. Raises StoreError."""


class RestartBackup:
    """The playbook for one vault."""

    name = NAME

    def __init__(self, parameters: Parameters, backup: BackupClient, restarts: Restarts) -> None:
        self._parameters = parameters
        self._backup = backup
        self._restarts = restarts

    def resource_of(self, incident: Incident) -> str:
        """Return what was to be backed up."""
        return incident.resource_arn if isinstance(incident, BackupJobEnd) else self._parameters.vault

    def assess(self, incident: Incident) -> Decision:
        """Decide whether the job is to be started again. Raises PlaybookError, StoreError."""
        if not isinstance(incident, BackupJobEnd):
            return Leave(f"{incident.subject} is no backup job")
        first = self._restarts.restarted_for(incident.job_id)
        if first is not None:
            return Report(
                f"backup job {incident.job_id} of {incident.resource_arn}, started again for {first}, "
                f"failed as well: {incident.message or incident.state}"
            )
        with aws_errors_as(f"backup job {incident.job_id} cannot be looked at"):
            job: Any = self._backup.describe_backup_job(BackupJobId=incident.job_id)
            rule = self._rule(job)
            newer = self._newer(job)
        if job["BackupVaultName"] != self._parameters.vault:
            return Leave(
                f"backup job {incident.job_id} is of vault {job['BackupVaultName']}, which is not ours"
            )
        if newer is not None:
            return Leave(f"backup job {newer} of {incident.resource_arn} is newer, and did not fail")
        summary = f"start backup job {incident.job_id} of {incident.resource_arn} again ({incident.message})"
        return Act(summary, lambda: self._start(job, rule))

    def _rule(self, job: Any) -> Any:
        """Return the plan's rule that started the job; an empty one for a job on demand."""
        creator = job.get("CreatedBy") or {}
        if "BackupPlanId" not in creator:
            return {}
        plan = self._backup.get_backup_plan(BackupPlanId=creator["BackupPlanId"])["BackupPlan"]
        return next((one for one in plan["Rules"] if one.get("RuleId") == creator.get("BackupRuleId")), {})

    def _newer(self, job: Any) -> str | None:
        jobs = self._backup.list_backup_jobs(
            ByResourceArn=job["ResourceArn"], ByCreatedAfter=job["CreationDate"]
        )["BackupJobs"]
        others = (
            one for one in jobs if one["BackupJobId"] != job["BackupJobId"] and one["State"] in UNDER_WAY
        )
        return next((one["BackupJobId"] for one in others), None)

    def _start(self, job: Any, rule: Any) -> Done:
        lifecycle: Any = rule.get("Lifecycle") or {"DeleteAfterDays": self._parameters.delete_after_days}
        with aws_errors_as(f"backup job {job['BackupJobId']} could not be started again"):
            started = self._backup.start_backup_job(
                BackupVaultName=job["BackupVaultName"],
                ResourceArn=job["ResourceArn"],
                IamRoleArn=job["IamRoleArn"],
                # The same token for the same failed job: repeating this call starts nothing twice.
                IdempotencyToken=job["BackupJobId"],
                Lifecycle=lifecycle,
            )["BackupJobId"]
        self._restarts.note_restart(started, job["BackupJobId"])
        copies = [one["DestinationBackupVaultArn"] for one in rule.get("CopyActions", [])]
        missing = f"; these vaults get no copy of it: {', '.join(copies)}" if copies else ""
        return Done(
            f"started backup job {job['BackupJobId']} of {job['ResourceArn']} again as {started}{missing}",
            {"job": started, "failed_job": job["BackupJobId"], "vaults_without_copy": copies},
        )

    @classmethod
    def build(
        cls, parameters: Parameters, clients: Callable[[str], Any], restarts: Restarts
    ) -> RestartBackup:
        """Return the playbook with a client of its own."""
        return cls(parameters, clients("backup"), restarts)
