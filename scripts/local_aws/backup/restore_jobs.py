"""Restore jobs: a table made of a recovery point.

Contract: StartRestoreJob, DescribeRestoreJob, GetRestoreJobMetadata, the lists of restore jobs and
PutRestoreValidationResult of the AWS Backup API Reference, and "Restoring an Amazon DynamoDB table" of
the developer guide. The metadata name the new table (`targetTableName`) and its encryption:
`encryptionType` "Default" is a key that DynamoDB owns, and the default; "KMS" is `kmsMasterKeyArn`, or
DynamoDB's managed key without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_aws.backup import listing
from local_aws.backup.core import Core
from local_aws.backup.errors import invalid_request, invalid_value
from local_aws.backup.jobs import JobBook
from local_aws.backup.rest_json import Caller, Handler, Request
from local_aws.backup.restores import TableError
from local_aws.backup.store import RESOURCE_TYPE, Job, RecoveryPoint, RegionStore

_FILTERS = {
    "ByRestoreTestingPlanArn": lambda job, arn: (
        (job.get("CreatedBy") or {}).get("RestoreTestingPlanArn") == arn
    ),
    "ByStatus": listing.equals("Status"),
}
_VALIDATED = ("FAILED", "SUCCESSFUL", "TIMED_OUT")


class RestoreJobs:
    """The operations on restore jobs, and their steps."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._book = JobBook(core, "RESTORE", lambda store: store.restore_jobs)

    def handlers(self) -> dict[str, Handler]:
        """Operation name → handler."""
        return {
            "StartRestoreJob": self._start,
            "DescribeRestoreJob": self._describe,
            "GetRestoreJobMetadata": self._metadata,
            "ListRestoreJobs": self._list,
            "ListRestoreJobsByProtectedResource": self._list_by_resource,
            "PutRestoreValidationResult": self._put_validation,
        }

    def _start(self, caller: Caller, request: Request) -> dict[str, Any]:
        store = self._core.store(caller)
        point = store.point(request["RecoveryPointArn"])
        self._core.authorize(caller, store.vault(point.vault_name), "backup:StartRestoreJob", point.arn)

        def make() -> Job:
            if request.get("ResourceType", RESOURCE_TYPE) != RESOURCE_TYPE:
                raise invalid_value(f"{point.arn} is not a backup of type {request['ResourceType']}")
            if not request.get("IamRoleArn"):
                raise invalid_value("IamRoleArn is required to restore a DynamoDB table")
            tags = point.tags if request.get("CopySourceTagsToRestoredResource") else {}
            return self.create(store, point, request["Metadata"], request["IamRoleArn"], tags=tags)

        return {"RestoreJobId": self._book.started(store, request, make).id}

    def create(
        self,
        store: RegionStore,
        point: RecoveryPoint,
        metadata: Mapping[str, str],
        role_arn: str,
        *,
        tags: Mapping[str, str] | None = None,
        testing_plan_arn: str | None = None,
    ) -> Job:
        """A new job that restores the point as the metadata say. Raises InvalidParameterValueException."""
        target = metadata.get("targetTableName")
        if not target:
            raise invalid_value("The metadata have no targetTableName")
        facts = {
            "RecoveryPointArn": point.arn,
            "RecoveryPointCreationDate": point.created_at,
            "SourceResourceArn": point.resource_arn,
            "BackupVaultArn": point.vault_arn,
            "Status": "PENDING",
            "PercentDone": "0.00%",
            "BackupSizeInBytes": point.image.size_bytes,
            "IamRoleArn": role_arn,
            "CreatedBy": {"RestoreTestingPlanArn": testing_plan_arn} if testing_plan_arn else None,
            "ResourceType": RESOURCE_TYPE,
        }
        inputs = {
            "point": point,
            "metadata": dict(metadata),
            "encryption": _encryption(metadata),
            "target": target,
            "tags": dict(tags or {}),
        }
        return self._book.open(store, point.vault_name, facts, inputs)

    def advance(self, store: RegionStore, job: Job) -> None:
        """Take the job to its next state."""
        if job.facts["Status"] == "PENDING":
            self._begin(store, job)
        elif not self._core.beside(store).is_restoring(job.facts["CreatedResourceArn"]):
            job.inputs["point"].restored_at = self._core.clock()
            self._core.finish(store, job, "COMPLETED")

    def _begin(self, store: RegionStore, job: Job) -> None:
        point: RecoveryPoint = job.inputs["point"]
        around = self._core.beside(store)
        now = self._core.clock()
        objection = self._objection(store, job)
        if objection is None:
            source = {"SourceBackupArn": point.arn, "SourceTableArn": point.resource_arn}
            ready_at = now + self._core.timing.restore_seconds
            try:
                job.facts["CreatedResourceArn"] = around.start_restore(
                    point.image,
                    job.inputs["target"],
                    job.inputs["encryption"],
                    {**source, "RestoreDateTime": point.created_at},
                    ready_at,
                )
            except TableError as error:
                objection = error.message
        if objection:
            self._core.finish(store, job, "FAILED", objection)
            return
        if job.inputs["tags"]:
            around.tag_table(job.facts["CreatedResourceArn"], job.inputs["tags"])
        job.facts["Status"] = "RUNNING"
        job.next_at = now
        self._core.announce(store, job)

    def _objection(self, store: RegionStore, job: Job) -> str | None:
        point, role = job.inputs["point"], job.facts["IamRoleArn"]
        around = self._core.beside(store)
        managed = point.arn.startswith("arn:aws:backup:")
        action = f"dynamodb:RestoreTableFrom{'AwsBackup' if managed else 'Backup'}"
        target = f"arn:aws:dynamodb:{store.region}:{store.account_id}:table/{job.inputs['target']}"
        key = (job.inputs["encryption"] or {}).get("KMSMasterKeyId")
        return (
            around.role_objection(role)
            or around.permission_objection(role, action, target)
            or (around.key_objection(point.key_arn) if point.key_arn else None)
            or (around.key_objection(key) if key else None)
        )

    def _describe(self, caller: Caller, request: Request) -> dict[str, Any]:
        return self._book.find(caller, request).facts

    def _metadata(self, caller: Caller, request: Request) -> dict[str, Any]:
        job = self._book.find(caller, request)
        return {"RestoreJobId": job.id, "Metadata": job.inputs["metadata"]}

    def _list(self, caller: Caller, request: Request) -> dict[str, Any]:
        return self._book.listed(caller, request, _FILTERS)

    def _list_by_resource(self, caller: Caller, request: Request) -> dict[str, Any]:
        wanted = request["ResourceArn"]
        facts = listing.newest_first(
            job for job in self._book.facts(caller) if job["SourceResourceArn"] == wanted
        )
        return listing.listed("RestoreJobs", facts, request, {"ByStatus": listing.equals("Status")})

    def _put_validation(self, caller: Caller, request: Request) -> None:
        job = self._book.find(caller, request)
        if "RestoreTestingPlanArn" not in (job.facts.get("CreatedBy") or {}):
            raise invalid_request(f"Restore job {job.id} is no restore test")
        if job.facts["Status"] != "COMPLETED":
            raise invalid_request(f"Restore job {job.id} is {job.facts['Status']}, not COMPLETED")
        if job.facts.get("ValidationStatus") in _VALIDATED:
            raise invalid_request(f"Restore job {job.id} has the result {job.facts['ValidationStatus']}")
        job.facts["ValidationStatus"] = request["ValidationStatus"]
        job.facts["ValidationStatusMessage"] = request.get("ValidationStatusMessage")


def _encryption(metadata: Mapping[str, str]) -> dict[str, Any] | None:
    """The SSESpecification that the metadata ask for; None for a key that DynamoDB owns."""
    kind, key = metadata.get("encryptionType", "Default"), metadata.get("kmsMasterKeyArn")
    match kind.upper():
        case "DEFAULT" if not key:
            return None
        case "KMS":
            return {"Enabled": True, "SSEType": "KMS", **({"KMSMasterKeyId": key} if key else {})}
    raise invalid_value(f"encryptionType {kind} with kmsMasterKeyArn {key} is not possible")
