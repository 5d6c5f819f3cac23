"""Restoring a table into MiniStack: new tables that are CREATING for a while and then hold the items.

Contract: RestoreTableFromBackup and RestoreTableToPointInTime of the DynamoDB API Reference. A restored
table has the key schema, the indexes (or those that the request keeps), the billing mode and the
encryption of its source, unless the request overrides them. It lacks auto scaling, tags, stream, TTL,
point-in-time recovery, deletion protection and replicas (DynamoDB developer guide, "Restoring a table").
"""

from __future__ import annotations

import copy
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import dynamodb

from local_aws.backup.change_log import Items, copy_of

Table = dict[str, Any]

_PENDING = "_restore"


class TableError(Exception):
    """DynamoDB refuses an operation: `code` is the exception's name in the API model."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class TableImage:
    """A table as it was: its description as DescribeTable gives it, and its items."""

    description: Mapping[str, Any]
    items: Items

    @property
    def item_count(self) -> int:
        """How many items the table held."""
        return sum(map(len, self.items.values()))

    @property
    def size_bytes(self) -> int:
        """How large the items are, by MiniStack's measure of a table."""
        return self.item_count * 200


@dataclass(frozen=True)
class _Pending:
    """What a table that is being restored will hold, and when (epoch seconds) it is ready."""

    items: Items
    ready_at: float


def image_of(name: str, items: Items | None = None) -> TableImage:
    """The image of a table of the current account and region, with its present items unless given.

    Raises TableError when there is no such table.
    """
    table = dynamodb._tables.get(name)
    if table is None or is_restoring(table):
        raise TableError("TableNotFoundException", f"Table not found: {name}")
    described = copy.deepcopy(dynamodb._table_description(name))
    return TableImage(described, copy_of(table["items"]) if items is None else items)


def start(
    image: TableImage, target: str, overrides: Mapping[str, Any], source: Mapping[str, Any], ready_at: float
) -> dict[str, Any]:
    """Start restoring the image to a new table of the current account and region; its description.

    `overrides` may hold BillingModeOverride, ProvisionedThroughputOverride, OnDemandThroughputOverride,
    GlobalSecondaryIndexOverride, LocalSecondaryIndexOverride and SSESpecificationOverride. `source` is
    what the RestoreSummary says about where the data came from. Raises TableError.
    """
    if target in dynamodb._tables:
        raise TableError("TableAlreadyExistsException", f"Table already exists: {target}")
    _require_known_indexes(image.description, overrides)
    status, _, body = dynamodb._create_table(_create_request(image.description, target, overrides))
    if status != 200:
        refusal = json.loads(body)
        raise TableError(refusal["__type"].rpartition("#")[2], refusal["message"])
    table: Table = dynamodb._tables[target]
    if "SSESpecificationOverride" not in overrides:
        table["SSEDescription"] = copy.deepcopy(image.description.get("SSEDescription"))
    _set_status(table, "CREATING")
    table["RestoreSummary"] = {**source, "RestoreInProgress": True}
    table[_PENDING] = _Pending(image.items, ready_at)
    described: dict[str, Any] = dynamodb._table_description(target)
    return described


def finish_due(now: float) -> None:
    """Make every table ACTIVE, in all regions, whose restore is over."""
    for (account_id, region, _), table in dynamodb._tables.all_items():
        pending: _Pending | None = table.get(_PENDING)
        if pending is None or pending.ready_at > now:
            continue
        with request_scope(account_id, region):
            del table[_PENDING]
            table["items"] = defaultdict(dict, copy_of(pending.items))
            dynamodb._items_replaced(table)
            _set_status(table, "ACTIVE")
            table["RestoreSummary"] = {**table["RestoreSummary"], "RestoreInProgress": False}


def is_restoring(table: Mapping[str, Any]) -> bool:
    """Whether the table is being restored."""
    return _PENDING in table


def _set_status(table: Table, status: str) -> None:
    table["TableStatus"] = status
    for index in table.get("GlobalSecondaryIndexes") or []:
        index["IndexStatus"] = status


def _create_request(
    description: Mapping[str, Any], target: str, overrides: Mapping[str, Any]
) -> dict[str, Any]:
    billing = overrides.get("BillingModeOverride") or billing_mode(description)
    request: dict[str, Any] = dynamodb._restore_create_request(
        target,
        description["KeySchema"],
        description["AttributeDefinitions"],
        billing,
        overrides.get("ProvisionedThroughputOverride") or _capacity(description["ProvisionedThroughput"]),
        overrides,
        description.get("GlobalSecondaryIndexes"),
        description.get("LocalSecondaryIndexes"),
        None,
    )
    for index in request.get("GlobalSecondaryIndexes", []):
        if billing == "PAY_PER_REQUEST":
            index["ProvisionedThroughput"] = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
        elif "ProvisionedThroughput" in index:
            index["ProvisionedThroughput"] = _capacity(index["ProvisionedThroughput"])
    for member, override in (
        ("SSESpecification", "SSESpecificationOverride"),
        ("OnDemandThroughput", "OnDemandThroughputOverride"),
    ):
        if override in overrides:
            request[member] = overrides[override]
    if "OnDemandThroughput" not in request and "OnDemandThroughput" in description:
        request["OnDemandThroughput"] = description["OnDemandThroughput"]
    return request


def _capacity(throughput: Mapping[str, Any]) -> dict[str, int]:
    """The capacity alone. An on-demand source has none, so a PROVISIONED target gets one unit of each."""
    units = ("ReadCapacityUnits", "WriteCapacityUnits")
    return {unit: max(1, int(throughput.get(unit, 0))) for unit in units}


def billing_mode(description: Mapping[str, Any]) -> str:
    """The billing mode of a described table."""
    mode: str = (description.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED")
    return mode


def _require_known_indexes(description: Mapping[str, Any], overrides: Mapping[str, Any]) -> None:
    """Refuse indexes that the source lacks: a restore can leave indexes out but not add or change any."""
    for member in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        override = member.replace("Indexes", "IndexOverride")
        known = {index["IndexName"]: index["KeySchema"] for index in description.get(member) or []}
        for index in overrides.get(override) or []:
            if known.get(index["IndexName"]) != index["KeySchema"]:
                raise TableError(
                    "ValidationException",
                    f"One or more parameter values were invalid: index {index['IndexName']} of {override} "
                    "does not match a secondary index of the source table",
                )
