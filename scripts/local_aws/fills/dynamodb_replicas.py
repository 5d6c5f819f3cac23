"""Global tables (version 2019.11.21): replicas with a key of their own, and settings that all share.

Contract: UpdateTable's `ReplicaUpdates` in the DynamoDB API Reference, and "Global tables: how it works"
in the developer guide.
- A replica has its own KMS key: the one it was given, else `alias/aws/dynamodb` where the source table
  is encrypted with a KMS key. Its tags, point-in-time recovery and deletion protection are its own too.
- Billing mode, indexes, attribute definitions, write capacity and on-demand ceilings are the same
  everywhere.
- A PROVISIONED table takes a replica only when its writes and those of its indexes are autoscaled: AWS
  answers "Table write capacity should either be Pay-Per-Request or AutoScaled.".
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, get_region, request_scope
from ministack.services import dynamodb, kms

from local_aws.fills import Fill
from local_aws.fills.application_autoscaling_store import STORES
from local_aws.fills.patching import Answer, wrap
from local_aws.settings import Settings

Table = dict[str, Any]

_MANAGED_KEY = "alias/aws/dynamodb"
_NO_UNITS = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
_NO_CEILING = {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": -1}
_PROTECTED = (
    "Resource cannot be deleted as it is currently protected against deletion. "
    "Disable deletion protection first."
)


def _apply_updates(
    original: Callable[..., Answer | None], name: str, table: Table, updates: list[dict[str, Any]]
) -> Answer | None:
    """Create, change and delete replicas; the answer is a refusal or None."""
    changes = [(action, details) for update in updates for action, details in update.items()]
    for action, details in changes:
        if message := _refusal(action, name, table, details):
            refused: Answer = error_response_json("ValidationException", message, 400)
            return refused
    refusal = original(name, table, updates)
    if refusal is None:
        for action, details in changes:
            replica = _member(name, details["RegionName"])
            if action == "Create":
                _encrypt_new(replica, details, table)
            if action != "Delete":
                _configure(replica, details)
    return refusal


def _refusal(action: str, name: str, table: Table, details: Mapping[str, Any]) -> str | None:
    region = details["RegionName"]
    if action == "Create":
        not_scaled = _not_autoscaled(name, table)
        if not_scaled:
            return f"{not_scaled} write capacity should either be Pay-Per-Request or AutoScaled."
    elif action == "Delete" and _member(name, region).get("DeletionProtectionEnabled"):
        return _PROTECTED
    key = details.get("KMSMasterKeyId")
    if key and _key_arn(key, region) is None:
        return f"KMS key {key} does not exist in {region} or cannot be used there."
    return None


def _not_autoscaled(name: str, table: Table) -> str | None:
    """What of the table has provisioned writes that nothing scales: "Table", "Index" or None."""
    if _on_demand(table):
        return None
    store = STORES.of(get_account_id(), get_region())
    if not store.tracks("dynamodb", f"table/{name}", "dynamodb:table:WriteCapacityUnits"):
        return "Table"
    resources = (f"table/{name}/index/{index['IndexName']}" for index in _indexes(table))
    if not all(store.tracks("dynamodb", res, "dynamodb:index:WriteCapacityUnits") for res in resources):
        return "Index"
    return None


def _encrypt_new(replica: Table, details: Mapping[str, Any], source: Table) -> None:
    """Give a new replica a key where the source has one; what it copied is the source region's key."""
    encrypted = source.get("SSEDescription")
    replica["SSEDescription"] = _kms_description(_MANAGED_KEY, details["RegionName"]) if encrypted else None


def _configure(replica: Table, details: Mapping[str, Any]) -> None:
    if key := details.get("KMSMasterKeyId"):
        replica["SSEDescription"] = _kms_description(key, details["RegionName"])
    if "TableClassOverride" in details:
        replica["TableClassSummary"] = {"TableClass": details["TableClassOverride"]}
    _override_reads(replica, details)
    overrides = {index["IndexName"]: index for index in details.get("GlobalSecondaryIndexes") or []}
    for index in _indexes(replica):
        _override_reads(index, overrides.get(index["IndexName"], {}))


def _override_reads(holder: dict[str, Any], details: Mapping[str, Any]) -> None:
    reads = (details.get("ProvisionedThroughputOverride") or {}).get("ReadCapacityUnits")
    if reads is not None:
        holder["ProvisionedThroughput"] = {**holder["ProvisionedThroughput"], "ReadCapacityUnits": reads}


def _kms_description(key: str, region: str) -> dict[str, Any]:
    return {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": _key_arn(key, region)}


def _key_arn(key: str, region: str) -> str | None:
    """The ARN of the key that an id, alias or ARN names in a region; None when it names none there."""
    with request_scope(get_account_id(), region):
        found = kms._resolve_key(key)
    return found["Arn"] if found else None


def _describe_encryption(original: Callable[..., Any], spec: Mapping[str, Any] | None) -> Any:
    """A table's encryption with the key's ARN, whichever way the request named the key."""
    description = original(spec)
    if description and description.get("SSEType") == "KMS":
        named = (spec or {}).get("KMSMasterKeyId") or _MANAGED_KEY
        description["KMSMasterKeyArn"] = _key_arn(named, get_region()) or description["KMSMasterKeyArn"]
    return description


def _describe(original: Callable[..., dict[str, Any]], name: str) -> dict[str, Any]:
    """A table's description, with what AWS says about each replica."""
    description = original(name)
    for replica in description.get("Replicas", []):
        member = _member(name, replica["RegionName"])
        if member.get("SSEDescription"):
            replica["KMSMasterKeyId"] = member["SSEDescription"]["KMSMasterKeyArn"]
        if _indexes(member):
            replica["GlobalSecondaryIndexes"] = [{"IndexName": i["IndexName"]} for i in _indexes(member)]
        if member.get("TableClassSummary"):
            replica["ReplicaTableClassSummary"] = member["TableClassSummary"]
    return description


def _update_table(original: Callable[..., Answer], data: dict[str, Any]) -> Answer:
    """UpdateTable, whose change of a shared setting reaches every replica."""
    answer = original(data)
    if answer[0] != 200:
        return answer
    name = dynamodb._normalize_table_name(data["TableName"])
    table = dynamodb._tables[name]
    _settle_throughput(table, data)
    for replica in _other_members(name, table):
        _share(table, replica, data)
    return answer


def _settle_throughput(table: Table, data: Mapping[str, Any]) -> None:
    """Leave the table and its indexes with the throughput settings of their billing mode only."""
    for holder in (table, *_indexes(table)):
        if not _on_demand(table):
            holder.pop("OnDemandThroughput", None)
        elif holder is not table:
            holder["ProvisionedThroughput"] = dict(_NO_UNITS)
    updates = [
        update["Update"] for update in data.get("GlobalSecondaryIndexUpdates", []) if "Update" in update
    ]
    ceilings = {update["IndexName"]: update.get("OnDemandThroughput") for update in updates}
    for index in _indexes(table):
        if ceiling := ceilings.get(index["IndexName"]):
            index["OnDemandThroughput"] = {**_NO_CEILING, **index.get("OnDemandThroughput", {}), **ceiling}


def _share(table: Table, replica: Table, data: Mapping[str, Any]) -> None:
    if {"BillingMode", "OnDemandThroughput"} & data.keys():
        replica.pop("OnDemandThroughput", None)
        if ceiling := table.get("OnDemandThroughput"):
            replica["OnDemandThroughput"] = dict(ceiling)
    if "BillingMode" in data:
        replica["BillingModeSummary"] = copy.deepcopy(table["BillingModeSummary"])
    if {"BillingMode", "ProvisionedThroughput"} & data.keys():
        _share_capacity(table, replica, writes_only="BillingMode" not in data)
    if data.get("GlobalSecondaryIndexUpdates") or "BillingMode" in data:
        replica["AttributeDefinitions"] = copy.deepcopy(table["AttributeDefinitions"])
        own = {index["IndexName"]: index for index in _indexes(replica)}
        replica["GlobalSecondaryIndexes"] = [
            _shared_index(index, own.get(index["IndexName"]), replica, data) for index in _indexes(table)
        ]
        replica.pop(dynamodb._INDEX_MEMBERS, None)


def _shared_index(
    index: dict[str, Any], own: dict[str, Any] | None, replica: Table, data: Mapping[str, Any]
) -> dict[str, Any]:
    """The replica's copy of an index, which keeps its own read capacity."""
    shared = {**copy.deepcopy(index), "IndexArn": f"{replica['TableArn']}/index/{index['IndexName']}"}
    if own:
        shared["ProvisionedThroughput"] = own["ProvisionedThroughput"]
        _share_capacity(index, shared, writes_only="BillingMode" not in data)
    return shared


def _share_capacity(source: dict[str, Any], copy_to: dict[str, Any], *, writes_only: bool) -> None:
    capacity = dict(source["ProvisionedThroughput"])
    if writes_only:
        capacity["ReadCapacityUnits"] = copy_to["ProvisionedThroughput"]["ReadCapacityUnits"]
    copy_to["ProvisionedThroughput"] = capacity


def _on_demand(table: Table) -> bool:
    return (table.get("BillingModeSummary") or {}).get("BillingMode") == "PAY_PER_REQUEST"


def _indexes(table: Table) -> list[dict[str, Any]]:
    return table.get("GlobalSecondaryIndexes") or []


def _member(name: str, region: str) -> Table:
    """The table of that name in a region; empty when there is none."""
    member: Table = dynamodb._tables.get_scoped(get_account_id(), region, name) or {}
    return member


def _other_members(name: str, table: Table) -> Iterator[Table]:
    for region in dynamodb._replica_group(table):
        if region != get_region():
            yield _member(name, region)


def _install(_settings: Settings) -> None:
    wrap(dynamodb, "_apply_replica_updates", _apply_updates)
    wrap(dynamodb, "_sse_description_from_spec", _describe_encryption)
    wrap(dynamodb, "_table_description", _describe)
    wrap(dynamodb, "_update_table", _update_table)


FILL = Fill(
    name="dynamodb_replicas",
    requires=(
        "ministack.services.dynamodb._apply_replica_updates",
        "ministack.services.dynamodb._INDEX_MEMBERS",
        "ministack.services.dynamodb._normalize_table_name",
        "ministack.services.dynamodb._replica_group",
        "ministack.services.dynamodb._sse_description_from_spec",
        "ministack.services.dynamodb._table_description",
        "ministack.services.dynamodb._tables",
        "ministack.services.dynamodb._update_table",
        "ministack.services.kms._resolve_key",
    ),
    install=_install,
)
