"""Recovery points: reading, deleting, changing how long they live.

Contract: the operations on recovery points and protected resources of the AWS Backup API Reference. In a
locked vault no recovery point is deleted and no lifecycle changed, whoever asks.
"""

from __future__ import annotations

from typing import Any

from local_aws.backup import lifecycles, listing
from local_aws.backup.core import Core
from local_aws.backup.errors import invalid_request, invalid_value, not_found
from local_aws.backup.lifecycles import LifecycleError
from local_aws.backup.rest_json import Caller, Handler, Request
from local_aws.backup.store import RESOURCE_TYPE, RecoveryPoint, Vault

_FILTERS = {
    "ByResourceArn": listing.equals("ResourceArn"),
    "ByResourceType": listing.equals("ResourceType"),
    "ByBackupPlanId": lambda point, wanted: (point.get("CreatedBy") or {}).get("BackupPlanId") == wanted,
    "ByCreatedAfter": listing.after("CreationDate"),
    "ByCreatedBefore": listing.before("CreationDate"),
    "ByParentRecoveryPointArn": lambda _point, _wanted: False,
}


class RecoveryPoints:
    """The operations on recovery points."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def handlers(self) -> dict[str, Handler]:
        """Operation name → handler."""
        return {
            "DescribeRecoveryPoint": self._describe,
            "DeleteRecoveryPoint": self._delete,
            "UpdateRecoveryPointLifecycle": self._update_lifecycle,
            "GetRecoveryPointRestoreMetadata": self._metadata,
            "ListRecoveryPointsByBackupVault": self._list_by_vault,
            "ListRecoveryPointsByResource": self._list_by_resource,
            "ListProtectedResources": self._list_resources,
            "ListProtectedResourcesByBackupVault": self._list_resources_by_vault,
            "DescribeProtectedResource": self._describe_resource,
        }

    def _point(self, caller: Caller, request: Request, action: str) -> tuple[Vault, RecoveryPoint]:
        vault = self._core.store(caller).vault(request["BackupVaultName"])
        point = vault.point(request["RecoveryPointArn"])
        self._core.authorize(caller, vault, f"backup:{action}", point.arn)
        return vault, point

    def _describe(self, caller: Caller, request: Request) -> dict[str, Any]:
        return self._point(caller, request, "DescribeRecoveryPoint")[1].document()

    def _delete(self, caller: Caller, request: Request) -> None:
        vault, point = self._point(caller, request, "DeleteRecoveryPoint")
        if vault.lock:
            raise invalid_request(f"Backup vault {vault.name} is locked: recovery points cannot be deleted")
        del vault.points[point.arn]
        self._core.announce_point(self._core.store(caller), point, "DELETED")

    def _update_lifecycle(self, caller: Caller, request: Request) -> dict[str, Any]:
        vault, point = self._point(caller, request, "UpdateRecoveryPointLifecycle")
        if vault.lock:
            raise invalid_request(f"Backup vault {vault.name} is locked: lifecycles cannot be changed")
        lifecycle = request.get("Lifecycle") or {}
        try:
            lifecycles.check(lifecycle)
        except LifecycleError as error:
            raise invalid_value(str(error)) from error
        cold = lifecycles.cold_after(lifecycle)
        if point.storage_class == "COLD" and cold != lifecycles.cold_after(point.lifecycle):
            raise invalid_request("The transition of a recovery point in cold storage cannot be changed")
        point.lifecycle = lifecycle
        document = point.document()
        return {"RecoveryPointArn": point.arn, **document}

    def _metadata(self, caller: Caller, request: Request) -> dict[str, Any]:
        _, point = self._point(caller, request, "GetRecoveryPointRestoreMetadata")
        metadata = {"targetTableName": point.resource_arn.rpartition("/")[2], "encryptionType": "Default"}
        return {
            "BackupVaultArn": point.vault_arn,
            "RecoveryPointArn": point.arn,
            "RestoreMetadata": metadata,
            "ResourceType": RESOURCE_TYPE,
        }

    def _list_by_vault(self, caller: Caller, request: Request) -> dict[str, Any]:
        vault = self._core.store(caller).vault(request["BackupVaultName"])
        self._core.authorize(caller, vault, "backup:ListRecoveryPointsByBackupVault")
        documents = [point.document() for point in vault.points.values()]
        return listing.listed("RecoveryPoints", listing.newest_first(documents), request, _FILTERS)

    def _list_by_resource(self, caller: Caller, request: Request) -> dict[str, Any]:
        points = self._core.store(caller).points()
        wanted = request["ResourceArn"]
        documents = [point.document() for point in points if point.resource_arn == wanted]
        return listing.listed("RecoveryPoints", listing.newest_first(documents), request)

    def _resources(self, points: list[RecoveryPoint]) -> list[dict[str, Any]]:
        """The resources that the points protect, each with its newest one."""
        newest: dict[str, RecoveryPoint] = {}
        for point in sorted(points, key=lambda one: one.created_at):
            newest[point.resource_arn] = point
        return [
            {
                "ResourceArn": arn,
                "ResourceName": arn.rpartition("/")[2],
                "ResourceType": RESOURCE_TYPE,
                "LastBackupTime": point.created_at,
                "LastBackupVaultArn": point.vault_arn,
                "LastRecoveryPointArn": point.arn,
            }
            for arn, point in newest.items()
        ]

    def _list_resources(self, caller: Caller, request: Request) -> dict[str, Any]:
        points = list(self._core.store(caller).points())
        return listing.listed("Results", self._resources(points), request)

    def _list_resources_by_vault(self, caller: Caller, request: Request) -> dict[str, Any]:
        vault = self._core.store(caller).vault(request["BackupVaultName"])
        return listing.listed("Results", self._resources(list(vault.points.values())), request)

    def _describe_resource(self, caller: Caller, request: Request) -> dict[str, Any]:
        wanted = request["ResourceArn"]
        points = [point for point in self._core.store(caller).points() if point.resource_arn == wanted]
        if not points:
            raise not_found(f"Resource {wanted} is not protected")
        return self._resources(points)[0]
