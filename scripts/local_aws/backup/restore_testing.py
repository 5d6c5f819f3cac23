"""Restore testing plans and selections.

Contract: the operations on restore testing of the AWS Backup API Reference. A selection takes recovery
points of one resource type, by ARN of the protected resource or by "*" with tag conditions. What a plan
does when it is due is in `restore_tests`.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from local_aws.backup import listing, schedules
from local_aws.backup.core import Core
from local_aws.backup.errors import already_exists, invalid_request, invalid_value, not_found
from local_aws.backup.rest_json import Caller, Handler, Request
from local_aws.backup.schedules import DEFAULT_TIMEZONE, ScheduleError
from local_aws.backup.store import RegionStore

TestingPlan = dict[str, Any]
"""Members of the API's RestoreTestingPlanForGet, and: selections (by name) and tags."""

DEFAULT_WINDOW_DAYS = 30
DEFAULT_START_WINDOW_HOURS = 24
_NAME = re.compile(r"[A-Za-z0-9_]{1,50}")
_MOST_ARNS = 30


class RestoreTesting:
    """The operations on restore testing plans and selections."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def handlers(self) -> dict[str, Handler]:
        """Operation name → handler."""
        return {
            "CreateRestoreTestingPlan": self._create,
            "GetRestoreTestingPlan": self._get,
            "UpdateRestoreTestingPlan": self._update,
            "DeleteRestoreTestingPlan": self._delete,
            "ListRestoreTestingPlans": self._list,
            "CreateRestoreTestingSelection": self._create_selection,
            "GetRestoreTestingSelection": self._get_selection,
            "UpdateRestoreTestingSelection": self._update_selection,
            "DeleteRestoreTestingSelection": self._delete_selection,
            "ListRestoreTestingSelections": self._list_selections,
            "GetRestoreTestingInferredMetadata": self._inferred_metadata,
        }

    def _create(self, caller: Caller, request: Request) -> dict[str, Any]:
        store, given = self._core.store(caller), request["RestoreTestingPlan"]
        name = given["RestoreTestingPlanName"]
        _check_name("RestoreTestingPlanName", name)
        if name in store.testing_plans:
            raise already_exists(f"Restore testing plan {name} already exists")
        plan: TestingPlan = {
            "ScheduleExpressionTimezone": DEFAULT_TIMEZONE,
            "StartWindowHours": DEFAULT_START_WINDOW_HOURS,
            **given,
            "CreatorRequestId": request.get("CreatorRequestId"),
            "CreationTime": self._core.clock(),
            "RestoreTestingPlanArn": store.arn("restore-testing-plan", f"{name}-{uuid.uuid4()}"),
            "selections": {},
            "tags": dict(request.get("Tags") or {}),
        }
        self._schedule(store, plan)
        store.testing_plans[name] = plan
        return plan

    def _schedule(self, store: RegionStore, plan: TestingPlan) -> None:
        """Check the plan, fill its recovery point selection in and note when it fires next."""
        plan["RecoveryPointSelection"] = _completed(plan["RecoveryPointSelection"])
        if not 1 <= plan["StartWindowHours"] <= 168:
            raise invalid_value("StartWindowHours must be between 1 and 168")
        expression, timezone = plan["ScheduleExpression"], plan["ScheduleExpressionTimezone"]
        try:
            schedules.check(expression, timezone)
            fires = schedules.next_fire(expression, timezone, self._core.clock())
        except ScheduleError as error:
            raise invalid_value(str(error)) from error
        if fires is not None:
            store.due[plan["RestoreTestingPlanArn"]] = fires

    def _plan(self, caller: Caller, request: Request) -> TestingPlan:
        name = request["RestoreTestingPlanName"]
        plan = self._core.store(caller).testing_plans.get(name)
        if plan is None:
            raise not_found(f"Restore testing plan {name} does not exist")
        return plan

    def _get(self, caller: Caller, request: Request) -> dict[str, Any]:
        return {"RestoreTestingPlan": self._plan(caller, request)}

    def _update(self, caller: Caller, request: Request) -> dict[str, Any]:
        plan = self._plan(caller, request)
        changed = {**plan, **request["RestoreTestingPlan"]}
        self._schedule(self._core.store(caller), changed)
        plan |= {**changed, "LastUpdateTime": self._core.clock()}
        return {**plan, "UpdateTime": plan["LastUpdateTime"]}

    def _delete(self, caller: Caller, request: Request) -> None:
        store, name = self._core.store(caller), request["RestoreTestingPlanName"]
        if (store.testing_plans.get(name) or {}).get("selections"):
            raise invalid_request(f"Restore testing plan {name} still has selections")
        store.testing_plans.pop(name, None)

    def _list(self, caller: Caller, request: Request) -> dict[str, Any]:
        return listing.listed("RestoreTestingPlans", self._core.store(caller).testing_plans.values(), request)

    def _create_selection(self, caller: Caller, request: Request) -> dict[str, Any]:
        plan, given = self._plan(caller, request), request["RestoreTestingSelection"]
        name = given["RestoreTestingSelectionName"]
        _check_name("RestoreTestingSelectionName", name)
        if name in plan["selections"]:
            raise already_exists(f"Restore testing selection {name} already exists")
        _check_resources(given)
        selection = {
            **given,
            "CreatorRequestId": request.get("CreatorRequestId"),
            "CreationTime": self._core.clock(),
            "RestoreTestingPlanName": plan["RestoreTestingPlanName"],
            "RestoreTestingPlanArn": plan["RestoreTestingPlanArn"],
        }
        plan["selections"][name] = selection
        return selection

    def _selection(self, caller: Caller, request: Request) -> dict[str, Any]:
        name = request["RestoreTestingSelectionName"]
        found: dict[str, Any] | None = self._plan(caller, request)["selections"].get(name)
        if found is None:
            raise not_found(f"Restore testing selection {name} does not exist")
        return found

    def _get_selection(self, caller: Caller, request: Request) -> dict[str, Any]:
        return {"RestoreTestingSelection": self._selection(caller, request)}

    def _update_selection(self, caller: Caller, request: Request) -> dict[str, Any]:
        selection = self._selection(caller, request)
        changed = {**selection, **request["RestoreTestingSelection"]}
        _check_resources(changed)
        selection |= changed
        return {**selection, "UpdateTime": self._core.clock()}

    def _delete_selection(self, caller: Caller, request: Request) -> None:
        selection = self._selection(caller, request)
        del self._plan(caller, request)["selections"][selection["RestoreTestingSelectionName"]]

    def _list_selections(self, caller: Caller, request: Request) -> dict[str, Any]:
        selections = self._plan(caller, request)["selections"].values()
        return listing.listed("RestoreTestingSelections", selections, request)

    def _inferred_metadata(self, caller: Caller, request: Request) -> dict[str, Any]:
        vault = self._core.store(caller).vault(request["BackupVaultName"])
        vault.point(request["RecoveryPointArn"])
        return {"InferredMetadata": inferred_metadata()}


def inferred_metadata() -> dict[str, str]:
    """The metadata with which a restore test restores a DynamoDB table, unless they are overridden."""
    return {"encryptionType": "Default", "targetTableName": f"awsbackup-restore-test-{uuid.uuid4()}"}


def _completed(selection: Mapping[str, Any]) -> dict[str, Any]:
    """A plan's recovery point selection with its defaults. Raises InvalidParameterValueException."""
    whole = {"ExcludeVaults": [], "SelectionWindowDays": DEFAULT_WINDOW_DAYS, **selection}
    for name in ("Algorithm", "IncludeVaults", "RecoveryPointTypes"):
        if not whole.get(name):
            raise invalid_value(f"RecoveryPointSelection needs {name}")
    if not 1 <= whole["SelectionWindowDays"] <= 365:
        raise invalid_value("SelectionWindowDays must be between 1 and 365")
    for vault in (*whole["IncludeVaults"], *whole["ExcludeVaults"]):
        if vault != "*" and not vault.startswith("arn:"):
            raise invalid_value(f"{vault} is neither the ARN of a backup vault nor *")
    return whole


def _check_name(member: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise invalid_value(f"{member} must be 1 to 50 letters, digits and underscores")


def _check_resources(selection: Mapping[str, Any]) -> None:
    arns = selection.get("ProtectedResourceArns") or []
    conditions = selection.get("ProtectedResourceConditions") or {}
    if not arns and not any(conditions.values()):
        raise invalid_value("A selection needs ProtectedResourceArns or ProtectedResourceConditions")
    if arns not in ([], ["*"]) and any(conditions.values()):
        raise invalid_value('ProtectedResourceConditions are possible only with ProtectedResourceArns ["*"]')
    if "*" in arns and len(arns) > 1:
        raise invalid_value('ProtectedResourceArns is either ["*"] or specific ARNs')
    if len(arns) > _MOST_ARNS:
        raise invalid_value(f"ProtectedResourceArns has more than {_MOST_ARNS} ARNs")
    hours = selection.get("ValidationWindowHours")
    if hours is not None and not 0 <= hours <= 168:
        raise invalid_value("ValidationWindowHours must be between 0 and 168")
