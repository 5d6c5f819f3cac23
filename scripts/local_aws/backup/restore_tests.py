"""Restore tests: what a restore testing plan does when it is due, and their end.

Contract: "Restore testing" of the AWS Backup developer guide. For each protected resource of a selection,
one recovery point within the selection window is restored, the latest or a random one. The restored table
is kept for the validation window, until its result is in (PutRestoreValidationResult) or the window is
over (then the result is TIMED_OUT), and is deleted. Without a window it is deleted right away.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

from local_aws.backup.core import Core
from local_aws.backup.errors import BackupError
from local_aws.backup.lifecycles import DAY_SECONDS
from local_aws.backup.restore_jobs import RestoreJobs
from local_aws.backup.restore_testing import TestingPlan, inferred_metadata
from local_aws.backup.restores import TableError
from local_aws.backup.selections import fulfils, matches_any
from local_aws.backup.store import RESOURCE_TYPE, Job, RecoveryPoint, RegionStore

_HOUR_SECONDS = 3600


class RestoreTests:
    """Runs the restore testing plans of all regions."""

    def __init__(self, core: Core, jobs: RestoreJobs) -> None:
        self._core = core
        self._jobs = jobs

    def run(self, store: RegionStore, plan: TestingPlan) -> list[Job]:
        """Start the restore jobs of the plan."""
        plan["LastExecutionTime"] = self._core.clock()
        started = []
        for selection in plan["selections"].values():
            for point in self._chosen(store, plan["RecoveryPointSelection"], selection):
                metadata = {**inferred_metadata(), **_overrides(selection)}
                role, plan_arn = selection["IamRoleArn"], plan["RestoreTestingPlanArn"]
                job = self._jobs.create(store, point, metadata, role, testing_plan_arn=plan_arn)
                job.inputs["window_hours"] = selection.get("ValidationWindowHours") or 0
                started.append(job)
        return started

    def _chosen(
        self, store: RegionStore, wanted: Mapping[str, Any], selection: Mapping[str, Any]
    ) -> Iterator[RecoveryPoint]:
        """One recovery point for each protected resource that the selection takes."""
        if (
            selection["ProtectedResourceType"] != RESOURCE_TYPE
            or "SNAPSHOT" not in wanted["RecoveryPointTypes"]
        ):
            return
        by_resource: dict[str, list[RecoveryPoint]] = {}
        for point in store.points():
            if self._takes(store, wanted, selection, point):
                by_resource.setdefault(point.resource_arn, []).append(point)
        for points in by_resource.values():
            if wanted["Algorithm"] == "RANDOM_WITHIN_WINDOW":
                yield random.choice(points)  # noqa: S311 - which point is tested is no secret
            else:
                yield max(points, key=lambda point: point.created_at)

    def _takes(
        self,
        store: RegionStore,
        wanted: Mapping[str, Any],
        selection: Mapping[str, Any],
        point: RecoveryPoint,
    ) -> bool:
        oldest = self._core.clock() - wanted["SelectionWindowDays"] * DAY_SECONDS
        if point.status != "COMPLETED" or point.created_at < oldest:
            return False
        if not matches_any(wanted["IncludeVaults"], point.vault_arn):
            return False
        if matches_any(wanted.get("ExcludeVaults") or [], point.vault_arn):
            return False
        if not matches_any(selection.get("ProtectedResourceArns") or ["*"], point.resource_arn):
            return False
        conditions = selection.get("ProtectedResourceConditions") or {}
        return fulfils(conditions, self._tags_of(store, point)) if any(conditions.values()) else True

    def _tags_of(self, store: RegionStore, point: RecoveryPoint) -> Mapping[str, str]:
        """The tags of the protected resource."""
        around = self._core.beside(store)
        return next((one.tags for one in around.resources() if one.arn == point.resource_arn), {})

    def follow_up(self, store: RegionStore, job: Job) -> None:
        """Take a finished restore test on: wait for its validation, then delete what it restored."""
        facts = job.facts
        if facts["Status"] != "COMPLETED" or facts.get("DeletionStatus"):
            return
        ends = facts["CompletionDate"] + job.inputs["window_hours"] * _HOUR_SECONDS
        if job.inputs["window_hours"] and "ValidationStatus" not in facts:
            facts["ValidationStatus"] = "VALIDATING"
        waiting = facts.get("ValidationStatus") == "VALIDATING"
        if waiting and self._core.clock() < ends:
            return
        if waiting:
            facts["ValidationStatus"] = "TIMED_OUT"
        self._delete(store, job)

    def _delete(self, store: RegionStore, job: Job) -> None:
        try:
            self._core.beside(store).delete_table(job.facts["CreatedResourceArn"])
        except (BackupError, TableError) as error:
            job.facts |= {"DeletionStatus": "FAILED", "DeletionStatusMessage": error.message}
        else:
            job.facts["DeletionStatus"] = "SUCCESSFUL"


def _overrides(selection: Mapping[str, Any]) -> dict[str, str]:
    """The selection's metadata overrides, whose keys are not case-sensitive, by the keys' own spelling."""
    spelled = {name.lower(): name for name in ("encryptionType", "kmsMasterKeyArn", "targetTableName")}
    given = selection.get("RestoreMetadataOverrides") or {}
    return {spelled.get(name.lower(), name): value for name, value in given.items()}
