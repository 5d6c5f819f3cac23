"""Backup jobs: on demand, and what becomes of them.

Contract: StartBackupJob, StopBackupJob, DescribeBackupJob and ListBackupJobs of the AWS Backup API
Reference. A job is CREATED, then RUNNING, then COMPLETED or FAILED; one that could not start within its
start window is EXPIRED. What is wrong with the request itself is refused; what turns out at work (a table
that is not there, a role that cannot be assumed, a retention that the vault's lock forbids) fails the job.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from local_aws.backup import lifecycles, listing
from local_aws.backup.core import Core
from local_aws.backup.errors import BackupError, invalid_request, invalid_value
from local_aws.backup.jobs import JobBook
from local_aws.backup.lifecycles import LifecycleError
from local_aws.backup.plan_rules import DEFAULT_START_WINDOW_MINUTES, LEAST_START_WINDOW_MINUTES
from local_aws.backup.rest_json import Caller, Handler, Request
from local_aws.backup.restores import TableError
from local_aws.backup.store import RESOURCE_TYPE, Job, RecoveryPoint, RegionStore, Vault

_TABLE_ARN = re.compile(r"arn:aws[a-z-]*:dynamodb:(?P<region>[^:]+):(?P<account>\d{12}):table/[^/]+")

_FILTERS = {
    "ByBackupVaultName": listing.equals("BackupVaultName"),
    "ByMessageCategory": listing.equals("MessageCategory"),
    "ByResourceArn": listing.equals("ResourceArn"),
    "ByState": listing.equals("State"),
}


class BackupJobs:
    """The operations on backup jobs, and their steps."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._book = JobBook(core, "BACKUP", lambda store: store.backup_jobs)

    def handlers(self) -> dict[str, Handler]:
        """Operation name → handler."""
        return {
            "StartBackupJob": self._start,
            "StopBackupJob": self._stop,
            "DescribeBackupJob": self._describe,
            "ListBackupJobs": self._list,
        }

    def _start(self, caller: Caller, request: Request) -> dict[str, Any]:
        store = self._core.store(caller)
        vault = store.vault(request["BackupVaultName"])
        self._core.authorize(caller, vault, "backup:StartBackupJob")

        def make() -> Job:
            _check(caller, request)
            return self.create(store, request)

        return self._book.started(store, request, make).facts

    def create(
        self,
        store: RegionStore,
        request: Mapping[str, Any],
        created_by: Mapping[str, Any] | None = None,
        copies: list[Mapping[str, Any]] | None = None,
    ) -> Job:
        """A new job for what a StartBackupJob request asks for; afterwards it makes the copies."""
        now = self._core.clock()
        vault_name, resource = request["BackupVaultName"], request["ResourceArn"]
        window = request.get("StartWindowMinutes") or DEFAULT_START_WINDOW_MINUTES
        facts = {
            "BackupVaultName": vault_name,
            "BackupVaultArn": store.arn("backup-vault", vault_name),
            "ResourceArn": resource,
            "ResourceName": resource.rpartition("/")[2],
            "ResourceType": RESOURCE_TYPE,
            "StartBy": now + window * 60,
            "State": "CREATED",
            "PercentDone": "0.0",
            "IamRoleArn": request["IamRoleArn"],
            "RecoveryPointArn": _new_arn(store, resource, now),
            "CreatedBy": created_by,
            "BackupSizeInBytes": 0,
        }
        inputs = {
            "lifecycle": request.get("Lifecycle") or {},
            "tags": dict(request.get("RecoveryPointTags") or {}),
            "copies": copies or [],
        }
        return self._book.open(store, vault_name, facts, inputs)

    def advance(self, store: RegionStore, job: Job) -> RecoveryPoint | None:
        """Take the job to its next state; the recovery point when that completes it."""
        match job.facts["State"]:
            case "CREATED" if self._core.clock() > job.facts["StartBy"]:
                message = "Backup job expired before it could start"
                self._finish(store, job, "EXPIRED", message)
            case "CREATED":
                self._begin(store, job)
            case "RUNNING":
                return self._complete(store, job)
            case "ABORTING":
                self._finish(store, job, "ABORTED", "Backup job was stopped by the user")
        return None

    def _begin(self, store: RegionStore, job: Job) -> None:
        around = self._core.beside(store)
        try:
            vault = store.vault(job.facts["BackupVaultName"])
            objection = self._objection(store, vault, job)
            if objection is None:
                job.inputs["image"] = around.image(job.facts["ResourceArn"])
        except (BackupError, TableError) as error:
            objection = error.message
        if objection:
            self._finish(store, job, "FAILED", objection)
            return
        job.facts |= {"State": "RUNNING", "InitiationDate": self._core.clock()}
        job.next_at = self._core.next_step()
        self._core.announce(store, job)

    def _objection(self, store: RegionStore, vault: Vault, job: Job) -> str | None:
        around, role = self._core.beside(store), job.facts["IamRoleArn"]
        action = "dynamodb:StartAwsBackupJob" if store.advanced else "dynamodb:CreateBackup"
        return (
            around.role_objection(role)
            or around.permission_objection(role, action, job.facts["ResourceArn"])
            or around.key_objection(vault.key_arn)
            or (vault.lock.objection(job.inputs["lifecycle"]) if vault.lock else None)
        )

    def _complete(self, store: RegionStore, job: Job) -> RecoveryPoint | None:
        vault = store.vaults.get(job.facts["BackupVaultName"])
        if vault is None:
            self._finish(store, job, "FAILED", f"Backup vault {job.facts['BackupVaultName']} does not exist")
            return None
        image = job.inputs["image"]
        own_key = (image.description.get("SSEDescription") or {}).get("KMSMasterKeyArn")
        lifecycle = job.inputs["lifecycle"]
        if not store.advanced:
            lifecycle = {name: days for name, days in lifecycle.items() if name == "DeleteAfterDays"}
        point = RecoveryPoint(
            arn=job.facts["RecoveryPointArn"],
            vault_name=vault.name,
            vault_arn=vault.arn,
            resource_arn=job.facts["ResourceArn"],
            image=image,
            created_at=job.facts["InitiationDate"],
            role_arn=job.facts["IamRoleArn"],
            key_arn=vault.key_arn if store.advanced else own_key,
            lifecycle=lifecycle,
            tags=job.inputs["tags"],
            created_by=job.facts["CreatedBy"],
        )
        vault.points[point.arn] = point
        job.facts |= {"BackupSizeInBytes": image.size_bytes, "BytesTransferred": image.size_bytes}
        job.facts |= {"EncryptionKeyArn": point.key_arn, "IsEncrypted": True}
        self._finish(store, job, "COMPLETED")
        self._core.announce_point(store, point, "COMPLETED")
        return point

    def _finish(self, store: RegionStore, job: Job, state: str, message: str | None = None) -> None:
        if state != "COMPLETED":
            job.facts["RecoveryPointArn"] = None
        self._core.finish(store, job, state, message)

    def _stop(self, caller: Caller, request: Request) -> None:
        job = self._book.find(caller, request)
        if job.facts["State"] not in ("CREATED", "RUNNING"):
            raise invalid_request(f"Backup job {job.id} is {job.facts['State']} and cannot be stopped")
        job.facts["State"] = "ABORTING"

    def _describe(self, caller: Caller, request: Request) -> dict[str, Any]:
        return self._book.find(caller, request).facts

    def _list(self, caller: Caller, request: Request) -> dict[str, Any]:
        return self._book.listed(caller, request, _FILTERS)


def _check(caller: Caller, request: Request) -> None:
    table = _TABLE_ARN.fullmatch(request["ResourceArn"])
    if table is None or (table["region"], table["account"]) != (caller.region, caller.account_id):
        raise invalid_value(f"{request['ResourceArn']} is not the ARN of a DynamoDB table in {caller.region}")
    window = request.get("StartWindowMinutes")
    if window is not None and window < LEAST_START_WINDOW_MINUTES:
        raise invalid_value(f"StartWindowMinutes must be at least {LEAST_START_WINDOW_MINUTES}")
    try:
        lifecycles.check(request.get("Lifecycle") or {})
    except LifecycleError as error:
        raise invalid_value(str(error)) from error


def _new_arn(store: RegionStore, resource_arn: str, now: float) -> str:
    """The ARN of a recovery point to be: AWS Backup's own, or DynamoDB's without the advanced features."""
    if store.advanced:
        return store.arn("recovery-point", str(uuid.uuid4()).upper())
    return f"{resource_arn}/backup/{int(now * 1000):020d}-{uuid.uuid4().hex[:8]}"
