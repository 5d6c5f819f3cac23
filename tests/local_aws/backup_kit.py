"""What the tests of AWS Backup set up: a table, vaults in two regions, a role, and waiting for jobs."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.testing import LocalAws, eventually

HOME, AWAY = "us-east-1", "us-west-2"
JOB_SECONDS = 60


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    """The code of the error that AWS answered with."""
    return str(error.value.response["Error"]["Code"])


def message(error: pytest.ExceptionInfo[ClientError]) -> str:
    """What the error says."""
    return str(error.value.response["Error"]["Message"])


@dataclass
class Kit:
    """One test's own resources; everything is undone at the end."""

    aws: LocalAws
    undo: ExitStack
    name: str = field(default_factory=lambda: f"backup-{uuid.uuid4().hex[:8]}")

    def client(self, service: str, region: str = HOME) -> Any:
        return self.aws.client(service, region)

    @property
    def backup(self) -> Any:
        return self.client("backup")

    @property
    def dynamodb(self) -> Any:
        return self.client("dynamodb")

    def table(self, items: int = 3, tags: dict[str, str] | None = None, suffix: str = "") -> str:
        """Create a table with that many items; its ARN."""
        name = self.name + suffix
        described = self.dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            Tags=[{"Key": key, "Value": value} for key, value in (tags or {}).items()],
        )["TableDescription"]
        self.dynamodb.get_waiter("table_exists").wait(TableName=name)
        self.undo.callback(self.dynamodb.delete_table, TableName=name)
        for number in range(items):
            self.dynamodb.put_item(TableName=name, Item={"id": {"S": str(number)}, "text": {"S": "first"}})
        arn: str = described["TableArn"]
        return arn

    def vault(self, region: str = HOME, suffix: str = "", **settings: Any) -> tuple[str, str]:
        """Create a vault, which is emptied and deleted at the end; its name and ARN."""
        backup, name = self.client("backup", region), self.name + suffix
        arn: str = backup.create_backup_vault(BackupVaultName=name, **settings)["BackupVaultArn"]
        self.undo.callback(self._delete_vault, backup, name)
        return name, arn

    @staticmethod
    def _delete_vault(backup: Any, name: str) -> None:
        backup.delete_backup_vault_access_policy(BackupVaultName=name)
        backup.delete_backup_vault_lock_configuration(BackupVaultName=name)
        for point in backup.list_recovery_points_by_backup_vault(BackupVaultName=name)["RecoveryPoints"]:
            backup.delete_recovery_point(BackupVaultName=name, RecoveryPointArn=point["RecoveryPointArn"])
        backup.delete_backup_vault(BackupVaultName=name)

    def role(
        self, actions: tuple[str, ...] = ("dynamodb:*", "backup:*"), service: str = "backup.amazonaws.com"
    ) -> str:
        """Create a role that the service may assume and that allows the actions; its ARN."""
        iam, name = self.client("iam"), f"{self.name}-{uuid.uuid4().hex[:4]}"
        trust = [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]
        arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(*trust))["Role"]["Arn"]
        allowed = policy({"Effect": "Allow", "Action": list(actions), "Resource": "*"})
        iam.put_role_policy(RoleName=name, PolicyName="work", PolicyDocument=allowed)
        self.undo.callback(iam.delete_role, RoleName=name)
        self.undo.callback(iam.delete_role_policy, RoleName=name, PolicyName="work")
        return arn

    def back_up(self, vault: str, resource: str, role: str, **settings: Any) -> dict[str, Any]:
        """Back the resource up and wait for the job's end; the job."""
        job = self.backup.start_backup_job(
            BackupVaultName=vault, ResourceArn=resource, IamRoleArn=role, **settings
        )
        return self.backup_job(job["BackupJobId"])

    def backup_job(self, job_id: str) -> dict[str, Any]:
        """The backup job once it is over."""
        return self._over(lambda: self.backup.describe_backup_job(BackupJobId=job_id), "State")

    def copy(
        self, source: str, point: str, destination_arn: str, role: str, **settings: Any
    ) -> dict[str, Any]:
        """Copy the recovery point and wait for the job's end; the job."""
        started = self.backup.start_copy_job(
            RecoveryPointArn=point,
            SourceBackupVaultName=source,
            DestinationBackupVaultArn=destination_arn,
            IamRoleArn=role,
            **settings,
        )
        return self.copy_job(started["CopyJobId"])

    def copy_job(self, job_id: str) -> dict[str, Any]:
        """The copy job once it is over."""
        return self._over(lambda: self.backup.describe_copy_job(CopyJobId=job_id)["CopyJob"], "State")

    def restore(
        self, point: str, role: str, region: str = HOME, *, suffix: str = "-restored", **settings: Any
    ) -> dict[str, Any]:
        """Restore the recovery point to a new table and wait for the job's end; the job."""
        metadata = {"targetTableName": self.name + suffix, **settings.pop("Metadata", {})}
        started = self.client("backup", region).start_restore_job(
            RecoveryPointArn=point, Metadata=metadata, IamRoleArn=role, **settings
        )
        job = self.restore_job(started["RestoreJobId"], region)
        if "CreatedResourceArn" in job:
            dynamodb = self.client("dynamodb", region)
            self.undo.callback(dynamodb.delete_table, TableName=metadata["targetTableName"])
        return job

    def restore_job(self, job_id: str, region: str = HOME) -> dict[str, Any]:
        """The restore job once it is over."""
        backup = self.client("backup", region)
        return self._over(lambda: backup.describe_restore_job(RestoreJobId=job_id), "Status")

    @staticmethod
    def _over(describe: Any, member: str) -> dict[str, Any]:
        def over() -> bool:
            return describe()[member] in ("COMPLETED", "FAILED", "ABORTED", "EXPIRED")

        assert eventually(over, seconds=JOB_SECONDS), describe()
        return dict(describe())

    def texts(self, table: str, region: str = HOME) -> dict[str, str]:
        """The items of a table: id → text."""
        items = self.client("dynamodb", region).scan(TableName=table, ConsistentRead=True)["Items"]
        return {item["id"]["S"]: item["text"]["S"] for item in items}


def policy(*statements: dict[str, Any]) -> str:
    """A policy document of the statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@contextmanager
def a_kit(aws: LocalAws) -> Iterator[Kit]:
    """A kit that is undone afterwards."""
    with ExitStack() as undo:
        yield Kit(aws, undo)
