"""What backups there are, as AWS Backup of this region knows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from backup_manager.environment import BackupsAre

if TYPE_CHECKING:
    from mypy_boto3_backup import BackupClient

NEWEST = 5  # are told


@dataclass(frozen=True, slots=True)
class RestoreTest:
    """A restore test: when it ended, and whether its data were found good ("" while nobody has looked)."""

    ended_at: datetime | None
    status: str
    validation: str
    message: str


class Backups:
    """The backups of one table in this region: its own jobs, or the copies that its vault received."""

    def __init__(self, client: BackupClient, *, vault: str, table_arn: str, are: BackupsAre) -> None:
        self._client = client
        self._vault = vault
        self._table_arn = table_arn
        self._are = are

    def completed_since(self, moment: datetime) -> int:
        """Return how many backups were completed since then."""
        if self._are is BackupsAre.JOBS:
            jobs = self._client.get_paginator("list_backup_jobs").paginate(
                ByResourceArn=self._table_arn, ByState="COMPLETED", ByCompleteAfter=moment
            )
            return sum(len(page["BackupJobs"]) for page in jobs)
        return sum(point["Status"] == "COMPLETED" for point in self._points(ByCreatedAfter=moment))

    def newest(self) -> list[dict[str, Any]]:
        """Return the newest recovery points of the vault, newest first."""
        points = sorted(self._points(), key=lambda point: point["CreationDate"], reverse=True)
        return [
            {
                "puntoRecuperacion": point["RecoveryPointArn"],
                "fecha": point["CreationDate"],
                "estado": point["Status"],
                "bytes": point.get("BackupSizeInBytes", 0),
            }
            for point in points[:NEWEST]
        ]

    def restore_tests(self) -> list[RestoreTest]:
        """Return the newest restore tests, newest first."""
        jobs = self._client.list_restore_jobs(ByResourceType="DynamoDB")["RestoreJobs"]
        tests = [job for job in jobs if "RestoreTestingPlanArn" in job.get("CreatedBy", {})]
        tests.sort(key=lambda job: job["CreationDate"], reverse=True)
        return [
            RestoreTest(
                job.get("CompletionDate"),
                job["Status"],
                job.get("ValidationStatus", ""),
                job.get("ValidationStatusMessage", ""),
            )
            for job in tests[:NEWEST]
        ]

    def _points(self, **filters: Any) -> list[Any]:
        pages = self._client.get_paginator("list_recovery_points_by_backup_vault").paginate(
            BackupVaultName=self._vault, ByResourceArn=self._table_arn, **filters
        )
        return [point for page in pages for point in page["RecoveryPoints"]]
