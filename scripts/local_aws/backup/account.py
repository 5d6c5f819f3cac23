"""Settings of the account and of its regions, and tags.

Contract: the operations on global and region settings, and TagResource, UntagResource and ListTags of the
AWS Backup API Reference. A region's settings list every resource type; an update changes those it names.
"""

from __future__ import annotations

from typing import Any

from local_aws.backup import listing
from local_aws.backup.core import Core
from local_aws.backup.errors import invalid_value, not_found
from local_aws.backup.rest_json import Caller, Handler, Request
from local_aws.backup.store import RegionStore

_MOST_TAGS = 50
_GLOBAL = {
    "isCrossAccountBackupEnabled": "false",
    "isMpaEnabled": "false",
    "isDelegatedAdministratorEnabled": "false",
}


class Account:
    """The operations on settings and tags."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def handlers(self) -> dict[str, Handler]:
        """Operation name → handler."""
        return {
            "DescribeRegionSettings": self._describe_region,
            "UpdateRegionSettings": self._update_region,
            "DescribeGlobalSettings": self._describe_global,
            "UpdateGlobalSettings": self._update_global,
            "GetSupportedResourceTypes": self._supported_types,
            "TagResource": self._tag,
            "UntagResource": self._untag,
            "ListTags": self._list_tags,
        }

    def _describe_region(self, caller: Caller, _request: Request) -> dict[str, Any]:
        store = self._core.store(caller)
        return {
            "ResourceTypeOptInPreference": store.opt_in,
            "ResourceTypeManagementPreference": store.managed,
        }

    def _update_region(self, caller: Caller, request: Request) -> None:
        store = self._core.store(caller)
        for member, settings in (
            ("ResourceTypeOptInPreference", store.opt_in),
            ("ResourceTypeManagementPreference", store.managed),
        ):
            given = request.get(member) or {}
            if unknown := sorted(given.keys() - settings.keys()):
                raise invalid_value(f"{member} does not support the resource types {', '.join(unknown)}")
            settings.update(given)

    def _describe_global(self, caller: Caller, _request: Request) -> dict[str, Any]:
        return self._core.stores.global_settings.get(caller.account_id) or {"GlobalSettings": _GLOBAL}

    def _update_global(self, caller: Caller, request: Request) -> None:
        given = request.get("GlobalSettings") or {}
        if unknown := sorted(given.keys() - _GLOBAL.keys()):
            raise invalid_value(f"Unknown global settings: {', '.join(unknown)}")
        known = self._describe_global(caller, {})["GlobalSettings"]
        settings = {"GlobalSettings": {**known, **given}, "LastUpdateTime": self._core.clock()}
        self._core.stores.global_settings[caller.account_id] = settings

    def _supported_types(self, caller: Caller, _request: Request) -> dict[str, Any]:
        return {"ResourceTypes": list(self._core.store(caller).opt_in)}

    def _tags(self, caller: Caller, request: Request) -> dict[str, str]:
        arn = request["ResourceArn"]
        found = tags_of(self._core.store(caller), arn)
        if found is None:
            raise not_found(f"Resource {arn} does not exist")
        return found

    def _tag(self, caller: Caller, request: Request) -> None:
        tags = self._tags(caller, request)
        if len(tags.keys() | request["Tags"].keys()) > _MOST_TAGS:
            raise invalid_value(f"A resource can have {_MOST_TAGS} tags")
        tags.update(request["Tags"])

    def _untag(self, caller: Caller, request: Request) -> None:
        tags = self._tags(caller, request)
        for key in request["TagKeyList"]:
            tags.pop(key, None)

    def _list_tags(self, caller: Caller, request: Request) -> dict[str, Any]:
        tags = self._tags(caller, request)
        page = listing.listed("keys", [{"Key": key} for key in tags], request)
        found = {item["Key"]: tags[item["Key"]] for item in page.pop("keys")}
        return {"Tags": found, **page}


def tags_of(store: RegionStore, arn: str) -> dict[str, str] | None:
    """The tags of what has that ARN, to read and to change, or None when nothing has it."""
    for vault in store.vaults.values():
        if vault.arn == arn:
            return vault.tags
        if arn in vault.points:
            return vault.points[arn].tags
    documents = (
        ("BackupPlanArn", store.plans),
        ("RestoreTestingPlanArn", store.testing_plans),
        ("FrameworkArn", store.frameworks),
    )
    for member, kept in documents:
        for document in kept.values():
            if document[member] == arn:
                tags: dict[str, str] = document["tags"]
                return tags
    return None
