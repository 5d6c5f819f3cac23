"""Starting a restore: from point-in-time recovery, or from a recovery point of the vault."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from backup_manager.names import target_name
from backup_manager.requests import RequestError, Restore, RestoreFromPoint, RestoreToTime
from common.clock import Clock, rfc3339

if TYPE_CHECKING:
    from mypy_boto3_backup import BackupClient
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class Started:
    """A restore that was started: the table that it makes, and what AWS said."""

    table: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Window:
    """The moments that point-in-time recovery can go back to, both included."""

    earliest: datetime
    latest: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.earliest <= moment <= self.latest


class Restorer:
    """Starts restores of one table into tables beside it."""

    def __init__(
        self,
        dynamodb: DynamoDBClient,
        backup: BackupClient,
        *,
        table: str,
        vault: str,
        role_arn: str,
        key_arn: str,
        clock: Clock,
    ) -> None:
        self._dynamodb = dynamodb
        self._backup = backup
        self._table = table
        self._vault = vault
        self._role_arn = role_arn
        self._key_arn = key_arn
        self._clock = clock

    def start(self, request: Restore) -> Started:
        """Start what is asked for. Raises RequestError, and botocore's errors."""
        if isinstance(request, RestoreFromPoint):
            return self._from_point(request.arn)
        window = self.window()
        if window is None:
            raise RequestError(
                f"la recuperación a un momento (PITR) de {self._table} está desactivada: "
                "restaure un puntoRecuperacion"
            )
        if not isinstance(request, RestoreToTime):
            return self._to_time({"UseLatestRestorableTime": True})
        if request.at not in window:
            raise RequestError(
                f"fechaHora {rfc3339(request.at)} está fuera de la ventana de recuperación de {self._table}: "
                f"de {rfc3339(window.earliest)} a {rfc3339(window.latest)}"
            )
        return self._to_time({"RestoreDateTime": request.at})

    def window(self) -> Window | None:
        """Return the recovery window, None while point-in-time recovery is off."""
        found = self._dynamodb.describe_continuous_backups(TableName=self._table)
        recovery = found["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
            return None
        return Window(recovery["EarliestRestorableDateTime"], recovery["LatestRestorableDateTime"])

    def _to_time(self, when: dict[str, Any]) -> Started:
        target = target_name(self._table, self._clock.now())
        try:
            made = self._dynamodb.restore_table_to_point_in_time(
                SourceTableName=self._table, TargetTableName=target, **when
            )["TableDescription"]
        except self._dynamodb.exceptions.TableAlreadyExistsException:
            # The name is this call's own: botocore repeated a call whose answer was lost.
            made = self._dynamodb.describe_table(TableName=target)["Table"]
        return Started(target, {"TableDescription": made})

    def _from_point(self, arn: str) -> Started:
        point = self._backup.describe_recovery_point(BackupVaultName=self._vault, RecoveryPointArn=arn)
        of_table = point["ResourceArn"].rpartition("/")[2]
        if of_table != self._table:
            raise RequestError(f"puntoRecuperacion es un respaldo de {of_table}, no de {self._table}")
        if point["Status"] != "COMPLETED":
            raise RequestError(f"puntoRecuperacion no se puede restaurar: su estado es {point['Status']}")
        target = target_name(self._table, self._clock.now())
        answer = self._backup.start_restore_job(
            RecoveryPointArn=arn,
            IamRoleArn=self._role_arn,
            ResourceType="DynamoDB",
            IdempotencyToken=target,
            Metadata={
                "targetTableName": target,
                "encryptionType": "KMS",
                "kmsMasterKeyArn": self._key_arn,
            },
        )
        return Started(target, {"RestoreJobId": answer["RestoreJobId"], "TableName": target})
