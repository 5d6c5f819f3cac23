"""A deployment of fakes for the backup-restore drill: tables on moto, a scripted AWS Backup, a manager.

Both regions' tables are the same, so that nothing has to be replicated.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from tests.unit.techmoda_ha import drill_kit
from tests.unit.techmoda_ha.drill_kit import DR, PRIMARY

from techmoda_ha.drills.backup_restore.drill import BackupRestoreDrill
from techmoda_ha.drills.backup_restore.goods import Item, Shelf
from techmoda_ha.drills.backup_restore.ground import Ground
from techmoda_ha.drills.backup_restore.plan import BackupRestorePlan
from techmoda_ha.drills.stage import Stage

TABLE, ERASURES, RESTORED = "shop-products", "shop-erasures", "shop-products-restaurado-1"
TABLE_ARN = f"arn:aws:dynamodb:{PRIMARY}:123456789012:table/{TABLE}"
DR_VAULT_ARN = f"arn:aws:backup:{DR}:123456789012:backup-vault:shop-vault-dr"
COPY_ARN = f"arn:aws:backup:{DR}:123456789012:recovery-point:copy"


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Operation")


def rule(name: str = "RespaldosDiarios", *, copies: bool = True) -> dict[str, Any]:
    action = {"DestinationBackupVaultArn": DR_VAULT_ARN, "Lifecycle": {"DeleteAfterDays": 30}}
    return {
        "RuleName": name,
        "TargetBackupVaultName": "shop-vault",
        "StartWindowMinutes": 60,
        "CompletionWindowMinutes": 120,
        "Lifecycle": {"DeleteAfterDays": 30},
        "CopyActions": [action] if copies else [],
    }


@dataclass
class Vaults:
    """AWS Backup in every region. `lost` says whether the primary vault gives anything away."""

    rules: list[dict[str, Any]] = field(default_factory=lambda: [rule()])
    locked: bool = True
    lost: bool = False
    policy: str | None = None

    class exceptions:  # noqa: N801 - as botocore has it
        ResourceNotFoundException = KeyError

    def describe_backup_vault(self, **_: Any) -> Any:
        return {"Locked": self.locked}

    def get_backup_plan(self, **_: Any) -> Any:
        return {"BackupPlan": {"Rules": self.rules}}

    def list_backup_selections(self, **_: Any) -> Any:
        return {"BackupSelectionsList": [{"IamRoleArn": "role"}]}

    def start_backup_job(self, **_: Any) -> Any:
        return {"BackupJobId": "b"}

    def describe_backup_job(self, **_: Any) -> Any:
        return {"State": "COMPLETED", "RecoveryPointArn": "point", "BackupSizeInBytes": 9}

    def start_copy_job(self, **_: Any) -> Any:
        return {"CopyJobId": "c"}

    def describe_copy_job(self, **_: Any) -> Any:
        return {"CopyJob": {"State": "COMPLETED", "DestinationRecoveryPointArn": COPY_ARN}}

    def describe_recovery_point(self, **_: Any) -> Any:
        if self.lost:
            raise refusal("AccessDeniedException")
        return {}

    def get_backup_vault_access_policy(self, **_: Any) -> Any:
        if self.policy is None:
            raise self.exceptions.ResourceNotFoundException
        return {"Policy": self.policy}

    def put_backup_vault_access_policy(self, Policy: str, **_: Any) -> None:  # noqa: N803
        self.policy = json.dumps(json.loads(Policy))

    def delete_backup_vault_access_policy(self, **_: Any) -> None:
        self.policy = None


@dataclass
class Loss:
    """A fault that takes the primary vault away."""

    vaults: Vaults
    works: bool = True
    asked: list[str] = field(default_factory=list)

    def describe(self) -> str:
        return "take the vault away"

    def cause(self) -> None:
        self.asked.append("cause")
        self.vaults.lost = self.works

    def mend(self) -> None:
        self.asked.append("mend")
        self.vaults.lost = False


def make_table(client: Any, name: str, **settings: Any) -> None:
    """Make a table with what protects it."""
    client.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "arn:aws:kms:::key/1"},
        **settings,
    )
    set_recovery(client, name, on=True)


def set_recovery(client: Any, name: str, *, on: bool) -> None:
    client.update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": on}
    )


@dataclass
class Manager:
    """A backup manager that restores what was written before the backup; `spoil` damages what it restores."""

    story: Story
    spoil: Callable[[dict[str, Item]], None] = lambda _items: None
    error: Exception | None = None
    recovers: bool = True
    asked: list[dict[str, Any]] = field(default_factory=list)

    def ask(self, **event: Any) -> dict[str, Any]:
        self.asked.append(event)
        if self.error:
            raise self.error
        findings = self.story.drill.findings
        items = {key: item for key, item in findings.written.items() if key not in findings.erased}
        self.spoil(items)
        client = self.story.dynamodb
        make_table(client, RESTORED)
        set_recovery(client, RESTORED, on=self.recovers)
        Shelf(client, RESTORED).put(items.values())
        return {"tabla": RESTORED}

    def wait_until_ready(self, _table: str, _seconds: float, *, sleep: Any, **_: Any) -> None:
        sleep(7)


class Story:
    """The deployment, and a drill on it."""

    def __init__(self, folder: Path, plan: BackupRestorePlan | None = None) -> None:
        self.dynamodb = drill_kit.clients("dynamodb", PRIMARY)
        for table in (TABLE, ERASURES):
            make_table(self.dynamodb, table)
        self.vaults = Vaults()
        self.loss = Loss(self.vaults)
        self.manager = Manager(self)
        self.said: list[str] = []
        self.stage: Stage = replace(drill_kit.make_stage(folder), clients=self.client)
        ground = Ground(PRIMARY, DR, TABLE, TABLE_ARN, ERASURES, "plan", "shop-vault", "shop-vault-dr")
        fakes: Any = self.manager
        self.drill = BackupRestoreDrill(
            self.stage, ground, plan or BackupRestorePlan(products=30, erased=3, late=4),
            fault=self.loss, manager=fakes, say=self.said.append,
        )  # fmt: skip

    def client(self, service: str, _region: str) -> Any:
        return self.vaults if service == "backup" else drill_kit.clients(service, PRIMARY)

    def left(self, table: str) -> int:
        """How many items a table has."""
        return int(self.dynamodb.scan(TableName=table)["Count"])
