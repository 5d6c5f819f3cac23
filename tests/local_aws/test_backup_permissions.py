"""Who may do what with AWS Backup, with IAM enforced. On AWS these tests pass as well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.local_aws.backup_kit import HOME, Kit, a_kit, code, message, policy

from local_aws.fills.backup_permissions import passed_roles, resource_of
from local_aws.fills.dynamodb_permissions import named_otherwise
from local_aws.testing import LocalAws, started

ACCOUNT = "111111111111"
POINT = f"arn:aws:backup:{HOME}:{ACCOUNT}:recovery-point:A"
NATIVE = f"arn:aws:dynamodb:{HOME}:{ACCOUNT}:table/t/backup/1"
VAULT = f"arn:aws:backup:{HOME}:{ACCOUNT}:backup-vault:v"


@pytest.fixture(scope="module")
def enforcing(test_dir: Path) -> Iterator[LocalAws]:
    with started(test_dir, auth=True) as running:
        yield running


@pytest.fixture
def kit(enforcing: LocalAws) -> Iterator[Kit]:
    with a_kit(enforcing) as made:
        yield made


def backup_as(kit: Kit, *statements: dict[str, Any]) -> Any:
    """A client of AWS Backup that may do what the statements say."""
    return client_as(kit, "backup", *statements)


def client_as(kit: Kit, service: str, *statements: dict[str, Any]) -> Any:
    """A client of a service that may do what the statements say."""
    import boto3

    iam, name = kit.client("iam"), f"{kit.name}-caller"
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "sts:AssumeRole",
    }
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=policy(*statements))
    kit.undo.callback(iam.delete_role, RoleName=name)
    kit.undo.callback(iam.delete_role_policy, RoleName=name, PolicyName="may")
    session = kit.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    make: Any = boto3.client
    return make(
        service,
        region_name=HOME,
        endpoint_url=kit.aws.settings.endpoint_url,
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )


def allow(action: str, resource: str) -> dict[str, str]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def test_a_permission_on_one_vault_is_good_for_that_vault_only(kit: Kit) -> None:
    name, arn = kit.vault()
    other, _ = kit.vault(suffix="-other")
    backup = backup_as(kit, allow("backup:DescribeBackupVault", arn))
    assert backup.describe_backup_vault(BackupVaultName=name)["BackupVaultArn"] == arn
    with pytest.raises(ClientError) as error:
        backup.describe_backup_vault(BackupVaultName=other)
    assert code(error) == "AccessDeniedException"


def test_a_recovery_point_is_authorized_by_its_own_arn(kit: Kit) -> None:
    vault, vault_arn = kit.vault()
    point = kit.back_up(vault, kit.table(), kit.role())["RecoveryPointArn"]
    describing = {"BackupVaultName": vault, "RecoveryPointArn": point}
    backup = backup_as(
        kit, allow("backup:DescribeRecoveryPoint", point), allow("backup:DeleteRecoveryPoint", vault_arn)
    )
    assert backup.describe_recovery_point(**describing)["Status"] == "COMPLETED"
    with pytest.raises(ClientError) as error:
        backup.delete_recovery_point(**describing)
    assert code(error) == "AccessDeniedException"


def test_a_backup_needs_the_right_to_pass_its_role(kit: Kit) -> None:
    vault, arn = kit.vault()
    table, role, other = kit.table(), kit.role(), kit.role()
    passing = {
        **allow("iam:PassRole", role),
        "Condition": {"StringEquals": {"iam:PassedToService": "backup.amazonaws.com"}},
    }
    backup = backup_as(kit, allow("backup:StartBackupJob", arn), passing)
    request = {"BackupVaultName": vault, "ResourceArn": table}
    with pytest.raises(ClientError) as error:
        backup.start_backup_job(**request, IamRoleArn=other)
    assert code(error) == "AccessDeniedException"
    assert "iam:PassRole" in message(error)
    job = backup.start_backup_job(**request, IamRoleArn=role)
    assert kit.backup_job(job["BackupJobId"])["State"] == "COMPLETED"


@pytest.mark.parametrize(
    ("path", "body", "resource"),
    [
        (f"/backup-vaults/v/recovery-points/{POINT}", b"", POINT),
        (f"/backup-vaults/v/recovery-points/{NATIVE}/restore-metadata", b"", NATIVE),
        ("/backup-vaults/v/recovery-points/", b"", VAULT),
        ("/backup-vaults/v/access-policy", b"", VAULT),
        ("/backup-jobs", b'{"BackupVaultName": "v", "ResourceArn": "t"}', VAULT),
        ("/restore-jobs", f'{{"RecoveryPointArn": "{POINT}"}}'.encode(), POINT),
        ("/backup/plans/p/selections/", b"", f"arn:aws:backup:{HOME}:{ACCOUNT}:backup-plan:p"),
        (f"/tags/{POINT}", b"", POINT),
        ("/restore-jobs/j/validations", b'{"ValidationStatus": "SUCCESSFUL"}', "*"),
        ("/backup-jobs/", b"", "*"),
    ],
)
def test_a_call_is_authorized_on_what_it_is_about(path: str, body: bytes, resource: str) -> None:
    assert resource_of(path, body, HOME, ACCOUNT) == resource


@pytest.mark.parametrize(
    ("body", "roles"),
    [
        (b'{"IamRoleArn": "r"}', ["r"]),
        (b'{"BackupSelection": {"IamRoleArn": "r"}}', ["r"]),
        (b'{"RestoreTestingSelection": {"IamRoleArn": "r"}}', ["r"]),
        (b"{}", []),
        (b"[", []),
    ],
)
def test_the_roles_that_a_call_passes_are_found(body: bytes, roles: list[str]) -> None:
    assert list(passed_roles(body)) == roles


def test_a_restore_to_a_point_in_time_is_authorized_on_its_source(kit: Kit) -> None:
    arn = kit.table()
    name = arn.rpartition("/")[2]
    kit.dynamodb.update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    request = {"SourceTableName": name, "TargetTableName": f"{name}-then", "UseLatestRestorableTime": True}
    action = "dynamodb:RestoreTableToPointInTime"
    with pytest.raises(ClientError) as refused:
        client_as(kit, "dynamodb", allow(action, f"{arn}-other")).restore_table_to_point_in_time(**request)
    assert code(refused) == "AccessDeniedException"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b'{"SourceTableName": "t", "TargetTableName": "u"}', f"arn:aws:dynamodb:{HOME}:{ACCOUNT}:table/t"),
        (b'{"ResourceArn": "arn:x", "Tags": []}', "arn:x"),
        (b'{"TargetTableName": "u", "BackupArn": "arn:b"}', "arn:b"),
    ],
)
def test_what_names_its_table_in_another_way_is_authorized_on_it(body: bytes, named: str) -> None:
    assert named_otherwise(body, HOME, ACCOUNT) == [named]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"{}"])
def test_what_names_no_table_is_authorized_on_none(body: bytes) -> None:
    assert named_otherwise(body, HOME, ACCOUNT) == []


def test_tags_are_read_by_who_may_read_those_of_that_table(kit: Kit) -> None:
    arn = kit.table(tags={"Backup": "yes"})
    allowed = client_as(kit, "dynamodb", allow("dynamodb:ListTagsOfResource", arn))
    assert allowed.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "Backup", "Value": "yes"}]
