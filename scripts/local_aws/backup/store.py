"""What AWS Backup keeps for one account: vaults with recovery points, plans, jobs, restore tests.

Everything but the global settings belongs to one region, and a region's state refers to no other
region's: a copied recovery point holds its own image of the table. Times are epoch seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from local_aws.backup import lifecycles
from local_aws.backup.errors import not_found
from local_aws.backup.restores import TableImage
from local_aws.backup.vault_locks import VaultLock

RESOURCE_TYPE = "DynamoDB"
OPT_IN_TYPES = (
    *("Aurora", "CloudFormation", "DSQL", "DocumentDB", "DynamoDB", "EBS", "EC2", "EFS", "FSx", "Neptune"),
    *("RDS", "Redshift", "Redshift Serverless", "S3", "SAP HANA on Amazon EC2", "Storage Gateway"),
    *("Timestream", "VirtualMachine"),
)
"""The resource types that DescribeRegionSettings lists (the AWS provider's acceptance tests)."""


@dataclass
class RecoveryPoint:
    """One backup in a vault. `image` is what it restores."""

    arn: str
    vault_name: str
    vault_arn: str
    resource_arn: str
    image: TableImage
    created_at: float
    role_arn: str
    key_arn: str | None
    lifecycle: Mapping[str, Any]
    tags: dict[str, str]
    created_by: Mapping[str, Any] | None = None
    source_vault_arn: str | None = None
    status: str = "COMPLETED"
    storage_class: str = "WARM"
    restored_at: float | None = None

    def document(self) -> dict[str, Any]:
        """The recovery point as DescribeRecoveryPoint and the lists show it."""
        return {
            "RecoveryPointArn": self.arn,
            "BackupVaultName": self.vault_name,
            "BackupVaultArn": self.vault_arn,
            "SourceBackupVaultArn": self.source_vault_arn,
            "ResourceArn": self.resource_arn,
            "ResourceName": self.resource_arn.rpartition("/")[2],
            "ResourceType": RESOURCE_TYPE,
            "CreatedBy": self.created_by,
            "IamRoleArn": self.role_arn,
            "Status": self.status,
            "CreationDate": self.created_at,
            "InitiationDate": self.created_at,
            "CompletionDate": self.created_at,
            "BackupSizeInBytes": self.image.size_bytes,
            "BackupSizeBytes": self.image.size_bytes,
            "CalculatedLifecycle": lifecycles.calculated(self.lifecycle, self.created_at) or None,
            "Lifecycle": dict(self.lifecycle) or None,
            "EncryptionKeyArn": self.key_arn,
            "IsEncrypted": True,
            "StorageClass": self.storage_class,
            "LastRestoreTime": self.restored_at,
            "IsParent": False,
            "VaultType": "BACKUP_VAULT",
        }


@dataclass
class Vault:
    """A backup vault."""

    name: str
    arn: str
    created_at: float
    key_arn: str
    tags: dict[str, str]
    creator_request_id: str | None = None
    lock: VaultLock | None = None
    policy: str | None = None
    notifications: dict[str, Any] | None = None
    points: dict[str, RecoveryPoint] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The vault as DescribeBackupVault shows it."""
        lock = self.lock
        return {
            "BackupVaultName": self.name,
            "BackupVaultArn": self.arn,
            "VaultType": "BACKUP_VAULT",
            "VaultState": "AVAILABLE",
            "EncryptionKeyArn": self.key_arn,
            "CreationDate": self.created_at,
            "CreatorRequestId": self.creator_request_id,
            "NumberOfRecoveryPoints": len(self.points),
            "Locked": lock is not None,
            "MinRetentionDays": lock.min_days if lock else None,
            "MaxRetentionDays": lock.max_days if lock else None,
            "LockDate": lock.lock_date if lock else None,
        }

    def point(self, arn: str) -> RecoveryPoint:
        """The recovery point; ResourceNotFoundException when the vault has none of that ARN."""
        if arn not in self.points:
            raise not_found(f"Recovery point {arn} does not exist in backup vault {self.name}")
        return self.points[arn]


@dataclass
class Job:
    """A job: `facts` is what the API shows of it.

    `kind` is BACKUP, COPY or RESTORE, and `vault_name` the vault that is backed up to, copied from or
    restored from. `next_at` is when it enters its next state, and None when it is over. `inputs` is what
    it works with and the API does not show.
    """

    kind: str
    vault_name: str
    id: str
    facts: dict[str, Any]
    inputs: dict[str, Any]
    next_at: float | None

    @property
    def over(self) -> bool:
        """Whether it is in a final state."""
        return self.next_at is None


@dataclass
class RegionStore:
    """The state of one account in one region."""

    account_id: str
    region: str
    vaults: dict[str, Vault] = field(default_factory=dict)
    plans: dict[str, dict[str, Any]] = field(default_factory=dict)
    backup_jobs: dict[str, Job] = field(default_factory=dict)
    copy_jobs: dict[str, Job] = field(default_factory=dict)
    restore_jobs: dict[str, Job] = field(default_factory=dict)
    testing_plans: dict[str, dict[str, Any]] = field(default_factory=dict)
    frameworks: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)
    """(kind of job, idempotency token) → job id."""
    due: dict[str, float] = field(default_factory=dict)
    """Backup rule id or restore testing plan ARN → when it fires next."""
    opt_in: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(OPT_IN_TYPES, True))
    managed: dict[str, bool] = field(default_factory=lambda: {"DynamoDB": True, "EFS": True})

    def arn(self, kind: str, name: str) -> str:
        """The ARN of something of AWS Backup in this region."""
        return f"arn:aws:backup:{self.region}:{self.account_id}:{kind}:{name}"

    def vault(self, name: str) -> Vault:
        """The vault; ResourceNotFoundException when there is none of that name."""
        if name not in self.vaults:
            raise not_found(f"Backup vault {name} does not exist")
        return self.vaults[name]

    def points(self) -> Iterator[RecoveryPoint]:
        """Every recovery point of the region."""
        for vault in self.vaults.values():
            yield from vault.points.values()

    def point_or_none(self, arn: str) -> RecoveryPoint | None:
        """The recovery point of that ARN in whichever vault, if there is one."""
        return next((point for point in self.points() if point.arn == arn), None)

    def point(self, arn: str) -> RecoveryPoint:
        """The recovery point of that ARN in whichever vault; ResourceNotFoundException without one."""
        found = self.point_or_none(arn)
        if found is None:
            raise not_found(f"Recovery point {arn} does not exist")
        return found

    @property
    def advanced(self) -> bool:
        """Whether AWS Backup manages DynamoDB backups itself, which copies and cold storage need."""
        return self.managed.get(RESOURCE_TYPE, False)


class AccountStore:
    """The state of the accounts, by region, made when it is first asked for."""

    def __init__(self) -> None:
        self._regions: dict[tuple[str, str], RegionStore] = {}
        self.global_settings: dict[str, dict[str, Any]] = {}

    def of(self, account_id: str, region: str) -> RegionStore:
        """The state of an account in a region."""
        key = (account_id, region)
        return self._regions.setdefault(key, RegionStore(*key))

    def __iter__(self) -> Iterator[RegionStore]:
        return iter(list(self._regions.values()))
