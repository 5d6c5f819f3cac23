"""Backup plans and what they back up.

Contract: the operations on backup plans and selections of the AWS Backup API Reference. A plan keeps its
versions; it can be deleted only when it has no selections.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from local_aws.backup import listing, plan_rules, schedules
from local_aws.backup.core import Core
from local_aws.backup.errors import already_exists, invalid_request, invalid_value, not_found
from local_aws.backup.rest_json import Caller, Handler, Request
from local_aws.backup.store import RegionStore

Plan = dict[str, Any]
"""Members of the API's BackupPlansListMember, and: document, versions, selections, tags, input."""


class Plans:
    """The operations on backup plans and selections."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def handlers(self) -> dict[str, Handler]:
        """Operation name → handler."""
        return {
            "CreateBackupPlan": self._create,
            "GetBackupPlan": self._get,
            "UpdateBackupPlan": self._update,
            "DeleteBackupPlan": self._delete,
            "ListBackupPlans": self._list,
            "ListBackupPlanVersions": self._list_versions,
            "CreateBackupSelection": self._create_selection,
            "GetBackupSelection": self._get_selection,
            "DeleteBackupSelection": self._delete_selection,
            "ListBackupSelections": self._list_selections,
        }

    def _create(self, caller: Caller, request: Request) -> dict[str, Any]:
        store, given = self._core.store(caller), request["BackupPlan"]
        if any(plan["input"] == given for plan in store.plans.values()):
            raise already_exists("Backup plan with the same plan document already exists")
        plan_id = str(uuid.uuid4())
        plan: Plan = {
            "BackupPlanId": plan_id,
            "BackupPlanArn": store.arn("backup-plan", plan_id),
            "CreationDate": self._core.clock(),
            "CreatorRequestId": request.get("CreatorRequestId"),
            "versions": [],
            "selections": {},
            "tags": dict(request.get("BackupPlanTags") or {}),
        }
        self._new_version(store, plan, given)
        store.plans[plan_id] = plan
        return plan

    def _new_version(self, store: RegionStore, plan: Plan, given: Mapping[str, Any]) -> None:
        """Make `given` what the plan is from now on; its rules fire at their next times."""
        document = plan_rules.completed(given)
        plan["input"], plan["document"] = given, document
        plan["BackupPlanName"] = document["BackupPlanName"]
        plan["AdvancedBackupSettings"] = document.get("AdvancedBackupSettings")
        plan["VersionId"] = str(uuid.uuid4())
        plan["versions"].append({**_listed(plan), "CreationDate": self._core.clock(), "document": document})
        now = self._core.clock()
        for rule in document["Rules"]:
            fires = schedules.next_fire(rule["ScheduleExpression"], rule["ScheduleExpressionTimezone"], now)
            if fires is not None:
                store.due[rule["RuleId"]] = fires

    def _plan(self, caller: Caller, request: Request) -> Plan:
        plan = self._core.store(caller).plans.get(request["BackupPlanId"])
        if plan is None:
            raise not_found(f"Backup plan {request['BackupPlanId']} does not exist")
        return plan

    def _get(self, caller: Caller, request: Request) -> dict[str, Any]:
        plan = self._plan(caller, request)
        wanted = request.get("VersionId", plan["VersionId"])
        found = next((version for version in plan["versions"] if version["VersionId"] == wanted), None)
        if found is None:
            raise not_found(f"Backup plan {plan['BackupPlanId']} has no version {wanted}")
        return {**plan, "VersionId": wanted, "BackupPlan": found["document"]}

    def _update(self, caller: Caller, request: Request) -> dict[str, Any]:
        plan = self._plan(caller, request)
        self._new_version(self._core.store(caller), plan, request["BackupPlan"])
        return plan

    def _delete(self, caller: Caller, request: Request) -> dict[str, Any]:
        plan = self._plan(caller, request)
        if plan["selections"]:
            raise invalid_request(
                "Related backup plan selections must be deleted prior to backup plan deletion"
            )
        del self._core.store(caller).plans[plan["BackupPlanId"]]
        return {**plan, "DeletionDate": self._core.clock()}

    def _list(self, caller: Caller, request: Request) -> dict[str, Any]:
        plans = self._core.store(caller).plans.values()
        return listing.listed("BackupPlansList", [_listed(plan) for plan in plans], request)

    def _list_versions(self, caller: Caller, request: Request) -> dict[str, Any]:
        return listing.listed("BackupPlanVersionsList", self._plan(caller, request)["versions"], request)

    def _create_selection(self, caller: Caller, request: Request) -> dict[str, Any]:
        plan, given = self._plan(caller, request), request["BackupSelection"]
        if ":role/" not in given["IamRoleArn"]:
            raise invalid_value(f"{given['IamRoleArn']} is not the ARN of an IAM role")
        if not any(given.get(name) for name in ("Resources", "ListOfTags", "Conditions")):
            raise invalid_value("A selection needs Resources, ListOfTags or Conditions")
        taken = (one["BackupSelection"]["SelectionName"] for one in plan["selections"].values())
        if given["SelectionName"] in taken:
            raise already_exists(f"Backup selection {given['SelectionName']} already exists in the plan")
        selection = {
            "SelectionId": str(uuid.uuid4()),
            "BackupPlanId": plan["BackupPlanId"],
            "CreationDate": self._core.clock(),
            "CreatorRequestId": request.get("CreatorRequestId"),
            "BackupSelection": given,
        }
        plan["selections"][selection["SelectionId"]] = selection
        return selection

    def _selection(self, caller: Caller, request: Request) -> dict[str, Any]:
        found: dict[str, Any] | None = self._plan(caller, request)["selections"].get(request["SelectionId"])
        if found is None:
            raise not_found(f"Backup selection {request['SelectionId']} does not exist")
        return found

    def _get_selection(self, caller: Caller, request: Request) -> dict[str, Any]:
        return self._selection(caller, request)

    def _delete_selection(self, caller: Caller, request: Request) -> None:
        selection = self._selection(caller, request)
        del self._plan(caller, request)["selections"][selection["SelectionId"]]

    def _list_selections(self, caller: Caller, request: Request) -> dict[str, Any]:
        selections = self._plan(caller, request)["selections"].values()
        documents = [{**one, **one["BackupSelection"]} for one in selections]
        return listing.listed("BackupSelectionsList", documents, request)


def _listed(plan: Plan) -> dict[str, Any]:
    """The plan as the lists show it."""
    inner = ("document", "versions", "selections", "tags", "input")
    return {name: value for name, value in plan.items() if name not in inner}


def rules(store: RegionStore) -> Iterator[tuple[Plan, dict[str, Any]]]:
    """Every rule of every plan, with its plan."""
    for plan in list(store.plans.values()):
        for rule in plan["document"]["Rules"]:
            yield plan, rule
