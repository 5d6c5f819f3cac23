"""Vaults: their life, access policy, lock and notifications.

Contract: the operations on backup vaults of the AWS Backup API Reference. A vault with recovery points
cannot be deleted; what its access policy denies is denied to everybody, the account's root included.
"""

from __future__ import annotations

import json
from typing import Any

from local_aws.backup import listing
from local_aws.backup.core import Core
from local_aws.backup.errors import already_exists, invalid_request, invalid_value, not_found
from local_aws.backup.rest_json import Caller, Handler, Request
from local_aws.backup.store import Vault
from local_aws.backup.surroundings import MANAGED_KEY_ALIAS
from local_aws.backup.vault_locks import LockError, VaultLock


class Vaults:
    """The operations on vaults."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def handlers(self) -> dict[str, Handler]:
        """Operation name → handler."""
        return {
            "CreateBackupVault": self._create,
            "DescribeBackupVault": self._describe,
            "ListBackupVaults": self._list,
            "DeleteBackupVault": self._delete,
            "PutBackupVaultAccessPolicy": self._put_policy,
            "GetBackupVaultAccessPolicy": self._get_policy,
            "DeleteBackupVaultAccessPolicy": self._delete_policy,
            "PutBackupVaultLockConfiguration": self._put_lock,
            "DeleteBackupVaultLockConfiguration": self._delete_lock,
            "PutBackupVaultNotifications": self._put_notifications,
            "GetBackupVaultNotifications": self._get_notifications,
            "DeleteBackupVaultNotifications": self._delete_notifications,
        }

    def _create(self, caller: Caller, request: Request) -> dict[str, Any]:
        store, name = self._core.store(caller), request["BackupVaultName"]
        token = request.get("CreatorRequestId")
        known = store.vaults.get(name)
        if known and not (token and known.creator_request_id == token):
            raise already_exists(f"Backup vault with the same name already exists: {name}")
        key = request.get("EncryptionKeyArn") or MANAGED_KEY_ALIAS
        key_arn = self._core.beside(store).key_arn(key)
        if key_arn is None:
            raise invalid_value(f"The KMS key {key} does not exist in {store.region}")
        vault = known or Vault(
            name=name,
            arn=store.arn("backup-vault", name),
            created_at=self._core.clock(),
            key_arn=key_arn,
            tags=dict(request.get("BackupVaultTags") or {}),
            creator_request_id=token,
        )
        store.vaults[name] = vault
        return {
            "BackupVaultName": name,
            "BackupVaultArn": vault.arn,
            "CreationDate": vault.created_at,
        }

    def _vault(self, caller: Caller, request: Request, action: str) -> Vault:
        """The vault that a request names, on which the caller may do the action."""
        vault = self._core.store(caller).vault(request["BackupVaultName"])
        self._core.authorize(caller, vault, f"backup:{action}")
        return vault

    def _describe(self, caller: Caller, request: Request) -> dict[str, Any]:
        return self._vault(caller, request, "DescribeBackupVault").document()

    def _list(self, caller: Caller, request: Request) -> dict[str, Any]:
        vaults = self._core.store(caller).vaults.values()
        return listing.listed("BackupVaultList", [vault.document() for vault in vaults], request)

    def _delete(self, caller: Caller, request: Request) -> None:
        vault = self._vault(caller, request, "DeleteBackupVault")
        if vault.points:
            raise invalid_request("Backup vault cannot be deleted because it contains recovery points")
        del self._core.store(caller).vaults[vault.name]

    def _put_policy(self, caller: Caller, request: Request) -> None:
        vault = self._vault(caller, request, "PutBackupVaultAccessPolicy")
        policy = request.get("Policy")
        try:
            document = json.loads(policy or "")
        except ValueError as error:
            raise invalid_value("The access policy is not valid JSON") from error
        if not isinstance(document, dict) or not document.get("Statement"):
            raise invalid_value("The access policy has no statement")
        vault.policy = policy

    def _get_policy(self, caller: Caller, request: Request) -> dict[str, Any]:
        vault = self._vault(caller, request, "GetBackupVaultAccessPolicy")
        if vault.policy is None:
            raise not_found(f"Backup vault {vault.name} has no access policy")
        return {"BackupVaultName": vault.name, "BackupVaultArn": vault.arn, "Policy": vault.policy}

    def _delete_policy(self, caller: Caller, request: Request) -> None:
        self._vault(caller, request, "DeleteBackupVaultAccessPolicy").policy = None

    def _changeable(self, vault: Vault) -> None:
        """Refuse to touch a lock that is past its lock date."""
        if vault.lock and vault.lock.immutable(self._core.clock()):
            raise invalid_request(f"The lock of backup vault {vault.name} is immutable and cannot be changed")

    def _put_lock(self, caller: Caller, request: Request) -> None:
        vault = self._vault(caller, request, "PutBackupVaultLockConfiguration")
        self._changeable(vault)
        try:
            vault.lock = VaultLock.requested(request, self._core.clock())
        except LockError as error:
            raise invalid_value(str(error)) from error

    def _delete_lock(self, caller: Caller, request: Request) -> None:
        vault = self._vault(caller, request, "DeleteBackupVaultLockConfiguration")
        self._changeable(vault)
        vault.lock = None

    def _put_notifications(self, caller: Caller, request: Request) -> None:
        vault = self._vault(caller, request, "PutBackupVaultNotifications")
        if f":sns:{caller.region}:" not in request["SNSTopicArn"]:
            raise invalid_value(f"{request['SNSTopicArn']} is not the ARN of a topic in {caller.region}")
        vault.notifications = {name: request[name] for name in ("SNSTopicArn", "BackupVaultEvents")}

    def _get_notifications(self, caller: Caller, request: Request) -> dict[str, Any]:
        vault = self._vault(caller, request, "GetBackupVaultNotifications")
        if vault.notifications is None:
            raise not_found(f"Backup vault {vault.name} has no notifications")
        return {"BackupVaultName": vault.name, "BackupVaultArn": vault.arn, **vault.notifications}

    def _delete_notifications(self, caller: Caller, request: Request) -> None:
        self._vault(caller, request, "DeleteBackupVaultNotifications").notifications = None
