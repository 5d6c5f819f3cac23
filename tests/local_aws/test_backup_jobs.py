"""The contract of backup jobs and recovery points. On AWS these tests pass as well, given patience."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.local_aws.backup_kit import AWAY, Kit, a_kit, code, message

from local_aws.testing import LocalAws


@pytest.fixture
def kit(aws: LocalAws) -> Iterator[Kit]:
    with a_kit(aws) as made:
        yield made


def test_a_job_is_completed_in_the_end(kit: Kit) -> None:
    vault, _ = kit.vault()
    table, role = kit.table(), kit.role()
    started = kit.backup.start_backup_job(BackupVaultName=vault, ResourceArn=table, IamRoleArn=role)
    job = kit.backup_job(started["BackupJobId"])
    assert (job["State"], job["PercentDone"], job["ResourceType"]) == ("COMPLETED", "100.0", "DynamoDB")
    assert job["RecoveryPointArn"] == started["RecoveryPointArn"]
    assert job["CompletionDate"] >= job["CreationDate"]
    assert job["BackupSizeInBytes"] > 0


def test_a_recovery_point_has_the_vaults_key_a_calculated_lifecycle_and_tags(kit: Kit) -> None:
    key = kit.client("kms").create_key()["KeyMetadata"]["Arn"]
    vault, vault_arn = kit.vault(EncryptionKeyArn=key)
    table, role = kit.table(), kit.role()
    lifecycle = {"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 120}
    arn = kit.back_up(vault, table, role, Lifecycle=lifecycle, RecoveryPointTags={"a": "b"})[
        "RecoveryPointArn"
    ]
    point = kit.backup.describe_recovery_point(BackupVaultName=vault, RecoveryPointArn=arn)
    assert point["Status"] == "COMPLETED"
    assert (point["ResourceArn"], point["BackupVaultArn"]) == (table, vault_arn)
    assert (point["EncryptionKeyArn"], point["IsEncrypted"], point["IamRoleArn"]) == (key, True, role)
    assert (point["Lifecycle"], point["StorageClass"]) == (lifecycle, "WARM")
    calculated = point["CalculatedLifecycle"]
    assert calculated["MoveToColdStorageAt"] - point["CreationDate"] == timedelta(days=30)
    assert calculated["DeleteAt"] - point["CreationDate"] == timedelta(days=120)
    assert kit.backup.list_tags(ResourceArn=arn)["Tags"] == {"a": "b"}


def test_a_lifecycle_can_be_changed_and_removed(kit: Kit) -> None:
    vault, _ = kit.vault()
    arn = kit.back_up(vault, kit.table(), kit.role())["RecoveryPointArn"]
    point = {"BackupVaultName": vault, "RecoveryPointArn": arn}
    changed = kit.backup.update_recovery_point_lifecycle(**point, Lifecycle={"DeleteAfterDays": 60})
    assert changed["Lifecycle"] == {"DeleteAfterDays": 60}
    for_ever = {"DeleteAfterDays": -1, "MoveToColdStorageAfterDays": -1}
    kit.backup.update_recovery_point_lifecycle(**point, Lifecycle=for_ever)
    assert "CalculatedLifecycle" not in kit.backup.describe_recovery_point(**point)


def test_a_deleted_recovery_point_is_gone(kit: Kit) -> None:
    vault, _ = kit.vault()
    arn = kit.back_up(vault, kit.table(), kit.role())["RecoveryPointArn"]
    kit.backup.delete_recovery_point(BackupVaultName=vault, RecoveryPointArn=arn)
    with pytest.raises(ClientError) as error:
        kit.backup.describe_recovery_point(BackupVaultName=vault, RecoveryPointArn=arn)
    assert code(error) == "ResourceNotFoundException"
    assert kit.backup.describe_backup_vault(BackupVaultName=vault)["NumberOfRecoveryPoints"] == 0


def test_recovery_points_are_listed_by_vault_and_by_resource(kit: Kit) -> None:
    vault, _ = kit.vault()
    table, other, role = kit.table(), kit.table(suffix="-other"), kit.role()
    older = kit.back_up(vault, table, role)["RecoveryPointArn"]
    newer = kit.back_up(vault, table, role)["RecoveryPointArn"]
    kit.back_up(vault, other, role)
    by_vault = kit.backup.list_recovery_points_by_backup_vault(BackupVaultName=vault, ByResourceArn=table)
    by_resource = kit.backup.list_recovery_points_by_resource(ResourceArn=table)
    for answer in (by_vault, by_resource):
        assert [point["RecoveryPointArn"] for point in answer["RecoveryPoints"]] == [newer, older]


def test_a_backed_up_table_is_a_protected_resource(kit: Kit) -> None:
    vault, vault_arn = kit.vault()
    table = kit.table()
    with pytest.raises(ClientError) as error:
        kit.backup.describe_protected_resource(ResourceArn=table)
    assert code(error) == "ResourceNotFoundException"
    point = kit.back_up(vault, table, kit.role())["RecoveryPointArn"]
    resource = kit.backup.describe_protected_resource(ResourceArn=table)
    assert (resource["LastRecoveryPointArn"], resource["LastBackupVaultArn"]) == (point, vault_arn)
    listed = kit.backup.list_protected_resources()["Results"]
    assert table in [one["ResourceArn"] for one in listed]


def test_jobs_are_filtered_by_resource_vault_state_type_and_time(kit: Kit) -> None:
    vault, _ = kit.vault()
    table, other, role = kit.table(), kit.table(suffix="-other"), kit.role()
    before = datetime.now(UTC) - timedelta(seconds=1)
    kit.back_up(vault, table, role)
    kit.back_up(vault, other, role)

    def found(**filters: Any) -> set[str]:
        answer = kit.backup.list_backup_jobs(ByBackupVaultName=vault, **filters)
        return {job["ResourceArn"] for job in answer["BackupJobs"]}

    assert found() == {table, other}
    assert found(ByResourceArn=table) == {table}
    assert found(ByState="COMPLETED", ByResourceType="DynamoDB") == {table, other}
    assert found(ByState="FAILED") == set()
    assert found(ByResourceType="EBS") == set()
    assert found(ByCreatedAfter=before) == {table, other}
    assert found(ByCreatedAfter=datetime.now(UTC) + timedelta(seconds=2)) == set()
    assert found(ByCreatedBefore=before) == set()
    assert found(ByCompleteAfter=before, ByAccountId="111111111111") == {table, other}


def test_jobs_are_listed_newest_first_in_pages(kit: Kit) -> None:
    vault, _ = kit.vault()
    table, role = kit.table(), kit.role()
    started = [
        kit.backup.start_backup_job(BackupVaultName=vault, ResourceArn=table, IamRoleArn=role)["BackupJobId"]
        for _ in range(3)
    ]
    paginator = kit.backup.get_paginator("list_backup_jobs")
    pages = list(paginator.paginate(ByBackupVaultName=vault, PaginationConfig={"PageSize": 2}))
    assert [len(page["BackupJobs"]) for page in pages] == [2, 1]
    listed = [job["BackupJobId"] for page in pages for job in page["BackupJobs"]]
    assert listed == list(reversed(started))
    for job_id in started:
        kit.backup_job(job_id)


def test_a_token_makes_a_request_start_one_job_only(kit: Kit) -> None:
    vault, _ = kit.vault()
    request = {"BackupVaultName": vault, "ResourceArn": kit.table(), "IamRoleArn": kit.role()}
    first = kit.backup.start_backup_job(**request, IdempotencyToken=kit.name)
    second = kit.backup.start_backup_job(**request, IdempotencyToken=kit.name)
    assert first["BackupJobId"] == second["BackupJobId"]
    kit.backup_job(first["BackupJobId"])


def test_a_stopped_job_is_aborted_and_leaves_nothing(kit: Kit) -> None:
    vault, _ = kit.vault()
    request = {"BackupVaultName": vault, "ResourceArn": kit.table(), "IamRoleArn": kit.role()}
    too_late, stopped = 0, False
    while not stopped and too_late < 20:  # A job is short: a busy machine may be too late to stop it.
        job = kit.backup.start_backup_job(**request)["BackupJobId"]
        try:
            kit.backup.stop_backup_job(BackupJobId=job)
            stopped = True
        except kit.backup.exceptions.InvalidRequestException:
            too_late += 1
    assert kit.backup_job(job)["State"] == "ABORTED"
    assert kit.backup.describe_backup_vault(BackupVaultName=vault)["NumberOfRecoveryPoints"] == too_late


def test_a_job_that_is_over_cannot_be_stopped(kit: Kit) -> None:
    vault, _ = kit.vault()
    job = kit.back_up(vault, kit.table(), kit.role())
    with pytest.raises(ClientError) as error:
        kit.backup.stop_backup_job(BackupJobId=job["BackupJobId"])
    assert code(error) == "InvalidRequestException"


def test_a_table_that_does_not_exist_fails_the_job(kit: Kit) -> None:
    vault, _ = kit.vault()
    job = kit.back_up(vault, kit.table() + "-other", kit.role())
    assert job["State"] == "FAILED"
    assert "not found" in job["StatusMessage"]
    assert kit.backup.describe_backup_vault(BackupVaultName=vault)["NumberOfRecoveryPoints"] == 0


def test_a_role_that_backup_cannot_assume_fails_the_job(kit: Kit) -> None:
    vault, _ = kit.vault()
    job = kit.back_up(vault, kit.table(), kit.role(service="lambda.amazonaws.com"))
    assert job["State"] == "FAILED"
    assert "cannot be assumed" in job["StatusMessage"]


def test_a_role_without_the_permission_fails_the_job(kit: Kit) -> None:
    vault, _ = kit.vault()
    job = kit.back_up(vault, kit.table(), kit.role(actions=("dynamodb:DescribeTable",)))
    assert job["State"] == "FAILED"
    assert "sufficient permissions" in job["StatusMessage"]


def test_a_vault_whose_key_is_disabled_takes_no_backup(kit: Kit) -> None:
    key = kit.client("kms").create_key()["KeyMetadata"]["Arn"]
    vault, _ = kit.vault(EncryptionKeyArn=key)
    kit.client("kms").disable_key(KeyId=key)
    job = kit.back_up(vault, kit.table(), kit.role())
    assert job["State"] == "FAILED"
    assert "KMS key" in job["StatusMessage"]


def test_a_vault_that_does_not_exist_is_not_found(kit: Kit) -> None:
    with pytest.raises(ClientError) as error:
        kit.backup.start_backup_job(BackupVaultName="nowhere", ResourceArn=kit.table(), IamRoleArn=kit.role())
    assert code(error) == "ResourceNotFoundException"


@pytest.mark.parametrize(
    "resource",
    ["arn:aws:ec2:us-east-1:111111111111:volume/vol-1", "no-arn", "arn:aws:dynamodb:{}:{}:table/t"],
)
def test_what_is_no_table_of_the_region_is_refused(kit: Kit, resource: str) -> None:
    vault, _ = kit.vault()
    with pytest.raises(ClientError) as error:
        kit.backup.start_backup_job(
            BackupVaultName=vault,
            ResourceArn=resource.format(AWAY, "111111111111"),
            IamRoleArn=kit.role(),
        )
    assert code(error) == "InvalidParameterValueException"


@pytest.mark.parametrize(
    "settings",
    [
        {"StartWindowMinutes": 59},
        {"Lifecycle": {"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 119}},
        {"Lifecycle": {"DeleteAfterDays": 0}},
    ],
)
def test_settings_that_no_job_can_have_are_refused(kit: Kit, settings: dict[str, Any]) -> None:
    vault, _ = kit.vault()
    with pytest.raises(ClientError) as error:
        kit.back_up(vault, kit.table(), kit.role(), **settings)
    assert code(error) == "InvalidParameterValueException"


def test_a_job_that_does_not_exist_is_not_found(kit: Kit) -> None:
    with pytest.raises(ClientError) as error:
        kit.backup.describe_backup_job(BackupJobId="none")
    assert code(error) == "ResourceNotFoundException"


def test_without_the_advanced_features_a_backup_is_dynamodbs_own(kit: Kit) -> None:
    vault, _ = kit.vault()
    table, role = kit.table(), kit.role()
    kit.undo.callback(_manage, kit, True)
    _manage(kit, False)
    lifecycle = {"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 120}
    arn = kit.back_up(vault, table, role, Lifecycle=lifecycle)["RecoveryPointArn"]
    assert arn.startswith(f"{table}/backup/")
    point = kit.backup.describe_recovery_point(BackupVaultName=vault, RecoveryPointArn=arn)
    assert point["Lifecycle"] == {"DeleteAfterDays": 120}
    _, away = kit.vault(AWAY)
    copied = kit.copy(vault, arn, away, role)
    assert copied["State"] == "FAILED"
    assert "advanced" in copied["StatusMessage"]


def _manage(kit: Kit, advanced: bool) -> None:
    kit.backup.update_region_settings(ResourceTypeManagementPreference={"DynamoDB": advanced})


def test_region_settings_list_every_type_and_change_only_what_is_named(kit: Kit) -> None:
    before = kit.backup.describe_region_settings()
    assert before["ResourceTypeManagementPreference"]["DynamoDB"] is True
    assert {"DynamoDB", "EBS", "S3"} <= before["ResourceTypeOptInPreference"].keys()
    kit.undo.callback(kit.backup.update_region_settings, ResourceTypeOptInPreference={"EBS": True})
    kit.backup.update_region_settings(ResourceTypeOptInPreference={"EBS": False})
    after = kit.backup.describe_region_settings()["ResourceTypeOptInPreference"]
    assert after == {**before["ResourceTypeOptInPreference"], "EBS": False}


def test_a_resource_type_that_does_not_exist_is_refused(kit: Kit) -> None:
    with pytest.raises(ClientError) as error:
        kit.backup.update_region_settings(ResourceTypeOptInPreference={"Abacus": True})
    assert code(error) == "InvalidParameterValueException"
    assert "Abacus" in message(error)
