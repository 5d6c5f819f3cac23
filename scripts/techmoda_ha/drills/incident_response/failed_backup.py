"""A backup job fails, as its role may not read the table for a moment."""

from __future__ import annotations

import json
from dataclasses import dataclass

from techmoda_ha.drills.incident_response.responses import Responder, Response
from techmoda_ha.drills.incident_response.scenario import Site, outcome_objection
from techmoda_ha.errors import HaError

POLICY = "DrillDeniesBackups"
KEPT_DAYS = 35
POLL_SECONDS = 0.1
FAILS_WITHIN_SECONDS = 900.0


@dataclass
class FailedBackup:
    """The scenario. `plan_id` is the backup plan's; `table_arn` what is backed up."""

    site: Site
    plan_id: str
    table_arn: str
    name: str = "failed-backup"
    metrics_flow: bool = True
    _job: str = ""
    _restarted: str = ""
    _denied_role: str = ""

    @property
    def responder(self) -> Responder:
        """Return the region's responder."""
        return self.site.responder

    @property
    def alarms(self) -> tuple[str, ...]:
        """Return none: an event leads to the playbook."""
        return ()

    @property
    def subjects(self) -> tuple[str, ...]:
        """Return the failed job."""
        return (f"backup job {self._job}",) if self._job else ()

    def describe(self) -> str:
        """Say what it does."""
        return f"deny the role of the backup plan everything (policy {POLICY}), and start a job that fails"

    def lacks(self) -> str:
        """Failed backups must have a playbook."""
        return "" if "backup_jobs" in self.responder.playbooks else "failed backups have no playbook"

    def unready(self) -> str:
        """It can be played at any time."""
        return ""

    def cause(self) -> None:
        """Deny, start a job, wait until it has failed, and allow again: the fault was passing."""
        backup, stage = self.site.client("backup"), self.site.stage
        with self.site.errors("Letting a backup fail"):
            role = self._role()
            self._deny(role)
            self._job = backup.start_backup_job(
                BackupVaultName=self.responder.playbooks["backup_jobs"]["vault"],
                ResourceArn=self.table_arn,
                IamRoleArn=role,
                Lifecycle={"DeleteAfterDays": KEPT_DAYS},
            )["BackupJobId"]
            ends = stage.clock() + FAILS_WITHIN_SECONDS
            while self._state(self._job) not in ("FAILED", "EXPIRED"):
                if self._state(self._job) == "COMPLETED" or stage.clock() > ends:
                    raise HaError("The backup job did not fail.", "IAM may take longer to follow; try again.")
                stage.sleep(POLL_SECONDS)
        self._allow()

    def is_detected(self) -> bool:
        """The job has failed."""
        return bool(self._job)

    def objection(self, response: Response) -> str:
        """It must have started the job again."""
        if objection := outcome_objection(response, "acted"):
            return objection
        self._restarted = str(response.details.get("job", ""))
        return "" if self._restarted else "the record names no new job"

    def mend(self) -> None:
        """Nothing: the fault has passed."""

    def has_recovered(self) -> bool:
        """The second job is complete; raise HaError when it failed as well."""
        with self.site.errors("Reading the job"):
            state = self._state(self._restarted)
        if state in ("FAILED", "EXPIRED", "ABORTED"):
            raise HaError(f"The job that was started again is {state}.", "See AWS Backup's message.")
        return state == "COMPLETED"

    def undo(self) -> None:
        """Allow backups again; recovery points stay until they expire, for their vault is locked."""
        self._allow()

    def _role(self) -> str:
        backup = self.site.client("backup")
        found = backup.list_backup_selections(BackupPlanId=self.plan_id)["BackupSelectionsList"]
        return str(found[0]["IamRoleArn"])

    def _state(self, job: str) -> str:
        return str(self.site.client("backup").describe_backup_job(BackupJobId=job)["State"])

    def _deny(self, role: str) -> None:
        statement = {"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._denied_role = role.rpartition("/")[2]
        self.site.client("iam").put_role_policy(
            RoleName=self._denied_role, PolicyName=POLICY, PolicyDocument=document
        )

    def _allow(self) -> None:
        if self._denied_role:
            with self.site.errors(f"Removing the policy {POLICY}"):
                self.site.client("iam").delete_role_policy(RoleName=self._denied_role, PolicyName=POLICY)
            self._denied_role = ""
