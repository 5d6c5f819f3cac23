"""The contract of backup plans and selections. On AWS these tests pass, but for running a rule now."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.local_aws.backup_kit import AWAY, HOME, Kit, a_kit, code, message

from local_aws.testing import LocalAws, eventually

DAILY = "cron(0 1 * * ? *)"


@pytest.fixture
def kit(aws: LocalAws) -> Iterator[Kit]:
    with a_kit(aws) as made:
        yield made


def rule(vault: str, **settings: Any) -> dict[str, Any]:
    return {"RuleName": "daily", "TargetBackupVaultName": vault, "ScheduleExpression": DAILY, **settings}


def plan_of(kit: Kit, *rules: dict[str, Any], **settings: Any) -> str:
    """Create a plan, which is deleted with its selections at the end; its id."""
    document = {"BackupPlanName": kit.name, "Rules": list(rules), **settings}
    plan_id: str = kit.backup.create_backup_plan(BackupPlan=document)["BackupPlanId"]
    kit.undo.callback(delete_plan, kit, plan_id)
    return plan_id


def delete_plan(kit: Kit, plan_id: str) -> None:
    for one in kit.backup.list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"]:
        kit.backup.delete_backup_selection(BackupPlanId=plan_id, SelectionId=one["SelectionId"])
    kit.backup.delete_backup_plan(BackupPlanId=plan_id)


def select(kit: Kit, plan_id: str, role: str, **selection: Any) -> str:
    selection = {"SelectionName": "some", "IamRoleArn": role, **selection}
    answer = kit.backup.create_backup_selection(BackupPlanId=plan_id, BackupSelection=selection)
    return str(answer["SelectionId"])


def run_now(kit: Kit, plan_id: str, name: str = "daily") -> list[str]:
    """Run the plan's rule by the control API; the ids of the backup jobs."""
    url = f"{kit.aws.settings.endpoint_url}/_local/backup/{HOME}/plans/{plan_id}/rules/{name}/run"
    with urllib.request.urlopen(urllib.request.Request(url, method="POST")) as answer:  # noqa: S310 - loopback
        return list(json.load(answer)["backup_job_ids"])


def test_a_plan_is_kept_with_the_defaults_of_its_rules(kit: Kit) -> None:
    vault, _ = kit.vault()
    lifecycle = {"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 120}
    plan_id = plan_of(kit, {"RuleName": "r", "TargetBackupVaultName": vault, "Lifecycle": lifecycle})
    plan = kit.backup.get_backup_plan(BackupPlanId=plan_id)
    [kept] = plan["BackupPlan"]["Rules"]
    assert kept["ScheduleExpression"] == "cron(0 5 ? * * *)"
    assert (kept["StartWindowMinutes"], kept["CompletionWindowMinutes"]) == (480, 10080)
    assert kept["Lifecycle"] == lifecycle
    assert kept["RuleId"]
    listed = kit.backup.list_backup_plans()["BackupPlansList"]
    assert plan_id in [one["BackupPlanId"] for one in listed]


def test_an_update_makes_a_new_version_and_keeps_the_old_one(kit: Kit) -> None:
    vault, _ = kit.vault()
    plan_id = plan_of(kit, rule(vault))
    first = kit.backup.get_backup_plan(BackupPlanId=plan_id)["VersionId"]
    changed = {"BackupPlanName": kit.name, "Rules": [rule(vault, RuleName="other")]}
    second = kit.backup.update_backup_plan(BackupPlanId=plan_id, BackupPlan=changed)["VersionId"]
    assert first != second
    old, new = (
        kit.backup.get_backup_plan(BackupPlanId=plan_id, VersionId=version) for version in (first, second)
    )
    assert old["BackupPlan"]["Rules"][0]["RuleName"] == "daily"
    assert new["BackupPlan"]["Rules"][0]["RuleName"] == "other"
    versions = kit.backup.list_backup_plan_versions(BackupPlanId=plan_id)["BackupPlanVersionsList"]
    assert {version["VersionId"] for version in versions} == {first, second}


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"Lifecycle": {"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 90}}, "90 days apart"),
        ({"CopyActions": [{"Lifecycle": {"DeleteAfterDays": 0}}]}, "DeleteAfterDays"),
        ({"StartWindowMinutes": 59}, "start window"),
        ({"StartWindowMinutes": 120, "CompletionWindowMinutes": 120}, "completion window"),
        ({"ScheduleExpression": "cron(0/30 * * * ? *)"}, "once an hour"),
        ({"ScheduleExpression": "cron(0 1 * * *)"}, "schedule expression"),
        ({"ScheduleExpression": "rate(1 day)"}, "schedule expression"),
        ({"ScheduleExpressionTimezone": "Mars/Olympus"}, "time zone"),
        ({"RuleName": "not a name"}, "ruleName"),
    ],
)
def test_a_rule_that_aws_would_not_take_is_refused(kit: Kit, settings: dict[str, Any], reason: str) -> None:
    vault, arn = kit.vault()
    for action in settings.get("CopyActions", []):
        action["DestinationBackupVaultArn"] = arn
    with pytest.raises(ClientError) as error:
        plan_of(kit, rule(vault, **settings))
    assert code(error) == "InvalidParameterValueException"
    assert reason in message(error)


def test_a_refused_update_leaves_the_plan_as_it_was(kit: Kit) -> None:
    vault, _ = kit.vault()
    plan_id = plan_of(kit, rule(vault))
    before = kit.backup.get_backup_plan(BackupPlanId=plan_id)["VersionId"]
    wrong = {"BackupPlanName": kit.name, "Rules": [rule(vault, StartWindowMinutes=1)]}
    with pytest.raises(ClientError):
        kit.backup.update_backup_plan(BackupPlanId=plan_id, BackupPlan=wrong)
    assert kit.backup.get_backup_plan(BackupPlanId=plan_id)["VersionId"] == before


def test_the_same_plan_twice_is_refused(kit: Kit) -> None:
    vault, _ = kit.vault()
    plan_of(kit, rule(vault))
    with pytest.raises(ClientError) as error:
        plan_of(kit, rule(vault))
    assert code(error) == "AlreadyExistsException"


def test_a_plan_with_selections_cannot_be_deleted(kit: Kit) -> None:
    vault, _ = kit.vault()
    plan_id = plan_of(kit, rule(vault))
    select(kit, plan_id, kit.role(), Resources=["*"])
    with pytest.raises(ClientError) as error:
        kit.backup.delete_backup_plan(BackupPlanId=plan_id)
    assert code(error) == "InvalidRequestException"


def test_a_plan_that_does_not_exist_is_not_found(kit: Kit) -> None:
    with pytest.raises(ClientError) as error:
        kit.backup.get_backup_plan(BackupPlanId="none")
    assert code(error) == "ResourceNotFoundException"


def test_a_selection_is_kept_as_it_was_given(kit: Kit) -> None:
    vault, _ = kit.vault()
    plan_id, role = plan_of(kit, rule(vault)), kit.role()
    conditions = {"StringEquals": [{"ConditionKey": "aws:ResourceTag/a", "ConditionValue": "b"}]}
    selection_id = select(
        kit, plan_id, role, Resources=["arn:aws:dynamodb:*:*:table/*"], Conditions=conditions
    )
    kept = kit.backup.get_backup_selection(BackupPlanId=plan_id, SelectionId=selection_id)["BackupSelection"]
    assert (kept["SelectionName"], kept["IamRoleArn"]) == ("some", role)
    assert kept["Conditions"]["StringEquals"] == conditions["StringEquals"]


@pytest.mark.parametrize("selection", [{}, {"Resources": ["*"], "IamRoleArn": "no-role"}])
def test_a_selection_of_nothing_or_without_a_role_is_refused(kit: Kit, selection: dict[str, Any]) -> None:
    vault, _ = kit.vault()
    plan_id = plan_of(kit, rule(vault))
    with pytest.raises(ClientError) as error:
        select(kit, plan_id, kit.role(), **selection)
    assert code(error) == "InvalidParameterValueException"


def test_a_rule_backs_up_what_its_selections_take_and_copies_it(kit: Kit) -> None:
    vault, _ = kit.vault()
    away, away_arn = kit.vault(AWAY)
    copying = {"DestinationBackupVaultArn": away_arn, "Lifecycle": {"DeleteAfterDays": 60}}
    settings = {"Lifecycle": {"DeleteAfterDays": 30}, "RecoveryPointTags": {"rule": "daily"}}
    plan_id = plan_of(kit, rule(vault, CopyActions=[copying], **settings))
    tagged, role = kit.table(tags={kit.name: "yes"}), kit.role()
    kit.table(tags={kit.name: "no"}, suffix="-other")
    wanted = {"StringEquals": [{"ConditionKey": f"aws:ResourceTag/{kit.name}", "ConditionValue": "yes"}]}
    select(kit, plan_id, role, Resources=["arn:aws:dynamodb:*:*:table/*"], Conditions=wanted)

    [job_id] = run_now(kit, plan_id)
    job = kit.backup_job(job_id)
    assert (job["State"], job["ResourceArn"]) == ("COMPLETED", tagged)
    assert (job["CreatedBy"]["BackupPlanId"], job["CreatedBy"]["BackupRuleName"]) == (plan_id, "daily")
    assert kit.backup.list_tags(ResourceArn=job["RecoveryPointArn"])["Tags"] == {"rule": "daily"}
    there = kit.client("backup", AWAY)

    def copied() -> list[dict[str, Any]]:
        answer = there.list_recovery_points_by_backup_vault(BackupVaultName=away, ByBackupPlanId=plan_id)
        return list(answer["RecoveryPoints"])

    assert eventually(lambda: len(copied()) == 1)
    assert copied()[0]["Lifecycle"] == {"DeleteAfterDays": 60}
    assert kit.backup.get_backup_plan(BackupPlanId=plan_id)["LastExecutionDate"]


def test_a_resource_that_two_selections_take_is_backed_up_once(kit: Kit) -> None:
    vault, _ = kit.vault()
    plan_id, table, role = plan_of(kit, rule(vault)), kit.table(tags={kit.name: "yes"}), kit.role()
    select(kit, plan_id, role, Resources=[table])
    tag = {"ConditionType": "STRINGEQUALS", "ConditionKey": kit.name, "ConditionValue": "yes"}
    select(kit, plan_id, role, SelectionName="more", ListOfTags=[tag])
    assert len(run_now(kit, plan_id)) == 1


def test_running_a_rule_that_does_not_exist_says_so(kit: Kit) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        run_now(kit, "none")
    assert error.value.code == 404


@pytest.mark.slow
def test_a_rule_fires_by_its_schedule(kit: Kit) -> None:
    vault, _ = kit.vault()
    table, role = kit.table(), kit.role()
    soon = datetime.now(UTC) + timedelta(seconds=61)
    plan_id = plan_of(kit, rule(vault, ScheduleExpression=f"cron({soon.minute} {soon.hour} * * ? *)"))
    select(kit, plan_id, role, Resources=[table])

    def backed_up() -> bool:
        answer = kit.backup.list_backup_jobs(ByResourceArn=table, ByState="COMPLETED")
        return len(answer["BackupJobs"]) == 1

    assert eventually(backed_up, seconds=80)


def test_frameworks_are_kept_as_records(kit: Kit) -> None:
    name = kit.name.replace("-", "_")
    controls = [{"ControlName": "BACKUP_RECOVERY_POINT_ENCRYPTED"}]
    kit.backup.create_framework(FrameworkName=name, FrameworkControls=controls, FrameworkTags={"a": "b"})
    kit.undo.callback(kit.backup.delete_framework, FrameworkName=name)
    described = kit.backup.describe_framework(FrameworkName=name)
    assert described["DeploymentStatus"] == "COMPLETED"
    assert described["FrameworkControls"] == controls
    assert kit.backup.list_tags(ResourceArn=described["FrameworkArn"])["Tags"] == {"a": "b"}
