"""Destroying stops before it touches anything when backups would be all that is left."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from techmoda_ha import teardown
from techmoda_ha.errors import HaError
from techmoda_ha.teardown import StatefulResource, refuse_full_vaults, stateful_resources

ARN = "arn:aws:backup:us-west-2:111111111111:backup-vault:shop-vault-dr"


@dataclass
class Vaults:
    """AWS Backup with so many recovery points."""

    points: int
    asked: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, service: str, region: str) -> Vaults:
        self.asked.append((service, region))
        return self

    def describe_backup_vault(self, BackupVaultName: str) -> dict[str, Any]:  # noqa: N803
        assert BackupVaultName == "shop-vault-dr"
        return {"NumberOfRecoveryPoints": self.points}


def vault(*, protected: bool) -> StatefulResource:
    return StatefulResource("module.backup.aws_backup_vault.this", "aws_backup_vault", ARN, protected)


@pytest.mark.parametrize(("force_destroy", "protected"), [(False, True), (True, False)])
def test_a_vault_is_protected_unless_it_may_be_emptied(force_destroy: bool, protected: bool) -> None:
    resource = {
        "address": "a", "mode": "managed", "type": "aws_backup_vault",
        "values": {"arn": ARN, "force_destroy": force_destroy},
    }  # fmt: skip
    (found,) = stateful_resources({"values": {"root_module": {"resources": [resource]}}})
    assert found.protected is protected


def test_a_vault_with_recovery_points_stops_the_destruction(monkeypatch: pytest.MonkeyPatch) -> None:
    vaults = Vaults(points=3)
    monkeypatch.setattr(teardown, "AwsClients", lambda _variables: vaults)
    with pytest.raises(
        HaError, match="shop-vault-dr in us-west-2 holds 3 recovery points; nothing was touched"
    ):
        refuse_full_vaults([vault(protected=True)], {})
    assert vaults.asked == [("backup", "us-west-2")]


def test_an_empty_vault_and_one_that_may_be_emptied_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teardown, "AwsClients", lambda _variables: Vaults(points=0))
    refuse_full_vaults([vault(protected=True)], {})
    monkeypatch.setattr(teardown, "AwsClients", lambda _variables: Vaults(points=3))
    refuse_full_vaults([vault(protected=False)], {})
