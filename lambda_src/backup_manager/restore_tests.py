"""Judging restore tests: what AWS Backup restored for a test is compared, judged and deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from backup_manager.comparison import Comparison

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from mypy_boto3_backup import BackupClient
    from mypy_boto3_dynamodb import DynamoDBClient

JUDGED = ("SUCCESSFUL", "FAILED", "TIMED_OUT")
NOT_THERE = "ResourceNotFoundException"


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on a restore test."""

    table: str
    status: str
    message: str
    items: int  # compared whole


class RestoreTests:
    """Judges the restore tests of one table."""

    def __init__(
        self,
        backup: BackupClient,
        dynamodb: DynamoDBClient,
        comparison: Comparison,
        *,
        table: str,
        logger: Logger,
    ) -> None:
        self._backup = backup
        self._dynamodb = dynamodb
        self._comparison = comparison
        self._table = table
        self._logger = logger

    def judge(self, job_id: str, seconds: float) -> Judged | None:
        """Judge the test that is a restore job, in so many seconds.

        None when the job is no test, or has its verdict already: EventBridge may tell of it twice.
        Raises botocore's errors; then the test has no verdict, and the event is tried again.
        """
        job = self._backup.describe_restore_job(RestoreJobId=job_id)
        if "RestoreTestingPlanArn" not in job.get("CreatedBy", {}) or job.get("ValidationStatus") in JUDGED:
            return None
        restored = job["CreatedResourceArn"].rpartition("/")[2]
        judged = self._compare(job, restored, seconds)
        self._backup.put_restore_validation_result(
            RestoreJobId=job_id,
            ValidationStatus="FAILED" if judged.status == "FAILED" else "SUCCESSFUL",
            ValidationStatusMessage=judged.message,
        )
        self._delete(restored)
        log = self._logger.info if judged.status == "SUCCESSFUL" else self._logger.error
        log("a restore test was judged", table=restored, status=judged.status, findings=judged.message)
        return judged

    def _compare(self, job: Any, restored: str, seconds: float) -> Judged:
        original = job.get("SourceResourceArn", "").rpartition("/")[2]
        if original != self._table:
            return Judged(restored, "FAILED", f"no se sabe con qué comparar un respaldo de {original}", 0)
        made_at = job.get("RecoveryPointCreationDate") or job["CreationDate"]
        findings = self._comparison.run(original, restored, made_at, seconds)
        compared = findings.compared
        items = compared.same + compared.missing + compared.different
        return Judged(restored, findings.status, findings.message, items)

    def _delete(self, table: str) -> None:
        """Delete the test's table, as AWS Backup will too."""
        try:
            self._dynamodb.delete_table(TableName=table)
        except ClientError as error:
            if error.response["Error"]["Code"] != NOT_THERE:
                raise
