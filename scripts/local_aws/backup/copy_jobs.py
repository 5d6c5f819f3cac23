"""Copy jobs: a recovery point copied to another vault, in this region or another one.

Contract: StartCopyJob, DescribeCopyJob and ListCopyJobs of the AWS Backup API Reference. The job belongs
to the source's region. The copy has the destination vault's key, a lifecycle of its own (the source's
unless given) and the source's tags; it depends on nothing in the source's region any more.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from local_aws.backup import lifecycles, listing
from local_aws.backup.core import Core
from local_aws.backup.errors import invalid_request, invalid_value, not_found
from local_aws.backup.jobs import JobBook
from local_aws.backup.lifecycles import LifecycleError
from local_aws.backup.rest_json import Caller, Handler, Request
from local_aws.backup.store import RESOURCE_TYPE, Job, RecoveryPoint, RegionStore, Vault

_VAULT_ARN = re.compile(
    r"arn:aws[a-z-]*:backup:(?P<region>[^:]+):(?P<account>\d{12}):backup-vault:(?P<name>[^:]+)"
)
_FILTERS = {
    "ByDestinationVaultArn": listing.equals("DestinationBackupVaultArn"),
    "ByMessageCategory": listing.equals("MessageCategory"),
    "ByResourceArn": listing.equals("ResourceArn"),
    "BySourceRecoveryPointArn": listing.equals("SourceRecoveryPointArn"),
    "ByState": listing.equals("State"),
}


class CopyJobs:
    """The operations on copy jobs, and their steps."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._book = JobBook(core, "COPY", lambda store: store.copy_jobs)

    def handlers(self) -> dict[str, Handler]:
        """Operation name → handler."""
        return {
            "StartCopyJob": self._start,
            "DescribeCopyJob": self._describe,
            "ListCopyJobs": self._list,
        }

    def _start(self, caller: Caller, request: Request) -> dict[str, Any]:
        store = self._core.store(caller)
        vault = store.vault(request["SourceBackupVaultName"])
        point = vault.point(request["RecoveryPointArn"])
        self._core.authorize(caller, vault, "backup:StartCopyJob", point.arn)

        def make() -> Job:
            self._check(point, request)
            return self.create(store, point, request, request["IamRoleArn"])

        facts = self._book.started(store, request, make).facts
        return {"CopyJobId": facts["CopyJobId"], "CreationDate": facts["CreationDate"], "IsParent": False}

    def _check(self, point: RecoveryPoint, request: Request) -> None:
        destination = request["DestinationBackupVaultArn"]
        if self._vault(destination) is None:
            raise not_found(f"Backup vault {destination} does not exist")
        if destination == point.vault_arn:
            raise invalid_request("A recovery point cannot be copied to the vault that holds it")
        try:
            lifecycles.check(request.get("Lifecycle") or {})
        except LifecycleError as error:
            raise invalid_value(str(error)) from error

    def create(
        self, store: RegionStore, point: RecoveryPoint, action: Mapping[str, Any], role_arn: str
    ) -> Job:
        """A new job that copies the point as a copy action says: DestinationBackupVaultArn, Lifecycle."""
        lifecycle = action.get("Lifecycle") or point.lifecycle
        facts = {
            "SourceBackupVaultArn": point.vault_arn,
            "SourceRecoveryPointArn": point.arn,
            "DestinationBackupVaultArn": action["DestinationBackupVaultArn"],
            "DestinationRecoveryPointLifecycle": dict(lifecycle) or None,
            "ResourceArn": point.resource_arn,
            "ResourceName": point.resource_arn.rpartition("/")[2],
            "ResourceType": RESOURCE_TYPE,
            "State": "CREATED",
            "IamRoleArn": role_arn,
            "CreatedBy": point.created_by,
            "BackupSizeInBytes": point.image.size_bytes,
        }
        inputs = {"point": point, "lifecycle": lifecycle}
        return self._book.open(store, point.vault_name, facts, inputs)

    @staticmethod
    def regions(job: Job) -> set[str]:
        """The regions that must be up for the job to go on."""
        arns = (job.facts["SourceBackupVaultArn"], job.facts["DestinationBackupVaultArn"])
        return {match["region"] for match in map(_VAULT_ARN.fullmatch, arns) if match}

    def advance(self, store: RegionStore, job: Job) -> None:
        """Take the job to its next state."""
        vault = self._vault(job.facts["DestinationBackupVaultArn"])
        objection = self._objection(store, vault, job)
        if vault is None or objection:
            self._core.finish(store, job, "FAILED", objection)
        elif job.facts["State"] == "CREATED":
            job.facts["State"] = "RUNNING"
            job.next_at = self._core.next_step()
            self._core.announce(store, job)
        else:
            self._complete(store, job, vault)

    def _vault(self, arn: str) -> Vault | None:
        match = _VAULT_ARN.fullmatch(arn)
        if match is None:
            raise invalid_value(f"{arn} is not the ARN of a backup vault")
        return self._core.stores.of(match["account"], match["region"]).vaults.get(match["name"])

    def _objection(self, store: RegionStore, vault: Vault | None, job: Job) -> str | None:
        if vault is None:
            return f"Backup vault {job.facts['DestinationBackupVaultArn']} does not exist"
        point, role, action = job.inputs["point"], job.facts["IamRoleArn"], "backup:CopyIntoBackupVault"
        there = vault.arn.split(":")[3]
        if there != store.region and not point.arn.startswith("arn:aws:backup:"):
            return "Copying to another Region needs the advanced features for DynamoDB backups"
        if store.point_or_none(point.arn) is None:
            return f"Recovery point {point.arn} does not exist"
        around = self._core.beside(store)
        beside_vault = self._core.around(store.account_id, there)
        if beside_vault.denies(vault.policy, role, action, vault.arn):
            return f"Access denied: the access policy of {vault.arn} denies {role} {action}"
        return (
            around.role_objection(role)
            or around.permission_objection(role, action, vault.arn)
            or around.key_objection(point.key_arn)
            or beside_vault.key_objection(vault.key_arn)
            or (vault.lock.objection(job.inputs["lifecycle"]) if vault.lock else None)
        )

    def _complete(self, store: RegionStore, job: Job, vault: Vault) -> None:
        source: RecoveryPoint = job.inputs["point"]
        _, _, _, region, account = vault.arn.split(":")[:5]
        there = self._core.stores.of(account, region)
        copied = replace(
            source,
            arn=there.arn("recovery-point", str(uuid.uuid4()).upper()),
            vault_name=vault.name,
            vault_arn=vault.arn,
            source_vault_arn=source.vault_arn,
            created_at=self._core.clock(),
            role_arn=job.facts["IamRoleArn"],
            key_arn=vault.key_arn,
            lifecycle=job.inputs["lifecycle"],
            tags=dict(source.tags),
            storage_class="WARM",
            restored_at=None,
        )
        vault.points[copied.arn] = copied
        job.facts["DestinationRecoveryPointArn"] = copied.arn
        self._core.finish(store, job, "COMPLETED")
        self._core.announce_point(there, copied, "COMPLETED")

    def _describe(self, caller: Caller, request: Request) -> dict[str, Any]:
        return {"CopyJob": self._book.find(caller, request).facts}

    def _list(self, caller: Caller, request: Request) -> dict[str, Any]:
        return self._book.listed(caller, request, _FILTERS)
