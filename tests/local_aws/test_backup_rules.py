"""The rules of AWS Backup that need no server: lifecycles, locks, schedules, selections, lists, messages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from local_aws.backup import events, lifecycles, listing, schedules, selections
from local_aws.backup.errors import BackupError, invalid_value
from local_aws.backup.lifecycles import DAY_SECONDS, LifecycleError
from local_aws.backup.rest_json import Caller, HttpCall, Request, RestJson
from local_aws.backup.schedules import ScheduleError
from local_aws.backup.selections import Resource
from local_aws.backup.vault_locks import LockError, VaultLock
from local_aws.fills.service_models import service_model

NOW = 1_000_000.0
CALLER = Caller("111111111111", "us-east-1", "arn:aws:iam::111111111111:root")


@pytest.mark.parametrize(
    "lifecycle",
    [
        {},
        {"DeleteAfterDays": 1},
        {"MoveToColdStorageAfterDays": 30},
        {"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 120},
        {"MoveToColdStorageAfterDays": -1, "DeleteAfterDays": -1},
    ],
)
def test_a_possible_lifecycle_is_taken(lifecycle: dict[str, int]) -> None:
    lifecycles.check(lifecycle)


@pytest.mark.parametrize(
    "lifecycle",
    [
        {"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 119},
        {"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 90},
        {"DeleteAfterDays": 0},
        {"MoveToColdStorageAfterDays": 36_501},
    ],
)
def test_an_impossible_lifecycle_is_refused(lifecycle: dict[str, int]) -> None:
    with pytest.raises(LifecycleError):
        lifecycles.check(lifecycle)


def test_a_lifecycle_for_ever_has_no_dates() -> None:
    assert lifecycles.calculated({"DeleteAfterDays": -1}, NOW) == {}


def test_a_compliance_lock_is_immutable_from_its_lock_date_on() -> None:
    lock = VaultLock.requested({"MinRetentionDays": 7, "ChangeableForDays": 3}, NOW)
    assert not lock.immutable(NOW + 3 * DAY_SECONDS - 1)
    assert lock.immutable(NOW + 3 * DAY_SECONDS)


def test_a_governance_lock_is_never_immutable() -> None:
    assert not VaultLock.requested({"MinRetentionDays": 7}, NOW).immutable(NOW + 10_000 * DAY_SECONDS)


def test_a_lock_that_takes_effect_too_soon_is_refused() -> None:
    with pytest.raises(LockError, match="ChangeableForDays"):
        VaultLock.requested({"ChangeableForDays": 2}, NOW)


@pytest.mark.parametrize(("days", "fits"), [(6, False), (7, True), (400, True), (401, False), (None, False)])
def test_a_lock_bounds_the_retention(days: int | None, fits: bool) -> None:
    lock = VaultLock(min_days=7, max_days=400)
    lifecycle = {} if days is None else {"DeleteAfterDays": days}
    assert (lock.objection(lifecycle) is None) == fits


def test_a_lock_without_a_maximum_takes_what_is_kept_for_ever() -> None:
    assert VaultLock(min_days=7).objection({}) is None


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("expression", "timezone", "after", "fires"),
    [
        ("cron(0 1 * * ? *)", "Etc/UTC", "2026-01-31T00:59:59+00:00", "2026-01-31T01:00:00+00:00"),
        ("cron(0 1 * * ? *)", "Etc/UTC", "2026-01-31T01:00:00+00:00", "2026-02-01T01:00:00+00:00"),
        ("cron(0 2 ? * SUN *)", "Etc/UTC", "2026-01-31T00:00:00+00:00", "2026-02-01T02:00:00+00:00"),
        ("cron(0 3 1 * ? *)", "Etc/UTC", "2026-01-31T00:00:00+00:00", "2026-02-01T03:00:00+00:00"),
        ("cron(0 3 L * ? *)", "Etc/UTC", "2026-02-01T00:00:00+00:00", "2026-02-28T03:00:00+00:00"),
        ("cron(0 1 * * ? *)", "Europe/Madrid", "2026-07-01T00:00:00+00:00", "2026-07-01T23:00:00+00:00"),
    ],
)
def test_a_schedule_fires_when_its_fields_say(expression: str, timezone: str, after: str, fires: str) -> None:
    schedules.check(expression, timezone)
    assert schedules.next_fire(expression, timezone, at(after)) == at(fires)


@pytest.mark.parametrize("expression", ["rate(1 day)", "cron(* * * * ? *)", "cron(0,30 1 * * ? *)", "daily"])
def test_a_schedule_that_is_no_cron_or_more_than_hourly_is_refused(expression: str) -> None:
    with pytest.raises(ScheduleError):
        schedules.check(expression, "Etc/UTC")


TABLE = Resource("arn:aws:dynamodb:us-east-1:1:table/products", {"Backup": "yes", "Team": "shop"})


def condition(key: str, value: str) -> dict[str, str]:
    return {"ConditionKey": key, "ConditionValue": value}


@pytest.mark.parametrize(
    ("selection", "takes"),
    [
        ({"Resources": ["arn:aws:dynamodb:*:*:table/*"]}, True),
        ({"Resources": ["*"], "NotResources": ["*table/prod*"]}, False),
        ({"Resources": ["arn:aws:dynamodb:us-east-1:1:table/product"]}, False),
        ({"ListOfTags": [condition("Backup", "no"), condition("Team", "shop")]}, True),
        ({"ListOfTags": [condition("backup", "yes")]}, False),
        ({"Resources": ["*"], "ListOfTags": [condition("Backup", "no")]}, False),
        ({"Conditions": {"StringEquals": [condition("aws:ResourceTag/Backup", "yes")]}}, True),
        (
            {
                "Conditions": {
                    "StringEquals": [condition("aws:ResourceTag/Backup", "yes")],
                    "StringNotEquals": [condition("aws:ResourceTag/Team", "shop")],
                }
            },
            False,
        ),
        ({"Conditions": {"StringLike": [condition("aws:ResourceTag/Team", "s*p")]}}, True),
        ({"Conditions": {"StringNotLike": [condition("aws:ResourceTag/Team", "s*p")]}}, False),
        ({}, False),
    ],
)
def test_a_selection_takes_what_its_arns_and_tags_say(selection: dict[str, Any], takes: bool) -> None:
    assert selections.selected(selection, TABLE) is takes


def test_a_page_ends_with_a_token_for_the_next_one() -> None:
    documents = [{"n": number} for number in range(5)]
    first = listing.listed("Items", documents, {"MaxResults": 2})
    second = listing.listed("Items", documents, {"MaxResults": 2, "NextToken": first["NextToken"]})
    third = listing.listed("Items", documents, {"MaxResults": 2, "NextToken": second["NextToken"]})
    assert [item["n"] for page in (first, second, third) for item in page["Items"]] == [0, 1, 2, 3, 4]
    assert "NextToken" not in third


def test_a_token_that_no_list_gave_is_refused() -> None:
    with pytest.raises(BackupError):
        listing.listed("Items", [], {"NextToken": "!"})


def api(name: str, **result: Any) -> tuple[RestJson, list[Request]]:
    """The API with one operation, and the requests that it got."""
    requests: list[Request] = []

    def handle(_caller: Caller, request: Request) -> dict[str, Any]:
        requests.append(request)
        if "refuse" in result:
            raise invalid_value("no")
        return result

    return RestJson(service_model("backup"), {name: handle}), requests


@pytest.mark.parametrize(
    "arn", ["arn:aws:backup:us-east-1:1:recovery-point:A", "arn:aws:dynamodb:us-east-1:1:table/t/backup/1"]
)
def test_an_arn_with_slashes_is_read_from_the_path(arn: str) -> None:
    service, requests = api("GetRecoveryPointRestoreMetadata")
    path = f"/backup-vaults/vault/recovery-points/{arn}/restore-metadata"
    service.answer(CALLER, HttpCall("GET", path, {}, b""))
    assert requests == [{"BackupVaultName": "vault", "RecoveryPointArn": arn}]


def test_parameters_of_the_query_have_their_types() -> None:
    service, requests = api("ListBackupJobs")
    query = {"createdAfter": ["2026-01-31T00:00:00Z"], "maxResults": ["7"], "state": ["RUNNING"]}
    service.answer(CALLER, HttpCall("GET", "/backup-jobs/", query, b""))
    after = datetime(2026, 1, 31, tzinfo=UTC).timestamp()
    assert requests == [{"ByCreatedAfter": after, "MaxResults": 7, "ByState": "RUNNING"}]


def test_an_answer_has_only_what_the_model_knows() -> None:
    service, _ = api("StartRestoreJob", RestoreJobId="j", inner="secret")
    body = b'{"RecoveryPointArn": "a", "Metadata": {}}'
    answer = service.answer(CALLER, HttpCall("PUT", "/restore-jobs", {}, body))
    assert answer is not None
    assert (answer[0], answer[2]) == (200, b'{"RestoreJobId": "j"}')


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"{}", "MissingParameterValueException"),
        (b"{", "SerializationException"),
        (b'{"RecoveryPointArn": "a", "Metadata": {}}', "InvalidParameterValueException"),
    ],
)
def test_a_refusal_names_its_exception(body: bytes, wanted: str) -> None:
    service, _ = api("StartRestoreJob", refuse=True)
    answer = service.answer(CALLER, HttpCall("PUT", "/restore-jobs", {}, body))
    assert answer is not None
    assert (answer[0], answer[1]["x-amzn-errortype"]) == (400, wanted)


def test_an_operation_without_a_handler_is_not_answered() -> None:
    service, _ = api("ListBackupJobs")
    assert service.answer(CALLER, HttpCall("GET", "/legal-holds/", {}, b"")) is None


def test_the_notification_of_a_success_is_both_its_end_and_its_success() -> None:
    facts = {
        "AccountId": "1",
        "BackupJobId": "J",
        "ResourceArn": "R",
        "RecoveryPointArn": "P",
        "CreationDate": NOW,
        "State": "COMPLETED",
    }
    note = events.notification("BACKUP", facts)
    assert note.names == {"BACKUP_JOB_SUCCESSFUL", "BACKUP_JOB_COMPLETED"}
    assert "Recovery point ARN: P" in note.message


def test_a_restore_test_names_its_plan_in_the_event() -> None:
    facts = {
        "RestoreJobId": "J",
        "RecoveryPointArn": "P",
        "CreationDate": NOW,
        "Status": "RUNNING",
        "PercentDone": "0.00%",
        "CreatedBy": {"RestoreTestingPlanArn": "T"},
    }
    detail = events.restore_job_event(facts).detail
    assert (detail["restoreTestingPlanArn"], detail["status"], detail["percentDone"]) == ("T", "RUNNING", 0)
