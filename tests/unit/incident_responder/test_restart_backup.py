"""A failed backup is started again once, as its plan would have."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.unit.incident_responder.kit import ALARM, FAILED_JOB, TABLE_ARN, Answer, ScriptedAws, refusal

from incident_responder.decisions import Act, Decision, Leave, PlaybookError, Report
from incident_responder.playbooks.restart_backup import Parameters, RestartBackup

CREATED = datetime(2025, 11, 28, 5, 0, tzinfo=UTC)
JOB: dict[str, Any] = {
    "BackupJobId": "job-1",
    "BackupVaultName": "shop-vault",
    "ResourceArn": TABLE_ARN,
    "IamRoleArn": "arn:aws:iam::111111111111:role/backup",
    "CreationDate": CREATED,
    "State": "FAILED",
    "CreatedBy": {"BackupPlanId": "plan-1", "BackupRuleId": "rule-2"},
}
COPY = "arn:aws:backup:us-west-2:111111111111:backup-vault:shop-vault-dr"
PLAN = {
    "BackupPlan": {
        "Rules": [
            {"RuleId": "rule-1", "Lifecycle": {"DeleteAfterDays": 7}},
            {
                "RuleId": "rule-2",
                "Lifecycle": {"DeleteAfterDays": 35},
                "CopyActions": [{"DestinationBackupVaultArn": COPY}],
            },
        ]
    }
}


@dataclass
class Restarts:
    """What was started for what."""

    known: dict[str, str] = field(default_factory=dict)

    def restarted_for(self, job_id: str) -> str | None:
        return self.known.get(job_id)

    def note_restart(self, job_id: str, of: str) -> None:
        self.known[job_id] = of


class Case:
    """The playbook over a scripted AWS Backup."""

    def __init__(self, restarts: Restarts | None = None, **answers: Answer) -> None:
        self.restarts = restarts or Restarts()
        self.aws = ScriptedAws(
            {
                "backup.DescribeBackupJob": JOB,
                "backup.GetBackupPlan": PLAN,
                "backup.ListBackupJobs": {"BackupJobs": [JOB]},
                "backup.StartBackupJob": {"BackupJobId": "job-2"},
                **{f"backup.{name}": answer for name, answer in answers.items()},
            }
        )
        self.playbook = RestartBackup.build(Parameters("shop-vault"), self.aws.client, self.restarts)

    def assess(self) -> Decision:
        return self.playbook.assess(FAILED_JOB)

    def perform(self) -> Any:
        decision = self.assess()
        assert isinstance(decision, Act)
        return decision.perform()


def test_it_is_started_with_the_roles_and_lifecycle_of_its_rule() -> None:
    case = Case()
    done = case.perform()
    [asked] = case.aws.asked("backup.StartBackupJob")
    assert asked == {
        "BackupVaultName": "shop-vault",
        "ResourceArn": TABLE_ARN,
        "IamRoleArn": "arn:aws:iam::111111111111:role/backup",
        "IdempotencyToken": "job-1",
        "Lifecycle": {"DeleteAfterDays": 35},
    }
    assert case.restarts.known == {"job-2": "job-1"}
    assert done.details == {"job": "job-2", "failed_job": "job-1", "vaults_without_copy": [COPY]}
    assert "get no copy" in done.summary


def test_a_job_on_demand_has_no_rule() -> None:
    case = Case(DescribeBackupJob={**JOB, "CreatedBy": {}})
    done = case.perform()
    assert case.aws.asked("backup.StartBackupJob")[0]["Lifecycle"] == {"DeleteAfterDays": 35}
    assert "backup.GetBackupPlan" not in case.aws.names
    assert done.details["vaults_without_copy"] == []


def test_a_rule_that_is_gone_from_its_plan_leaves_the_usual_lifecycle() -> None:
    case = Case(DescribeBackupJob={**JOB, "CreatedBy": {"BackupPlanId": "plan-1", "BackupRuleId": "gone"}})
    case.perform()
    assert case.aws.asked("backup.StartBackupJob")[0]["Lifecycle"] == {"DeleteAfterDays": 35}


def test_a_lifecycle_of_no_days_is_refused() -> None:
    with pytest.raises(ValueError, match="delete_after_days"):
        Parameters("shop-vault", delete_after_days=0)


def test_a_second_failure_is_left_to_people() -> None:
    case = Case(Restarts({"job-1": "job-0"}))
    decision = case.assess()
    assert isinstance(decision, Report)
    assert "started again for job-0, failed as well: the role may not" in decision.summary
    assert case.aws.calls == []


@pytest.mark.parametrize("state", ["CREATED", "PENDING", "RUNNING", "COMPLETED"])
def test_a_newer_job_makes_a_restart_needless(state: str) -> None:
    newer = {**JOB, "BackupJobId": "job-9", "State": state}
    decision = Case(ListBackupJobs={"BackupJobs": [newer, JOB]}).assess()
    assert isinstance(decision, Leave)
    assert "job-9" in decision.summary


def test_a_newer_job_that_failed_as_well_does_not() -> None:
    newer = {**JOB, "BackupJobId": "job-9", "State": "FAILED"}
    assert isinstance(Case(ListBackupJobs={"BackupJobs": [newer, JOB]}).assess(), Act)


def test_a_job_of_another_vault_is_not_ours() -> None:
    decision = Case(DescribeBackupJob={**JOB, "BackupVaultName": "finance"}).assess()
    assert isinstance(decision, Leave)
    assert "finance" in decision.summary


def test_limits_count_by_what_is_backed_up() -> None:
    assert Case().playbook.resource_of(FAILED_JOB) == TABLE_ARN


def test_an_alarm_is_no_backup_job() -> None:
    assert isinstance(Case().playbook.assess(ALARM), Leave)


@pytest.mark.parametrize("operation", ["DescribeBackupJob", "GetBackupPlan", "ListBackupJobs"])
def test_what_cannot_be_read_is_an_error(operation: str) -> None:
    with pytest.raises(PlaybookError, match=f"not {operation}"):
        Case(None, **{operation: refusal(operation)}).assess()


def test_a_start_that_is_refused_is_an_error() -> None:
    case = Case(StartBackupJob=refusal("StartBackupJob"))
    with pytest.raises(PlaybookError, match="not StartBackupJob"):
        case.perform()
    assert case.restarts.known == {}
