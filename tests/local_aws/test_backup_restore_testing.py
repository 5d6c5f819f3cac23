"""The contract of restore testing. On AWS these tests pass as well, but for running a plan now."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.local_aws.backup_kit import HOME, Kit, a_kit, code

from local_aws.testing import LocalAws, eventually


@pytest.fixture
def kit(aws: LocalAws) -> Iterator[Kit]:
    with a_kit(aws) as made:
        yield made


def points(vault_arn: str, **settings: Any) -> dict[str, Any]:
    return {
        "Algorithm": "LATEST_WITHIN_WINDOW",
        "IncludeVaults": [vault_arn],
        "RecoveryPointTypes": ["SNAPSHOT"],
        **settings,
    }


def plan_of(kit: Kit, vault_arn: str, **settings: Any) -> str:
    """Create a restore testing plan, which is deleted with its selections at the end; its name."""
    name = kit.name.replace("-", "_")
    plan = {
        "RestoreTestingPlanName": name,
        "ScheduleExpression": "cron(0 5 ? * * *)",
        "RecoveryPointSelection": points(vault_arn),
        **settings,
    }
    kit.backup.create_restore_testing_plan(RestoreTestingPlan=plan, Tags={"a": "b"})
    kit.undo.callback(delete_plan, kit, plan["RestoreTestingPlanName"])
    return name


def delete_plan(kit: Kit, name: str) -> None:
    plan = {"RestoreTestingPlanName": name}
    for one in kit.backup.list_restore_testing_selections(**plan)["RestoreTestingSelections"]:
        selection = {"RestoreTestingSelectionName": one["RestoreTestingSelectionName"]}
        kit.backup.delete_restore_testing_selection(**plan, **selection)
    kit.backup.delete_restore_testing_plan(**plan)


def select(kit: Kit, plan: str, role: str, **settings: Any) -> None:
    selection = {
        "RestoreTestingSelectionName": "tables",
        "ProtectedResourceType": "DynamoDB",
        "IamRoleArn": role,
        "ProtectedResourceArns": ["*"],
        **settings,
    }
    kit.backup.create_restore_testing_selection(
        RestoreTestingPlanName=plan, RestoreTestingSelection=selection
    )


def run_now(kit: Kit, plan: str) -> list[str]:
    """Run the plan by the control API; the ids of the restore jobs."""
    url = f"{kit.aws.settings.endpoint_url}/_local/backup/{HOME}/restore-testing-plans/{plan}/run"
    with urllib.request.urlopen(urllib.request.Request(url, method="POST")) as answer:  # noqa: S310 - loopback
        return list(json.load(answer)["restore_job_ids"])


def restore_under_test(kit: Kit, **selection: Any) -> tuple[str, dict[str, Any]]:
    """Back a table up and test its restore; the recovery point and the finished restore job."""
    vault, vault_arn = kit.vault()
    table, role = kit.table(), kit.role()
    kit.back_up(vault, table, role)
    point = kit.back_up(vault, table, role)["RecoveryPointArn"]
    plan = plan_of(kit, vault_arn)
    select(kit, plan, role, **selection)
    [job_id] = run_now(kit, plan)
    return point, kit.restore_job(job_id)


def test_a_plan_is_kept_with_its_defaults(kit: Kit) -> None:
    _, vault_arn = kit.vault()
    name = plan_of(kit, vault_arn)
    plan = kit.backup.get_restore_testing_plan(RestoreTestingPlanName=name)["RestoreTestingPlan"]
    assert (plan["StartWindowHours"], plan["ScheduleExpressionTimezone"]) == (24, "Etc/UTC")
    assert plan["RecoveryPointSelection"]["SelectionWindowDays"] == 30
    assert kit.backup.list_tags(ResourceArn=plan["RestoreTestingPlanArn"])["Tags"] == {"a": "b"}


def test_an_update_changes_what_it_names(kit: Kit) -> None:
    _, vault_arn = kit.vault()
    name = plan_of(kit, vault_arn)
    change = {"StartWindowHours": 2, "RecoveryPointSelection": points(vault_arn, SelectionWindowDays=7)}
    kit.backup.update_restore_testing_plan(RestoreTestingPlanName=name, RestoreTestingPlan=change)
    plan = kit.backup.get_restore_testing_plan(RestoreTestingPlanName=name)["RestoreTestingPlan"]
    assert (plan["StartWindowHours"], plan["ScheduleExpression"]) == (2, "cron(0 5 ? * * *)")
    assert plan["RecoveryPointSelection"]["SelectionWindowDays"] == 7


@pytest.mark.parametrize(
    "settings",
    [
        {"ScheduleExpression": "cron(0 5 * * *)"},
        {"StartWindowHours": 169},
        {"RestoreTestingPlanName": "with-a-dash"},
        {"RecoveryPointSelection": {"Algorithm": "LATEST_WITHIN_WINDOW"}},
        {"RecoveryPointSelection": points("*", SelectionWindowDays=366)},
        {"RecoveryPointSelection": points("a-vault")},
    ],
)
def test_a_plan_that_aws_would_not_take_is_refused(kit: Kit, settings: dict[str, Any]) -> None:
    _, vault_arn = kit.vault()
    with pytest.raises(ClientError) as error:
        plan_of(kit, vault_arn, **settings)
    assert code(error) == "InvalidParameterValueException"


def test_a_plan_with_selections_cannot_be_deleted(kit: Kit) -> None:
    _, vault_arn = kit.vault()
    name = plan_of(kit, vault_arn)
    select(kit, name, kit.role())
    with pytest.raises(ClientError) as error:
        kit.backup.delete_restore_testing_plan(RestoreTestingPlanName=name)
    assert code(error) == "InvalidRequestException"


@pytest.mark.parametrize(
    "settings",
    [
        {"ProtectedResourceArns": []},
        {"ProtectedResourceArns": ["*", "arn:aws:dynamodb:us-east-1:111111111111:table/t"]},
        {
            "ProtectedResourceArns": ["arn:aws:dynamodb:us-east-1:111111111111:table/t"],
            "ProtectedResourceConditions": {"StringEquals": [{"Key": "aws:ResourceTag/a", "Value": "b"}]},
        },
        {"ValidationWindowHours": 169},
    ],
)
def test_a_selection_that_aws_would_not_take_is_refused(kit: Kit, settings: dict[str, Any]) -> None:
    _, vault_arn = kit.vault()
    name = plan_of(kit, vault_arn)
    with pytest.raises(ClientError) as error:
        select(kit, name, kit.role(), **settings)
    assert code(error) == "InvalidParameterValueException"


def test_a_test_restores_the_latest_point_and_waits_for_the_validation(kit: Kit) -> None:
    point, job = restore_under_test(kit, ValidationWindowHours=1)
    assert (job["Status"], job["RecoveryPointArn"]) == ("COMPLETED", point)
    table = job["CreatedResourceArn"].rpartition("/")[2]
    assert table.startswith("awsbackup-restore-test-")
    assert len(kit.texts(table)) == 3
    plan_arn = job["CreatedBy"]["RestoreTestingPlanArn"]
    jobs = kit.backup.list_restore_jobs(ByRestoreTestingPlanArn=plan_arn)["RestoreJobs"]
    assert [one["RestoreJobId"] for one in jobs] == [job["RestoreJobId"]]

    def validating() -> bool:
        now = kit.backup.describe_restore_job(RestoreJobId=job["RestoreJobId"])
        return bool(now.get("ValidationStatus") == "VALIDATING")

    assert eventually(validating)


@pytest.mark.parametrize("status", ["SUCCESSFUL", "FAILED"])
def test_the_result_is_kept_and_ends_the_test_tables_life(kit: Kit, status: str) -> None:
    _, job = restore_under_test(kit, ValidationWindowHours=1)
    kit.backup.put_restore_validation_result(
        RestoreJobId=job["RestoreJobId"], ValidationStatus=status, ValidationStatusMessage="compared"
    )

    def deleted() -> bool:
        now = kit.backup.describe_restore_job(RestoreJobId=job["RestoreJobId"])
        return bool(now.get("DeletionStatus") == "SUCCESSFUL")

    assert eventually(deleted)
    now = kit.backup.describe_restore_job(RestoreJobId=job["RestoreJobId"])
    assert (now["ValidationStatus"], now["ValidationStatusMessage"]) == (status, "compared")
    table = job["CreatedResourceArn"].rpartition("/")[2]
    with pytest.raises(ClientError) as gone:
        kit.dynamodb.describe_table(TableName=table)
    assert code(gone) == "ResourceNotFoundException"
    with pytest.raises(ClientError) as again:
        kit.backup.put_restore_validation_result(RestoreJobId=job["RestoreJobId"], ValidationStatus=status)
    assert code(again) == "InvalidRequestException"


def test_a_test_table_that_the_validator_deleted_itself_is_no_failure(kit: Kit) -> None:
    _, job = restore_under_test(kit, ValidationWindowHours=1)
    kit.dynamodb.delete_table(TableName=job["CreatedResourceArn"].rpartition("/")[2])
    kit.backup.put_restore_validation_result(RestoreJobId=job["RestoreJobId"], ValidationStatus="SUCCESSFUL")
    assert eventually(
        lambda: (
            kit.backup.describe_restore_job(RestoreJobId=job["RestoreJobId"]).get("DeletionStatus")
            == "SUCCESSFUL"
        )
    )


def test_metadata_can_be_overridden_in_any_spelling_of_the_key(kit: Kit) -> None:
    key = kit.client("kms").create_key()["KeyMetadata"]["Arn"]
    overrides = {"EncryptionType": "KMS", "kmsmasterkeyarn": key}
    _, job = restore_under_test(kit, ValidationWindowHours=1, RestoreMetadataOverrides=overrides)
    table = job["CreatedResourceArn"].rpartition("/")[2]
    described = kit.dynamodb.describe_table(TableName=table)["Table"]
    assert described["SSEDescription"]["KMSMasterKeyArn"] == key


def test_conditions_choose_resources_by_their_tags(kit: Kit) -> None:
    vault, vault_arn = kit.vault()
    role = kit.role()
    wanted = kit.table(tags={kit.name: "yes"})
    other = kit.table(tags={kit.name: "no"}, suffix="-other")
    for table in (wanted, other):
        kit.back_up(vault, table, role)
    plan = plan_of(kit, vault_arn)
    condition = {"Key": f"aws:ResourceTag/{kit.name}", "Value": "yes"}
    select(kit, plan, role, ProtectedResourceConditions={"StringEquals": [condition]})
    [job_id] = run_now(kit, plan)
    assert kit.restore_job(job_id)["SourceResourceArn"] == wanted


def test_a_vault_that_the_plan_excludes_is_not_tested(kit: Kit) -> None:
    vault, vault_arn = kit.vault()
    role = kit.role()
    kit.back_up(vault, kit.table(), role)
    plan = plan_of(kit, vault_arn, RecoveryPointSelection=points("*", ExcludeVaults=[vault_arn]))
    select(kit, plan, role, ProtectedResourceArns=[f"arn:aws:dynamodb:{HOME}:111111111111:table/{kit.name}"])
    assert run_now(kit, plan) == []


def test_the_inferred_metadata_name_a_table_of_their_own(kit: Kit) -> None:
    vault, _ = kit.vault()
    point = kit.back_up(vault, kit.table(), kit.role())["RecoveryPointArn"]
    metadata = kit.backup.get_restore_testing_inferred_metadata(
        BackupVaultName=vault, RecoveryPointArn=point
    )["InferredMetadata"]
    assert metadata["targetTableName"].startswith("awsbackup-restore-test-")
