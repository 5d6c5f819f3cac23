"""The contract of copies and of restores. On AWS these tests pass as well, given patience."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from tests.local_aws.backup_kit import AWAY, HOME, Kit, a_kit, code, policy

from local_aws.testing import LocalAws, eventually, started


@pytest.fixture
def kit(aws: LocalAws) -> Iterator[Kit]:
    with a_kit(aws) as made:
        yield made


def overwrite(kit: Kit) -> None:
    """Change the items of the kit's table after a backup."""
    for number in range(3):
        kit.dynamodb.put_item(
            TableName=kit.name, Item={"id": {"S": str(number)}, "text": {"S": "overwritten"}}
        )


def test_a_restore_makes_a_table_of_what_was_there_at_the_backup(kit: Kit) -> None:
    vault, vault_arn = kit.vault()
    table, role = kit.table(), kit.role()
    point = kit.back_up(vault, table, role)["RecoveryPointArn"]
    overwrite(kit)
    job = kit.restore(point, role)
    assert (job["Status"], job["PercentDone"]) == ("COMPLETED", "100.00%")
    assert job["CreatedResourceArn"] == f"{table}-restored"
    assert (job["SourceResourceArn"], job["BackupVaultArn"]) == (table, vault_arn)
    assert set(kit.texts(f"{kit.name}-restored").values()) == {"first"}
    restored = kit.dynamodb.describe_table(TableName=f"{kit.name}-restored")["Table"]
    assert restored["RestoreSummary"]["SourceBackupArn"] == point
    assert restored["TableStatus"] == "ACTIVE"


def test_a_table_that_is_gone_is_restored_from_its_backup(kit: Kit) -> None:
    vault, _ = kit.vault()
    role = kit.role()
    arn = kit.table(suffix="-gone")
    point = kit.back_up(vault, arn, role)["RecoveryPointArn"]
    kit.dynamodb.delete_table(TableName=f"{kit.name}-gone")
    kit.dynamodb.get_waiter("table_not_exists").wait(TableName=f"{kit.name}-gone")
    job = kit.backup.start_restore_job(
        RecoveryPointArn=point, Metadata={"targetTableName": f"{kit.name}-gone"}, IamRoleArn=role
    )
    assert kit.restore_job(job["RestoreJobId"])["Status"] == "COMPLETED"
    assert len(kit.texts(f"{kit.name}-gone")) == 3


def test_the_tags_of_a_backup_come_along_only_when_asked_for(kit: Kit) -> None:
    vault, _ = kit.vault()
    role = kit.role()
    job = kit.back_up(vault, kit.table(tags={"t": "1"}), role, RecoveryPointTags={"a": "b"})
    plain = kit.restore(job["RecoveryPointArn"], role, suffix="-plain")["CreatedResourceArn"]
    tagged = kit.restore(
        job["RecoveryPointArn"], role, suffix="-tagged", CopySourceTagsToRestoredResource=True
    )["CreatedResourceArn"]
    assert kit.dynamodb.list_tags_of_resource(ResourceArn=plain)["Tags"] == []
    assert kit.dynamodb.list_tags_of_resource(ResourceArn=tagged)["Tags"] == [{"Key": "a", "Value": "b"}]


def test_the_metadata_name_the_table_and_its_encryption(kit: Kit) -> None:
    vault, _ = kit.vault()
    role = kit.role()
    point = kit.back_up(vault, kit.table(), role)["RecoveryPointArn"]
    metadata = kit.backup.get_recovery_point_restore_metadata(BackupVaultName=vault, RecoveryPointArn=point)[
        "RestoreMetadata"
    ]
    assert metadata["targetTableName"] == kit.name
    key = kit.client("kms").create_key()["KeyMetadata"]["Arn"]
    wanted = {"encryptionType": "KMS", "kmsMasterKeyArn": key}
    job = kit.restore(point, role, Metadata=wanted)
    sse = kit.dynamodb.describe_table(TableName=f"{kit.name}-restored")["Table"]["SSEDescription"]
    assert (sse["SSEType"], sse["KMSMasterKeyArn"]) == ("KMS", key)
    kept = kit.backup.get_restore_job_metadata(RestoreJobId=job["RestoreJobId"])["Metadata"]
    assert kept == {**wanted, "targetTableName": f"{kit.name}-restored"}


def test_a_target_that_exists_fails_the_restore(kit: Kit) -> None:
    vault, _ = kit.vault()
    role = kit.role()
    point = kit.back_up(vault, kit.table(), role)["RecoveryPointArn"]
    job = kit.restore(point, role, suffix="")
    assert job["Status"] == "FAILED"
    assert "already exists" in job["StatusMessage"]


def test_a_role_without_the_permission_fails_the_restore(kit: Kit) -> None:
    vault, _ = kit.vault()
    point = kit.back_up(vault, kit.table(), kit.role())["RecoveryPointArn"]
    job = kit.restore(point, kit.role(actions=("dynamodb:StartAwsBackupJob",)))
    assert job["Status"] == "FAILED"
    assert "RestoreTableFromAwsBackup" in job["StatusMessage"]


@pytest.mark.parametrize(
    "metadata", [{}, {"targetTableName": "t", "encryptionType": "Rot13"}, {"encryptionType": "Default"}]
)
def test_metadata_that_restore_nothing_are_refused(kit: Kit, metadata: dict[str, str]) -> None:
    vault, _ = kit.vault()
    role = kit.role()
    point = kit.back_up(vault, kit.table(), role)["RecoveryPointArn"]
    with pytest.raises(ClientError) as error:
        kit.backup.start_restore_job(RecoveryPointArn=point, Metadata=metadata, IamRoleArn=role)
    assert code(error) == "InvalidParameterValueException"


def test_a_recovery_point_that_does_not_exist_cannot_be_restored(kit: Kit) -> None:
    with pytest.raises(ClientError) as error:
        kit.restore("arn:aws:backup:us-east-1:111111111111:recovery-point:none", kit.role())
    assert code(error) == "ResourceNotFoundException"


def test_restore_jobs_are_listed_by_status_and_by_resource(kit: Kit) -> None:
    vault, _ = kit.vault()
    table, role = kit.table(), kit.role()
    point = kit.back_up(vault, table, role)["RecoveryPointArn"]
    job = kit.restore(point, role)["RestoreJobId"]
    done = kit.backup.list_restore_jobs(ByStatus="COMPLETED", ByResourceType="DynamoDB")["RestoreJobs"]
    failed = kit.backup.list_restore_jobs(ByStatus="FAILED")["RestoreJobs"]
    assert job in [one["RestoreJobId"] for one in done]
    assert job not in [one["RestoreJobId"] for one in failed]
    of_table = kit.backup.list_restore_jobs_by_protected_resource(ResourceArn=table)["RestoreJobs"]
    assert [one["RestoreJobId"] for one in of_table] == [job]


def test_a_restore_validation_is_for_restore_tests_only(kit: Kit) -> None:
    vault, _ = kit.vault()
    role = kit.role()
    point = kit.back_up(vault, kit.table(), role)["RecoveryPointArn"]
    job = kit.restore(point, role)["RestoreJobId"]
    with pytest.raises(ClientError) as error:
        kit.backup.put_restore_validation_result(RestoreJobId=job, ValidationStatus="SUCCESSFUL")
    assert code(error) == "InvalidRequestException"


def test_a_copy_has_its_own_key_lifecycle_and_origin(kit: Kit) -> None:
    vault, vault_arn = kit.vault()
    away, away_arn = kit.vault(AWAY)
    table, role = kit.table(), kit.role()
    point = kit.back_up(vault, table, role, Lifecycle={"DeleteAfterDays": 30}, RecoveryPointTags={"a": "b"})[
        "RecoveryPointArn"
    ]
    job = kit.copy(vault, point, away_arn, role, Lifecycle={"DeleteAfterDays": 90})
    assert (job["State"], job["SourceRecoveryPointArn"]) == ("COMPLETED", point)
    there = kit.client("backup", AWAY)
    copied = there.describe_recovery_point(
        BackupVaultName=away, RecoveryPointArn=job["DestinationRecoveryPointArn"]
    )
    assert copied["RecoveryPointArn"].split(":")[3] == AWAY
    assert (copied["ResourceArn"], copied["SourceBackupVaultArn"]) == (table, vault_arn)
    assert copied["Lifecycle"] == {"DeleteAfterDays": 90}
    key = there.describe_backup_vault(BackupVaultName=away)["EncryptionKeyArn"]
    assert copied["EncryptionKeyArn"] == key
    assert there.list_tags(ResourceArn=copied["RecoveryPointArn"])["Tags"] == {"a": "b"}
    jobs = kit.backup.list_copy_jobs(ByDestinationVaultArn=away_arn, ByState="COMPLETED")["CopyJobs"]
    assert [one["CopyJobId"] for one in jobs] == [job["CopyJobId"]]


def test_a_copy_without_a_lifecycle_keeps_its_sources(kit: Kit) -> None:
    vault, _ = kit.vault()
    _, other_arn = kit.vault(suffix="-other")
    role = kit.role()
    point = kit.back_up(vault, kit.table(), role, Lifecycle={"DeleteAfterDays": 30})["RecoveryPointArn"]
    job = kit.copy(vault, point, other_arn, role)
    assert job["DestinationRecoveryPointLifecycle"] == {"DeleteAfterDays": 30}


def test_a_copy_outlives_its_source(kit: Kit) -> None:
    vault, _ = kit.vault()
    _, away_arn = kit.vault(AWAY)
    role = kit.role()
    point = kit.back_up(vault, kit.table(), role)["RecoveryPointArn"]
    copied = kit.copy(vault, point, away_arn, role)["DestinationRecoveryPointArn"]
    kit.backup.delete_recovery_point(BackupVaultName=vault, RecoveryPointArn=point)
    assert kit.restore(copied, role, AWAY)["Status"] == "COMPLETED"
    assert len(kit.texts(f"{kit.name}-restored", AWAY)) == 3


def test_a_destination_that_denies_copies_fails_the_copy(kit: Kit) -> None:
    vault, _ = kit.vault()
    away, away_arn = kit.vault(AWAY)
    denied = {"Effect": "Deny", "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*"}
    kit.client("backup", AWAY).put_backup_vault_access_policy(BackupVaultName=away, Policy=policy(denied))
    role = kit.role()
    point = kit.back_up(vault, kit.table(), role)["RecoveryPointArn"]
    job = kit.copy(vault, point, away_arn, role)
    assert job["State"] == "FAILED"
    assert "denies" in job["StatusMessage"]
    assert (
        kit.client("backup", AWAY).describe_backup_vault(BackupVaultName=away)["NumberOfRecoveryPoints"] == 0
    )


def test_a_destination_whose_lock_forbids_the_retention_fails_the_copy(kit: Kit) -> None:
    vault, _ = kit.vault()
    away, away_arn = kit.vault(AWAY)
    kit.client("backup", AWAY).put_backup_vault_lock_configuration(BackupVaultName=away, MinRetentionDays=60)
    role = kit.role()
    point = kit.back_up(vault, kit.table(), role, Lifecycle={"DeleteAfterDays": 30})["RecoveryPointArn"]
    assert kit.copy(vault, point, away_arn, role)["State"] == "FAILED"
    assert kit.copy(vault, point, away_arn, role, Lifecycle={"DeleteAfterDays": 90})["State"] == "COMPLETED"
    kit.client("backup", AWAY).delete_backup_vault_lock_configuration(BackupVaultName=away)


def test_a_role_that_may_not_copy_fails_the_copy(kit: Kit) -> None:
    vault, _ = kit.vault()
    _, away_arn = kit.vault(AWAY)
    role = kit.role(actions=("dynamodb:StartAwsBackupJob",))
    point = kit.back_up(vault, kit.table(), role)["RecoveryPointArn"]
    job = kit.copy(vault, point, away_arn, role)
    assert job["State"] == "FAILED"
    assert "backup:CopyIntoBackupVault" in job["StatusMessage"]


def test_a_destination_or_source_that_does_not_exist_is_not_found(kit: Kit) -> None:
    vault, vault_arn = kit.vault()
    role = kit.role()
    point = kit.back_up(vault, kit.table(), role)["RecoveryPointArn"]
    with pytest.raises(ClientError) as no_destination:
        kit.copy(vault, point, vault_arn.replace(HOME, AWAY), role)
    with pytest.raises(ClientError) as no_source:
        kit.copy(vault, point + "-other", vault_arn, role)
    assert {code(no_destination), code(no_source)} == {"ResourceNotFoundException"}


@pytest.fixture
def lonely(test_dir: Path) -> Iterator[Kit]:
    """A kit on a local AWS of its own, whose regions a test may cut off."""
    with started(test_dir) as aws, a_kit(aws) as made:
        yield made


def test_a_copy_is_restored_while_the_primary_region_is_cut_off(lonely: Kit) -> None:
    vault, _ = lonely.vault()
    _, away_arn = lonely.vault(AWAY)
    table, role = lonely.table(), lonely.role()
    point = lonely.back_up(vault, table, role)["RecoveryPointArn"]
    copied = lonely.copy(vault, point, away_arn, role)["DestinationRecoveryPointArn"]
    with lonely.aws.cut_off(HOME, "unavailable"):
        assert lonely.restore(copied, role, AWAY)["Status"] == "COMPLETED"
        assert len(lonely.texts(f"{lonely.name}-restored", AWAY)) == 3


def test_a_copy_waits_for_a_region_that_is_cut_off(lonely: Kit) -> None:
    vault, _ = lonely.vault()
    _, away_arn = lonely.vault(AWAY)
    role = lonely.role()
    point = lonely.back_up(vault, lonely.table(), role)["RecoveryPointArn"]
    with lonely.aws.cut_off(AWAY, "unavailable"):
        job = lonely.backup.start_copy_job(
            RecoveryPointArn=point,
            SourceBackupVaultName=vault,
            DestinationBackupVaultArn=away_arn,
            IamRoleArn=role,
        )["CopyJobId"]
        time.sleep(1.5)
        assert lonely.backup.describe_copy_job(CopyJobId=job)["CopyJob"]["State"] in ("CREATED", "RUNNING")
    assert eventually(
        lambda: lonely.backup.describe_copy_job(CopyJobId=job)["CopyJob"]["State"] == "COMPLETED"
    )
