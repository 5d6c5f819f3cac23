"""A restore test gets the verdict of its data, once, and its table is deleted."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.unit.backup_manager.kit import NOW, TABLE, TABLE_ARN, Backup, quiet_logger, refusal

from backup_manager.restore_tests import RestoreTests
from backup_manager.verdicts import Compared, Findings

TEST_TABLE = "awsbackup-restore-test-1"
JOB = {
    "RestoreJobId": "7",
    "Status": "COMPLETED",
    "CreatedBy": {"RestoreTestingPlanArn": "plan"},
    "CreatedResourceArn": f"arn:aws:dynamodb:us-east-1:123456789012:table/{TEST_TABLE}",
    "SourceResourceArn": TABLE_ARN,
    "RecoveryPointCreationDate": NOW,
    "CreationDate": NOW,
}
GOOD = Findings((), 3, 3, Compared(same=3))
BAD = Findings((), 2, 3, Compared(same=2, missing=1))


class Comparison:
    """A comparison whose outcome is known."""

    def __init__(self, outcome: Findings | Exception) -> None:
        self.outcome = outcome
        self.asked: list[Any] = []

    def run(self, *arguments: Any) -> Findings:
        self.asked.append(arguments)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


class Case:
    """One test to be judged."""

    def __init__(self, job: dict[str, Any], outcome: Findings | Exception = GOOD) -> None:
        self.backup = Backup({"describe_restore_job": job, "put_restore_validation_result": {}})
        self.dynamodb = Backup({"delete_table": {}})
        self.comparison = Comparison(outcome)

    def judge(self) -> Any:
        parts: Any = (self.backup, self.dynamodb, self.comparison)
        return RestoreTests(*parts, table=TABLE, logger=quiet_logger()).judge("7", 600)

    @property
    def verdicts(self) -> list[str]:
        return [asked["ValidationStatus"] for asked in self.backup.asked("put_restore_validation_result")]

    @property
    def deleted(self) -> list[str]:
        return [asked["TableName"] for asked in self.dynamodb.asked("delete_table")]


@pytest.mark.parametrize(("findings", "verdict"), [(GOOD, "SUCCESSFUL"), (BAD, "FAILED")])
def test_aws_backup_is_told_the_verdict_and_the_table_deleted(findings: Findings, verdict: str) -> None:
    case = Case(JOB, findings)
    judged = case.judge()
    assert (judged.status, judged.items) == (verdict, 3)
    assert (case.verdicts, case.deleted) == ([verdict], [TEST_TABLE])
    (told,) = case.backup.asked("put_restore_validation_result")
    assert told["ValidationStatusMessage"] == findings.message
    assert case.comparison.asked == [(TABLE, TEST_TABLE, NOW, 600)]


@pytest.mark.parametrize("change", [{"CreatedBy": {}}, {"ValidationStatus": "FAILED"}])
def test_what_is_no_test_or_was_judged_is_left_alone(change: dict[str, Any]) -> None:
    case = Case({**JOB, **change})
    assert case.judge() is None
    assert (case.verdicts, case.deleted) == ([], [])


def test_a_backup_of_an_unknown_table_is_not_called_good() -> None:
    case = Case({**JOB, "SourceResourceArn": TABLE_ARN + "-other"})
    assert case.judge().status == "FAILED"
    assert case.verdicts == ["FAILED"]


def test_a_table_that_is_gone_already_is_no_error() -> None:
    case = Case(JOB)
    case.dynamodb.answers["delete_table"] = refusal("ResourceNotFoundException")
    assert case.judge().status == "SUCCESSFUL"


def test_a_table_that_cannot_be_deleted_is_an_error() -> None:
    case = Case(JOB)
    case.dynamodb.answers["delete_table"] = refusal("AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        case.judge()


def test_a_comparison_that_could_not_be_made_is_no_verdict() -> None:
    case = Case(JOB, refusal("ProvisionedThroughputExceededException"))
    with pytest.raises(ClientError):
        case.judge()
    assert (case.verdicts, case.deleted) == ([], [])
