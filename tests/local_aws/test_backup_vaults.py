"""The contract of vaults: life, access policy, lock and notifications. On AWS these tests pass as well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.local_aws.backup_kit import AWAY, Kit, a_kit, code, message, policy

from local_aws.testing import LocalAws

TOPIC = "arn:aws:sns:us-east-1:111111111111:some-topic"
DENY_DELETION = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "backup:DeleteRecoveryPoint",
    "Resource": "*",
}


@pytest.fixture
def kit(aws: LocalAws) -> Iterator[Kit]:
    with a_kit(aws) as made:
        yield made


def test_a_new_vault_is_empty_unlocked_and_encrypted_with_the_managed_key(kit: Kit) -> None:
    name, arn = kit.vault()
    vault = kit.backup.describe_backup_vault(BackupVaultName=name)
    assert vault["BackupVaultArn"] == arn
    assert (vault["NumberOfRecoveryPoints"], vault["Locked"]) == (0, False)
    key = kit.client("kms").describe_key(KeyId="alias/aws/backup")["KeyMetadata"]["Arn"]
    assert vault["EncryptionKeyArn"] == key


def test_a_vault_has_the_key_it_is_given(kit: Kit) -> None:
    key = kit.client("kms").create_key()["KeyMetadata"]["Arn"]
    name, _ = kit.vault(EncryptionKeyArn=key)
    assert kit.backup.describe_backup_vault(BackupVaultName=name)["EncryptionKeyArn"] == key


def test_a_key_that_the_region_lacks_is_refused(kit: Kit) -> None:
    key = kit.client("kms", AWAY).create_key()["KeyMetadata"]["Arn"]
    with pytest.raises(ClientError) as error:
        kit.vault(EncryptionKeyArn=key)
    assert code(error) == "InvalidParameterValueException"


def test_a_vault_belongs_to_one_region(kit: Kit) -> None:
    name, _ = kit.vault()
    with pytest.raises(ClientError) as error:
        kit.client("backup", AWAY).describe_backup_vault(BackupVaultName=name)
    assert code(error) == "ResourceNotFoundException"


def test_two_vaults_of_a_region_cannot_share_a_name(kit: Kit) -> None:
    name, _ = kit.vault()
    with pytest.raises(ClientError) as error:
        kit.backup.create_backup_vault(BackupVaultName=name)
    assert code(error) == "AlreadyExistsException"


def test_a_name_that_no_vault_can_have_is_refused(kit: Kit) -> None:
    with pytest.raises(ClientError) as error:
        kit.backup.create_backup_vault(BackupVaultName="not a name")
    assert code(error) == "InvalidParameterValueException"


def test_vaults_are_listed_in_pages(kit: Kit) -> None:
    names = {kit.vault(suffix=f"-{number}")[0] for number in range(3)}
    pages = kit.backup.get_paginator("list_backup_vaults").paginate(PaginationConfig={"PageSize": 2})
    listed = [vault["BackupVaultName"] for page in pages for vault in page["BackupVaultList"]]
    assert names <= set(listed)
    assert len(listed) == len(set(listed))


def test_a_vault_with_recovery_points_cannot_be_deleted(kit: Kit) -> None:
    name, _ = kit.vault()
    kit.back_up(name, kit.table(), kit.role())
    with pytest.raises(ClientError) as error:
        kit.backup.delete_backup_vault(BackupVaultName=name)
    assert code(error) == "InvalidRequestException"
    assert "contains recovery points" in message(error)


def test_tags_are_set_changed_and_removed(kit: Kit) -> None:
    _, arn = kit.vault(BackupVaultTags={"a": "1", "b": "2"})
    kit.backup.tag_resource(ResourceArn=arn, Tags={"b": "3", "c": "4"})
    kit.backup.untag_resource(ResourceArn=arn, TagKeyList=["a"])
    assert kit.backup.list_tags(ResourceArn=arn)["Tags"] == {"b": "3", "c": "4"}


def test_tags_of_what_does_not_exist_are_not_found(kit: Kit) -> None:
    _, arn = kit.vault()
    with pytest.raises(ClientError) as error:
        kit.backup.list_tags(ResourceArn=arn + "-other")
    assert code(error) == "ResourceNotFoundException"


def test_an_access_policy_is_kept_as_it_was_given(kit: Kit) -> None:
    name, arn = kit.vault()
    document = policy(DENY_DELETION)
    kit.backup.put_backup_vault_access_policy(BackupVaultName=name, Policy=document)
    answer = kit.backup.get_backup_vault_access_policy(BackupVaultName=name)
    assert (answer["BackupVaultArn"], answer["Policy"]) == (arn, document)


def test_a_vault_without_an_access_policy_has_none_to_get(kit: Kit) -> None:
    name, _ = kit.vault()
    with pytest.raises(ClientError) as error:
        kit.backup.get_backup_vault_access_policy(BackupVaultName=name)
    assert code(error) == "ResourceNotFoundException"


@pytest.mark.parametrize("document", ["{", "[]", '{"Version": "2012-10-17"}'])
def test_an_access_policy_that_is_none_is_refused(kit: Kit, document: str) -> None:
    name, _ = kit.vault()
    with pytest.raises(ClientError) as error:
        kit.backup.put_backup_vault_access_policy(BackupVaultName=name, Policy=document)
    assert code(error) == "InvalidParameterValueException"


def test_a_deletion_that_the_access_policy_denies_is_denied_to_root_too(kit: Kit) -> None:
    name, _ = kit.vault()
    point = kit.back_up(name, kit.table(), kit.role())["RecoveryPointArn"]
    kit.backup.put_backup_vault_access_policy(BackupVaultName=name, Policy=policy(DENY_DELETION))
    with pytest.raises(ClientError) as error:
        kit.backup.delete_recovery_point(BackupVaultName=name, RecoveryPointArn=point)
    assert code(error) == "AccessDeniedException"
    assert "explicit deny" in message(error)
    kit.backup.describe_recovery_point(BackupVaultName=name, RecoveryPointArn=point)


def test_a_policy_can_spare_the_break_glass_role(kit: Kit) -> None:
    name, _ = kit.vault()
    point = kit.back_up(name, kit.table(), kit.role())["RecoveryPointArn"]
    trusting_root = kit.role()
    kit.client("iam").update_assume_role_policy(
        RoleName=trusting_root.rpartition("/")[2],
        PolicyDocument=policy({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}),
    )
    spared = {**DENY_DELETION, "Condition": {"ArnNotEquals": {"aws:PrincipalArn": trusting_root}}}
    kit.backup.put_backup_vault_access_policy(BackupVaultName=name, Policy=policy(spared))
    with pytest.raises(ClientError):
        kit.backup.delete_recovery_point(BackupVaultName=name, RecoveryPointArn=point)
    session = kit.client("sts").assume_role(RoleArn=trusting_root, RoleSessionName="break-glass")
    _as_session(kit, session["Credentials"]).delete_recovery_point(
        BackupVaultName=name, RecoveryPointArn=point
    )


def _as_session(kit: Kit, credentials: dict[str, str]) -> Any:
    import boto3

    return boto3.client(
        "backup",
        region_name="us-east-1",
        endpoint_url=kit.aws.settings.endpoint_url,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def test_a_governance_lock_has_no_lock_date_and_can_be_removed(kit: Kit) -> None:
    name, _ = kit.vault()
    kit.backup.put_backup_vault_lock_configuration(
        BackupVaultName=name, MinRetentionDays=7, MaxRetentionDays=400
    )
    vault = kit.backup.describe_backup_vault(BackupVaultName=name)
    assert (vault["Locked"], vault["MinRetentionDays"], vault["MaxRetentionDays"]) == (True, 7, 400)
    assert "LockDate" not in vault
    kit.backup.delete_backup_vault_lock_configuration(BackupVaultName=name)
    assert kit.backup.describe_backup_vault(BackupVaultName=name)["Locked"] is False


def test_a_compliance_lock_has_a_lock_date_and_can_be_removed_before_it(kit: Kit) -> None:
    name, _ = kit.vault()
    kit.backup.put_backup_vault_lock_configuration(
        BackupVaultName=name, MinRetentionDays=7, ChangeableForDays=3
    )
    lock_date = kit.backup.describe_backup_vault(BackupVaultName=name)["LockDate"]
    assert abs(lock_date - datetime.now(UTC) - timedelta(days=3)) < timedelta(minutes=1)
    kit.backup.delete_backup_vault_lock_configuration(BackupVaultName=name)
    assert "LockDate" not in kit.backup.describe_backup_vault(BackupVaultName=name)


@pytest.mark.parametrize(
    "lock",
    [
        {"ChangeableForDays": 2},
        {"MinRetentionDays": 0},
        {"MaxRetentionDays": 36_501},
        {"MinRetentionDays": 8, "MaxRetentionDays": 7},
    ],
)
def test_a_lock_outside_the_bounds_is_refused(kit: Kit, lock: dict[str, int]) -> None:
    name, _ = kit.vault()
    with pytest.raises(ClientError) as error:
        kit.backup.put_backup_vault_lock_configuration(BackupVaultName=name, **lock)
    assert code(error) == "InvalidParameterValueException"


def test_nothing_in_a_locked_vault_is_deleted_or_given_another_life(kit: Kit) -> None:
    name, _ = kit.vault()
    job = kit.back_up(name, kit.table(), kit.role(), Lifecycle={"DeleteAfterDays": 30})
    point = {"BackupVaultName": name, "RecoveryPointArn": job["RecoveryPointArn"]}
    kit.backup.put_backup_vault_lock_configuration(BackupVaultName=name, MinRetentionDays=7)
    with pytest.raises(ClientError) as deleting:
        kit.backup.delete_recovery_point(**point)
    with pytest.raises(ClientError) as changing:
        kit.backup.update_recovery_point_lifecycle(**point, Lifecycle={"DeleteAfterDays": 60})
    assert {code(deleting), code(changing)} == {"InvalidRequestException"}
    assert kit.backup.describe_recovery_point(**point)["Lifecycle"] == {"DeleteAfterDays": 30}


@pytest.mark.parametrize("lifecycle", [{"DeleteAfterDays": 6}, {"DeleteAfterDays": 401}, {}])
def test_a_backup_whose_retention_the_lock_forbids_fails(kit: Kit, lifecycle: dict[str, int]) -> None:
    name, _ = kit.vault()
    kit.backup.put_backup_vault_lock_configuration(
        BackupVaultName=name, MinRetentionDays=7, MaxRetentionDays=400
    )
    job = kit.back_up(name, kit.table(), kit.role(), Lifecycle=lifecycle)
    assert job["State"] == "FAILED"
    assert "etention" in job["StatusMessage"]
    assert "RecoveryPointArn" not in job


def test_notifications_are_kept_and_removed(kit: Kit) -> None:
    name, _ = kit.vault()
    wanted = {"SNSTopicArn": TOPIC, "BackupVaultEvents": ["BACKUP_JOB_COMPLETED", "COPY_JOB_FAILED"]}
    kit.backup.put_backup_vault_notifications(BackupVaultName=name, **wanted)
    answer = kit.backup.get_backup_vault_notifications(BackupVaultName=name)
    assert wanted.items() <= answer.items()
    kit.backup.delete_backup_vault_notifications(BackupVaultName=name)
    with pytest.raises(ClientError) as error:
        kit.backup.get_backup_vault_notifications(BackupVaultName=name)
    assert code(error) == "ResourceNotFoundException"


def test_an_event_that_does_not_exist_cannot_be_asked_for(kit: Kit) -> None:
    name, _ = kit.vault()
    with pytest.raises(ClientError) as error:
        kit.backup.put_backup_vault_notifications(
            BackupVaultName=name, SNSTopicArn=TOPIC, BackupVaultEvents=["BACKUP_JOB_FORGOTTEN"]
        )
    assert code(error) == "InvalidParameterValueException"
