"""What AWS Backup does with time: schedules, windows, expiry, lock dates; the test turns the clock."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from local_aws.backup.core import Core
from local_aws.backup.lifecycles import DAY_SECONDS
from local_aws.backup.rest_json import Caller, HttpCall
from local_aws.backup.restores import TableError, TableImage
from local_aws.backup.selections import Resource
from local_aws.backup.service import Backup
from local_aws.backup.store import RegionStore
from local_aws.backup.timing import Timing

HOME, AWAY = "us-east-1", "us-west-2"
ACCOUNT = "111111111111"
TABLE = f"arn:aws:dynamodb:{HOME}:{ACCOUNT}:table/products"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/backup"
MIDNIGHT = 1_767_225_600.0
"""2026-01-01T00:00:00Z."""


class World:
    """Other services that always agree, the time, and the events that were put."""

    def __init__(self) -> None:
        self.now = MIDNIGHT
        self.down: set[str] = set()
        self.events: list[tuple[str, str]] = []
        self.details: list[Mapping[str, Any]] = []
        self.tables: set[str] = {TABLE}

    def is_up(self, region: str) -> bool:
        return region not in self.down

    def key_arn(self, key: str) -> str:
        return key

    def key_objection(self, _key_arn: str | None) -> None:
        return None

    def role_objection(self, _role_arn: str) -> None:
        return None

    def permission_objection(self, *_what: str) -> None:
        return None

    def denies(self, *_what: object) -> bool:
        return False

    def resources(self) -> Iterator[Resource]:
        yield from (Resource(arn, {}) for arn in sorted(self.tables))

    def image(self, table_arn: str) -> TableImage:
        if table_arn not in self.tables:
            raise TableError("TableNotFoundException", f"Table not found: {table_arn}")
        return TableImage({}, {"a": {"-": {}}})

    def start_restore(self, _image: TableImage, target: str, *_how: object) -> str:
        arn = f"arn:aws:dynamodb:{HOME}:{ACCOUNT}:table/{target}"
        self.tables.add(arn)
        return arn

    def is_restoring(self, _table_arn: str) -> bool:
        return False

    def delete_table(self, table_arn: str) -> None:
        self.tables.discard(table_arn)

    def put_event(self, detail_type: str, _resources: list[str], detail: Mapping[str, Any]) -> None:
        self.events.append((detail_type, detail.get("state") or detail["status"]))
        self.details.append(detail)


class Clockwork:
    """AWS Backup with a vault in each region, on a clock that the test turns."""

    def __init__(self) -> None:
        self.world = World()
        around: Any = lambda _account, _region: self.world  # noqa: E731 - a stand-in, typed as what it stands for
        timing = Timing(pitr_lag_seconds=1, restore_seconds=1, backup_job_seconds=1)
        self.service = Backup(Core(lambda: self.world.now, timing, around))
        for region in (HOME, AWAY):
            self.call("PUT", "/backup-vaults/vault", {}, region)

    def call(self, method: str, path: str, body: dict[str, Any], region: str = HOME) -> tuple[int, Any]:
        caller = Caller(ACCOUNT, region, f"arn:aws:iam::{ACCOUNT}:root")
        answer = self.service.answer(caller, HttpCall(method, path, {}, json.dumps(body).encode()))
        assert answer is not None
        return answer[0], json.loads(answer[2] or b"{}")

    def store(self, region: str = HOME) -> RegionStore:
        return self.service.core.stores.of(ACCOUNT, region)

    def go_to(self, moment: float) -> None:
        """Turn the clock there, and on by the seconds that jobs need."""
        self.world.now = moment
        for _ in range(8):
            self.service.runner.tick(self.world.is_up)
            self.world.now += 1

    def plan(self, **rule: Any) -> None:
        whole = {"RuleName": "r", "TargetBackupVaultName": "vault", **rule}
        body = {"BackupPlan": {"BackupPlanName": "p", "Rules": [whole]}}
        plan_id = self.call("PUT", "/backup/plans", body)[1]["BackupPlanId"]
        selection = {"SelectionName": "s", "IamRoleArn": ROLE, "Resources": [TABLE]}
        self.call("PUT", f"/backup/plans/{plan_id}/selections", {"BackupSelection": selection})

    def back_up(self, **settings: Any) -> str:
        """Back the table up; the recovery point."""
        request = {"BackupVaultName": "vault", "ResourceArn": TABLE, "IamRoleArn": ROLE, **settings}
        arn: str = self.call("PUT", "/backup-jobs", request)[1]["RecoveryPointArn"]
        self.go_to(self.world.now + 1)
        return arn

    def states(self) -> list[str]:
        return [job.facts["State"] for job in self.store().backup_jobs.values()]


@pytest.fixture
def clockwork() -> Clockwork:
    return Clockwork()


def test_a_rule_fires_once_at_each_of_its_times(clockwork: Clockwork) -> None:
    clockwork.plan(ScheduleExpression="cron(0 1 * * ? *)")
    clockwork.go_to(MIDNIGHT + 3599)
    assert clockwork.states() == ["COMPLETED"]
    clockwork.go_to(MIDNIGHT + 7200)
    assert len(clockwork.states()) == 1
    clockwork.go_to(MIDNIGHT + DAY_SECONDS + 3600)
    assert clockwork.states() == ["COMPLETED", "COMPLETED"]


def test_a_rule_that_was_due_while_its_region_was_cut_off_fires_when_it_is_back(clockwork: Clockwork) -> None:
    clockwork.plan(ScheduleExpression="cron(0 1 * * ? *)")
    clockwork.world.down = {HOME}
    clockwork.go_to(MIDNIGHT + 3600)
    assert clockwork.states() == []
    clockwork.world.down = set()
    clockwork.go_to(MIDNIGHT + 5000)
    assert clockwork.states() == ["COMPLETED"]


def test_a_deleted_plan_fires_no_more(clockwork: Clockwork) -> None:
    clockwork.plan(ScheduleExpression="cron(0 1 * * ? *)")
    clockwork.store().plans.clear()
    clockwork.go_to(MIDNIGHT + 3600)
    assert clockwork.states() == []


def test_a_job_that_could_not_start_within_its_window_expires(clockwork: Clockwork) -> None:
    request = {"BackupVaultName": "vault", "ResourceArn": TABLE, "IamRoleArn": ROLE, "StartWindowMinutes": 60}
    clockwork.call("PUT", "/backup-jobs", request)
    clockwork.world.down = {HOME}
    clockwork.go_to(MIDNIGHT + 3601)
    clockwork.world.down = set()
    clockwork.go_to(MIDNIGHT + 3700)
    assert clockwork.states() == ["EXPIRED"]
    assert ("Backup Job State Change", "EXPIRED") in clockwork.world.events


def test_a_backup_holds_the_table_of_the_moment_it_began(clockwork: Clockwork) -> None:
    clockwork.back_up()
    clockwork.world.tables.clear()
    assert next(clockwork.store().points()).image.item_count == 1


def test_a_recovery_point_turns_cold_and_is_deleted_at_its_times(clockwork: Clockwork) -> None:
    clockwork.back_up(Lifecycle={"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 120})
    [point] = clockwork.store().points()
    clockwork.go_to(point.created_at + 30 * DAY_SECONDS - 10)
    assert point.storage_class == "WARM"
    clockwork.go_to(point.created_at + 30 * DAY_SECONDS)
    assert point.storage_class == "COLD"
    clockwork.go_to(point.created_at + 120 * DAY_SECONDS)
    assert list(clockwork.store().points()) == []
    assert clockwork.world.events[-1] == ("Recovery Point State Change", "DELETED")


def test_a_lock_does_not_keep_a_recovery_point_beyond_its_life(clockwork: Clockwork) -> None:
    clockwork.call("PUT", "/backup-vaults/vault/vault-lock", {"MinRetentionDays": 7})
    clockwork.back_up(Lifecycle={"DeleteAfterDays": 7})
    clockwork.go_to(MIDNIGHT + 8 * DAY_SECONDS)
    assert list(clockwork.store().points()) == []


def test_the_transition_of_a_cold_recovery_point_cannot_be_changed(clockwork: Clockwork) -> None:
    arn = clockwork.back_up(Lifecycle={"MoveToColdStorageAfterDays": 1, "DeleteAfterDays": 120})
    clockwork.go_to(MIDNIGHT + 2 * DAY_SECONDS)
    path = f"/backup-vaults/vault/recovery-points/{arn}"
    later = {"Lifecycle": {"MoveToColdStorageAfterDays": 2, "DeleteAfterDays": 120}}
    assert clockwork.call("POST", path, later)[0] == 400
    longer = {"Lifecycle": {"MoveToColdStorageAfterDays": 1, "DeleteAfterDays": 365}}
    assert clockwork.call("POST", path, longer)[0] == 200


@pytest.mark.parametrize(("method", "body"), [("PUT", {"MinRetentionDays": 1}), ("DELETE", {})])
def test_a_compliance_lock_cannot_be_touched_after_its_lock_date(
    clockwork: Clockwork, method: str, body: dict[str, int]
) -> None:
    path = "/backup-vaults/vault/vault-lock"
    clockwork.call("PUT", path, {"MinRetentionDays": 7, "ChangeableForDays": 3})
    clockwork.world.now = MIDNIGHT + 3 * DAY_SECONDS
    status, refusal = clockwork.call(method, path, body)
    assert (status, refusal["Code"]) == (400, "InvalidRequestException")
    vault = clockwork.call("GET", "/backup-vaults/vault", {})[1]
    assert (vault["Locked"], vault["MinRetentionDays"]) == (True, 7)


def restore_test(clockwork: Clockwork, **selection: Any) -> dict[str, Any]:
    """Test the restore of the table's backup; what is known of the restore job, now and later."""
    clockwork.back_up()
    plan = {
        "RestoreTestingPlanName": "t",
        "ScheduleExpression": "cron(0 5 ? * * *)",
        "RecoveryPointSelection": {
            "Algorithm": "RANDOM_WITHIN_WINDOW",
            "IncludeVaults": ["*"],
            "RecoveryPointTypes": ["SNAPSHOT"],
        },
    }
    clockwork.call("PUT", "/restore-testing/plans", {"RestoreTestingPlan": plan})
    whole = {
        "RestoreTestingSelectionName": "s",
        "ProtectedResourceType": "DynamoDB",
        "IamRoleArn": ROLE,
        "ProtectedResourceArns": [TABLE],
        **selection,
    }
    path = "/restore-testing/plans/t/selections"
    assert clockwork.call("PUT", path, {"RestoreTestingSelection": whole})[0] == 201
    clockwork.go_to(MIDNIGHT + 5 * 3600)
    [job] = clockwork.store().restore_jobs.values()
    return job.facts


def test_a_restore_test_starts_by_its_schedule_and_times_out_without_a_result(clockwork: Clockwork) -> None:
    facts = restore_test(clockwork, ValidationWindowHours=2)
    assert (facts["Status"], facts["ValidationStatus"]) == ("COMPLETED", "VALIDATING")
    clockwork.go_to(facts["CompletionDate"] + 2 * 3600 - 10)
    assert facts["CreatedResourceArn"] in clockwork.world.tables
    clockwork.go_to(facts["CompletionDate"] + 2 * 3600)
    assert (facts["ValidationStatus"], facts["DeletionStatus"]) == ("TIMED_OUT", "SUCCESSFUL")
    assert clockwork.world.tables == {TABLE}


def test_every_event_of_a_restore_test_names_its_plan(clockwork: Clockwork) -> None:
    plan_arn = restore_test(clockwork)["CreatedBy"]["RestoreTestingPlanArn"]
    told = [detail for detail in clockwork.world.details if "restoreJobId" in detail]
    assert [(detail["status"], detail["restoreTestingPlanArn"]) for detail in told] == [
        ("PENDING", plan_arn),
        ("RUNNING", plan_arn),
        ("COMPLETED", plan_arn),
    ]


def test_without_a_validation_window_the_test_table_goes_right_away(clockwork: Clockwork) -> None:
    facts = restore_test(clockwork)
    assert "ValidationStatus" not in facts
    assert facts["DeletionStatus"] == "SUCCESSFUL"


def test_a_point_older_than_the_selection_window_is_not_tested(clockwork: Clockwork) -> None:
    facts = restore_test(clockwork)
    [point] = clockwork.store().points()
    point.created_at = facts["CreationDate"] - 29 * DAY_SECONDS
    clockwork.go_to(MIDNIGHT + DAY_SECONDS + 5 * 3600)
    assert len(clockwork.store().restore_jobs) == 2
    clockwork.go_to(MIDNIGHT + 3 * DAY_SECONDS + 5 * 3600)
    assert len(clockwork.store().restore_jobs) == 2
