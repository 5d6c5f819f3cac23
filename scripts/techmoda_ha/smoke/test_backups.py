"""What brings data back stands in each region: a locked vault, copies, restore tests, a manager."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from techmoda_ha.deployment import Deployment, RegionDeployment

AwsClients = Callable[[str], Any]


def plans_of(backup: Any, vault: str) -> Iterator[dict[str, Any]]:
    """Yield the backup plans with a rule that backs up to the vault."""
    for page in backup.get_paginator("list_backup_plans").paginate():
        for one in page["BackupPlansList"]:
            plan = backup.get_backup_plan(BackupPlanId=one["BackupPlanId"])["BackupPlan"]
            if any(rule["TargetBackupVaultName"] == vault for rule in plan["Rules"]):
                yield {**one, **plan}


def test_the_backup_vault_is_locked_and_encrypted(here: RegionDeployment, aws: AwsClients) -> None:
    """Each region keeps recovery points that nobody deletes, under a key of its own."""
    vault = aws("backup").describe_backup_vault(BackupVaultName=here.backup_vault_name)
    assert vault["Locked"] is True
    key = aws("kms").describe_key(KeyId=vault["EncryptionKeyArn"])["KeyMetadata"]
    assert (key["Enabled"], key["KeyManager"]) == (True, "CUSTOMER")


def test_a_plan_backs_the_table_up_and_every_rule_copies_to_the_other_region(
    deployment: Deployment, aws: AwsClients, here: RegionDeployment
) -> None:
    """Backups are taken in the primary region, and a copy of each is in the DR region's vault."""
    backup = aws("backup")
    plans = list(plans_of(backup, here.backup_vault_name))
    if here != deployment.primary:
        assert plans == []  # copies arrive here; nothing is backed up twice
        return
    (plan,) = plans
    selections = backup.list_backup_selections(BackupPlanId=plan["BackupPlanId"])["BackupSelectionsList"]
    assert selections
    for rule in plan["Rules"]:
        targets = [action["DestinationBackupVaultArn"] for action in rule["CopyActions"]]
        expected = f":{deployment.dr.region}:"
        assert any(expected in arn and arn.endswith(deployment.dr.backup_vault_name) for arn in targets)


def test_recovery_points_of_the_vault_are_restored_for_a_test(
    here: RegionDeployment, aws: AwsClients
) -> None:
    """A restore testing plan takes this vault, and waits for the data to be compared."""
    backup = aws("backup")
    found = []
    for one in backup.list_restore_testing_plans()["RestoreTestingPlans"]:
        name = one["RestoreTestingPlanName"]
        plan = backup.get_restore_testing_plan(RestoreTestingPlanName=name)["RestoreTestingPlan"]
        vaults = plan["RecoveryPointSelection"]["IncludeVaults"]
        if any(arn.endswith(f":{here.backup_vault_name}") for arn in vaults):
            found += backup.list_restore_testing_selections(RestoreTestingPlanName=name)[
                "RestoreTestingSelections"
            ]
    assert found
    assert all(selection["ValidationWindowHours"] > 0 for selection in found)


def test_the_backup_manager_answers(here: RegionDeployment, aws: AwsClients) -> None:
    """Whoever has to restore finds the function that does it, and a window to restore to."""
    manager = here.products_function_name.removesuffix("-products") + "-backups:live"
    answer = aws("lambda").invoke(FunctionName=manager, Payload=json.dumps({"operacion": "estado"}))
    payload = json.load(answer["Payload"])
    assert "FunctionError" not in answer, payload
    assert payload["statusCode"] == 200, payload
    assert json.loads(payload["body"])["ventanaRecuperacion"] is not None
