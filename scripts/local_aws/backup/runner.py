"""What AWS Backup does by itself: jobs go on, schedules fire, recovery points age, tests end.

Nothing happens in a region that is cut off. A schedule that was due meanwhile fires once when the region
is back, as a rule's start window allows; a copy goes on when both its regions are up.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from local_aws.backup import lifecycles, plans, schedules
from local_aws.backup.backup_jobs import BackupJobs
from local_aws.backup.copy_jobs import CopyJobs
from local_aws.backup.core import Core
from local_aws.backup.restore_jobs import RestoreJobs
from local_aws.backup.restore_tests import RestoreTests
from local_aws.backup.selections import selected
from local_aws.backup.store import RESOURCE_TYPE, Job, RegionStore

logger = logging.getLogger("local_aws.backup")


class Runner:
    """Moves the state of all regions on with time."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.backup_jobs = BackupJobs(core)
        self.copy_jobs = CopyJobs(core)
        self.restore_jobs = RestoreJobs(core)
        self._tests = RestoreTests(core, self.restore_jobs)

    def tick(self, is_up: Callable[[str], bool]) -> None:
        """Do all that is due in the regions that are up."""
        for store in self._core.stores:
            if is_up(store.region):
                self._fire_schedules(store)
                self._advance_jobs(store, is_up)
                self._age_points(store)

    def run_rule(self, store: RegionStore, plan: plans.Plan, rule: Mapping[str, Any]) -> list[Job]:
        """Start the backup jobs of a plan's rule."""
        plan["LastExecutionDate"] = self._core.clock()
        started: dict[str, Job] = {}
        for selection in plan["selections"].values():
            for arn in self._resources(store, selection["BackupSelection"]):
                if arn not in started:
                    role = selection["BackupSelection"]["IamRoleArn"]
                    request = _job_request(rule, arn, role)
                    copies = list(rule.get("CopyActions") or [])
                    started[arn] = self.backup_jobs.create(store, request, _creator(plan, rule), copies)
        return list(started.values())

    def run_test(self, store: RegionStore, plan: dict[str, Any]) -> list[Job]:
        """Start the restore jobs of a restore testing plan."""
        return self._tests.run(store, plan)

    def _resources(self, store: RegionStore, selection: Mapping[str, Any]) -> list[str]:
        """The tables that a selection takes; by tags alone only where DynamoDB is opted in."""
        if not store.opt_in[RESOURCE_TYPE] and not selection.get("Resources"):
            return []
        around = self._core.beside(store)
        return [resource.arn for resource in around.resources() if selected(selection, resource)]

    def _fire_schedules(self, store: RegionStore) -> None:
        now = self._core.clock()
        for plan, rule in plans.rules(store):
            if self._fires(store, rule["RuleId"], rule, now):
                self.run_rule(store, plan, rule)
        for test in list(store.testing_plans.values()):
            if self._fires(store, test["RestoreTestingPlanArn"], test, now):
                self.run_test(store, test)

    @staticmethod
    def _fires(store: RegionStore, key: str, scheduled: Mapping[str, Any], now: float) -> bool:
        """Whether the schedule is due; then it is noted when it is due next."""
        if store.due.get(key, now + 1) > now:
            return False
        expression, timezone = scheduled["ScheduleExpression"], scheduled["ScheduleExpressionTimezone"]
        fires = schedules.next_fire(expression, timezone, now)
        if fires is None:
            del store.due[key]
        else:
            store.due[key] = fires
        return True

    def _advance_jobs(self, store: RegionStore, is_up: Callable[[str], bool]) -> None:
        for job in self._due(store.backup_jobs):
            point = self.backup_jobs.advance(store, job)
            if point:
                for action in job.inputs["copies"]:
                    self.copy_jobs.create(store, point, action, job.facts["IamRoleArn"])
        for job in self._due(store.copy_jobs):
            if all(map(is_up, self.copy_jobs.regions(job))):
                self.copy_jobs.advance(store, job)
        for job in self._due(store.restore_jobs):
            self.restore_jobs.advance(store, job)
        for job in store.restore_jobs.values():
            if job.over and "window_hours" in job.inputs:
                self._tests.follow_up(store, job)

    def _due(self, jobs: Mapping[str, Job]) -> list[Job]:
        now = self._core.clock()
        return [job for job in jobs.values() if job.next_at is not None and job.next_at <= now]

    def _age_points(self, store: RegionStore) -> None:
        """Move recovery points to cold storage and delete them, each at its time; locks do not hinder it."""
        now = self._core.clock()
        for point in list(store.points()):
            times = lifecycles.calculated(point.lifecycle, point.created_at)
            if times.get("DeleteAt", now + 1) <= now:
                del store.vault(point.vault_name).points[point.arn]
                self._core.announce_point(store, point, "DELETED")
            elif point.storage_class == "WARM" and times.get("MoveToColdStorageAt", now + 1) <= now:
                point.storage_class = "COLD"
                self._core.announce_point(store, point, point.status)


def _job_request(rule: Mapping[str, Any], resource_arn: str, role_arn: str) -> dict[str, Any]:
    return {
        "BackupVaultName": rule["TargetBackupVaultName"],
        "ResourceArn": resource_arn,
        "IamRoleArn": role_arn,
        "StartWindowMinutes": rule["StartWindowMinutes"],
        "Lifecycle": rule.get("Lifecycle"),
        "RecoveryPointTags": rule.get("RecoveryPointTags"),
    }


def _creator(plan: plans.Plan, rule: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "BackupPlanId": plan["BackupPlanId"],
        "BackupPlanArn": plan["BackupPlanArn"],
        "BackupPlanName": plan["BackupPlanName"],
        "BackupPlanVersion": plan["VersionId"],
        "BackupRuleId": rule["RuleId"],
        "BackupRuleName": rule["RuleName"],
        "BackupRuleCron": rule["ScheduleExpression"],
        "BackupRuleTimezone": rule["ScheduleExpressionTimezone"],
    }
