"""modules/backup on the local AWS: made once, unchanged by a second plan, destroyed without a trace."""

from __future__ import annotations

import json

import pytest
from tests.modules.root_module import ROOT, RootModule

from local_aws.testing import LocalAws

pytestmark = [pytest.mark.local, pytest.mark.slow]

VAULTS = {"us-east-1": "example-vault", "us-west-2": "example-vault-dr"}


@pytest.fixture(scope="module")
def example(aws: LocalAws) -> RootModule:
    """Return the complete example, applied."""
    directory = ROOT / "modules" / "backup" / "examples" / "complete"
    example = RootModule(directory, aws.terraform_state / "backup.tfstate", aws).init()
    example.apply()
    return example


@pytest.mark.parametrize(("region", "vault"), VAULTS.items())
def test_each_vault_is_locked_and_encrypted_with_its_own_key(
    example: RootModule, region: str, vault: str
) -> None:
    described = example.aws.client("backup", region).describe_backup_vault(BackupVaultName=vault)
    key = example.aws.client("kms", region).describe_key(KeyId=f"alias/{vault}")["KeyMetadata"]["Arn"]
    assert described["EncryptionKeyArn"] == key
    assert described["Locked"] is True
    assert described["MinRetentionDays"] == 7
    assert "LockDate" not in described  # governance: there is no day from which the lock is final


def test_every_rule_copies_to_the_other_region(example: RootModule) -> None:
    backup = example.aws.client("backup", "us-east-1")
    (plan,) = backup.list_backup_plans()["BackupPlansList"]
    rules = backup.get_backup_plan(BackupPlanId=plan["BackupPlanId"])["BackupPlan"]["Rules"]
    assert {rule["RuleName"] for rule in rules} == {
        "RespaldosDiarios",
        "RespaldosSemanales",
        "RespaldosMensuales",
    }
    for rule in rules:
        (copy,) = rule["CopyActions"]
        assert copy["DestinationBackupVaultArn"].endswith(
            ":us-west-2:111111111111:backup-vault:example-vault-dr"
        )


@pytest.mark.parametrize("region", VAULTS)
def test_the_advanced_features_of_dynamodb_are_on(example: RootModule, region: str) -> None:
    settings = example.aws.client("backup", region).describe_region_settings()
    assert settings["ResourceTypeManagementPreference"]["DynamoDB"] is True


@pytest.mark.parametrize(("region", "vault"), VAULTS.items())
def test_only_the_break_glass_role_is_spared_by_each_vaults_policy(
    example: RootModule, region: str, vault: str
) -> None:
    backup, iam = example.aws.client("backup", region), example.aws.client("iam", "us-east-1")
    role = iam.get_role(RoleName="example-backup-break-glass")["Role"]
    policy = json.loads(backup.get_backup_vault_access_policy(BackupVaultName=vault)["Policy"])
    (denial,) = [one for one in policy["Statement"] if "backup:DeleteRecoveryPoint" in one["Action"]]
    assert (denial["Effect"], denial["Principal"]) == ("Deny", "*")
    assert denial["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": role["Arn"]}}
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def test_the_audit_looks_for_each_promise(example: RootModule) -> None:
    backup = example.aws.client("backup", "us-east-1")
    framework = backup.describe_framework(FrameworkName="example_backups")
    controls = {control["ControlName"] for control in framework["FrameworkControls"]}
    assert len(controls) == 7
    assert "BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION" in controls


def test_a_second_plan_changes_nothing(example: RootModule) -> None:
    assert example.is_unchanged()


def test_a_plan_fails_when_someone_turned_the_advanced_features_off(example: RootModule) -> None:
    backup = example.aws.client("backup", "us-west-2")
    backup.update_region_settings(ResourceTypeManagementPreference={"DynamoDB": False})
    try:
        assert "advanced features for DynamoDB were turned off" in example.refusal()
    finally:
        backup.update_region_settings(ResourceTypeManagementPreference={"DynamoDB": True})


def test_destroying_leaves_no_vault_in_either_region(example: RootModule) -> None:
    example.destroy()
    for region in VAULTS:
        names = example.aws.client("backup", region).list_backup_vaults()["BackupVaultList"]
        assert not [it for it in names if it["BackupVaultName"] in VAULTS.values()]
