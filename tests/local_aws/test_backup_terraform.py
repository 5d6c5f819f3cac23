"""Terraform's view of AWS Backup: made once, changed in place, unchanged by a second plan, destroyed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.modules.root_module import RootModule

from local_aws.testing import started

pytestmark = [pytest.mark.local, pytest.mark.slow]

ROOT = Path(__file__).parent / "backup_root"


@pytest.fixture(scope="module")
def root(test_dir: Path) -> Iterator[RootModule]:
    with started(test_dir) as aws:
        aws.terraform_state.mkdir(parents=True, exist_ok=True)
        yield RootModule(ROOT, aws.terraform_state / "backup.tfstate", aws).init()


def test_what_terraform_makes_it_finds_again_changes_and_destroys(root: RootModule) -> None:
    root.apply()
    assert root.is_unchanged()
    changes = root.planned(days=31)
    # The provider cannot change a lock in place; everything else it can.
    replaced = {address for address, actions in changes.items() if actions != ["update"]}
    assert replaced == {"aws_backup_vault_lock_configuration.governed"}
    root.apply(days=31)
    assert root.is_unchanged(days=31)
    root.destroy(days=31)
    assert root.aws.client("backup", "us-east-1").list_backup_vaults()["BackupVaultList"] == []
