"""Backups on the deployment: the original events, restores finished by themselves, tests that judge data.

Every call of the backup manager is made with the shipped role, IAM enforced. What the tests restore is
discarded at their end.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.local.conftest import Deployed
from tests.local.products import new_category

from local_aws.testing import eventually
from techmoda_ha.backups.discarding import Discarder
from techmoda_ha.deployment import RegionDeployment
from techmoda_ha.drills.backup_restore.goods import Shelf, new_items
from techmoda_ha.evidence import timestamp

pytestmark = [pytest.mark.local, pytest.mark.slow]

SECONDS = 90.0  # of patience: restored tables are finished by a look every minute
DAILY = "RespaldosDiarios"
OLD = timedelta(hours=1)


class Backups:
    """The backups of one region: its manager, its vault, and the tables that were restored."""

    def __init__(self, deployed: Deployed, region: RegionDeployment, outputs: dict[str, Any]) -> None:
        self.deployed, self.region, self.outputs = deployed, region, outputs

    def client(self, service: str) -> Any:
        return self.deployed.client(service, self.region)

    def invoke(self, **event: Any) -> tuple[int, dict[str, Any]]:
        """Invoke the manager; its status and body."""
        invoked = self.client("lambda").invoke(
            FunctionName=self.outputs["backup_manager_function_name"],
            Qualifier=self.outputs["backup_manager_function_alias"],
            Payload=json.dumps(event),
        )
        payload = json.load(invoked["Payload"])
        assert "FunctionError" not in invoked, payload
        return payload["statusCode"], json.loads(payload["body"])

    def discard(self) -> None:
        """Delete every restored table."""
        for one in self.invoke(operacion="estado")[1]["restauraciones"]:
            Discarder(self.client, self.region.table_name).discard(one["tabla"])

    def finished(self, table: str) -> bool:
        """Whether the manager calls the restored table ready."""
        states = {one["tabla"]: one for one in self.invoke(operacion="continuar")[1]["restauraciones"]}
        return bool(states.get(table, {}).get("estado") == "lista")

    def shelf(self, table: str) -> Shelf:
        return Shelf(self.client("dynamodb"), table)

    def restore_test(self) -> dict[str, Any]:
        """Run the restore testing plan now, and return its job once it was judged."""
        plan = self.outputs["restore_testing_plan_name"]
        control = self.deployed.ha.aws.settings.endpoint_url
        url = f"{control}/_local/backup/{self.region.region}/restore-testing-plans/{plan}/run"
        with urllib.request.urlopen(urllib.request.Request(url, method="POST")) as answer:  # noqa: S310
            (job_id,) = json.load(answer)["restore_job_ids"]
        backup = self.client("backup")

        def judged() -> bool:
            job = backup.describe_restore_job(RestoreJobId=job_id)
            return job.get("ValidationStatus") in ("SUCCESSFUL", "FAILED")

        assert eventually(judged, SECONDS), backup.describe_restore_job(RestoreJobId=job_id)
        return dict(backup.describe_restore_job(RestoreJobId=job_id))


@pytest.fixture(scope="module")
def regions(deployed: Deployed) -> Iterator[dict[str, Backups]]:
    """Return both regions' backups, with products that were written an hour ago."""
    found = {
        name: Backups(deployed, region, dict(deployed.outputs[name]))
        for name, region in zip(("primary", "dr"), deployed.regions, strict=True)
    }
    written = datetime.now(UTC) - OLD
    items = {
        key: {**item, "updated_at": {"S": timestamp(written)}}
        for key, item in new_items(40, new_category(), "backed up").items()
    }
    primary = found["primary"]
    table = primary.shelf(primary.region.table_name)
    table.put(items.values())
    assert eventually(
        lambda: found["dr"].shelf(primary.region.table_name).get(items).keys() == items.keys(), SECONDS
    )
    primary.outputs["items"] = items
    yield found
    for backups in found.values():
        backups.discard()
    table.delete(items)


@pytest.fixture(scope="module")
def primary(regions: dict[str, Backups]) -> Backups:
    return regions["primary"]


@pytest.fixture(scope="module")
def backed_up(primary: Backups) -> dict[str, Any]:
    """Return what `ha backup run` said."""
    said: dict[str, Any] = primary.deployed.ha.json("backup", "run", "--json")
    return said


def test_the_original_validation_event_is_answered_as_the_original_says(
    regions: dict[str, Backups], backed_up: dict[str, Any]
) -> None:
    for backups in regions.values():
        status, body = backups.invoke(operacion="validar")
        assert (status, body["mensaje"]) == (200, "Validación de respaldos completada")
        assert body["estadoValidacion"] == "EXITOSO"
        assert body["numeroRespaldos"] >= 1
        assert backups.region.region in ("us-east-1", *(copy["region"] for copy in backed_up["copies"]))


def test_the_original_restore_event_starts_a_restore_that_is_finished_by_itself(primary: Backups) -> None:
    items, log = primary.outputs["items"], primary.outputs["erasure_table_name"]
    erased = min(items)
    moment = datetime.now(UTC)
    primary.shelf(log).put([{"id": {"S": erased}}])
    dynamodb = primary.client("dynamodb")

    def restorable() -> bool:
        found = dynamodb.describe_continuous_backups(TableName=primary.region.table_name)
        recovery = found["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        return bool(recovery["LatestRestorableDateTime"] > moment)

    assert eventually(restorable, SECONDS)
    status, body = primary.invoke(
        operacion="restaurar", fechaHora=moment.isoformat(), usarUltimoTiempoRestaurable=False
    )
    assert (status, body["mensaje"]) == (200, "Restauración iniciada"), body
    restored = body["tabla"]
    assert restored.startswith(f"{primary.region.table_name}-restaurado-")
    assert eventually(lambda: primary.finished(restored), SECONDS), primary.invoke(operacion="continuar")
    found = primary.shelf(restored).get(items)
    assert found.keys() == items.keys() - {erased}
    primary.shelf(log).delete([erased])
    assert protection(dynamodb, restored) == protection(dynamodb, primary.region.table_name)
    scaled = primary.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="dynamodb")
    resources = {target["ResourceId"] for target in scaled["ScalableTargets"]}
    assert {f"table/{restored}", f"table/{restored}/index/by-category"} <= resources
    pages = primary.client("cloudwatch").get_paginator("describe_alarms").paginate()
    names = [alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]]
    ending = restored.removeprefix(primary.region.table_name)
    assert [name for name in names if name.endswith(ending)], names


def protection(dynamodb: Any, table: str) -> dict[str, Any]:
    """What a restore drops of a table and the manager puts back, as seen from outside."""
    described = dynamodb.describe_table(TableName=table)["Table"]
    recovery = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    tags = dynamodb.list_tags_of_resource(ResourceArn=described["TableArn"])["Tags"]
    return {
        "stream": described["StreamSpecification"],
        "key": described["SSEDescription"]["KMSMasterKeyArn"],
        "deletion protection": described["DeletionProtectionEnabled"],
        "recovery": recovery["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"],
        "tags": {tag["Key"]: tag["Value"] for tag in tags if not tag["Key"].startswith("Restore")},
    }


def test_a_restore_is_refused_with_the_reason(primary: Backups) -> None:
    for event, words in (
        ({}, "exactamente uno"),
        ({"fechaHora": "2020-01-01T00:00:00Z"}, "fuera de la ventana de recuperación"),
        ({"fechaHora": "2020-01-01T00:00:00Z", "usarUltimoTiempoRestaurable": True}, "exactamente uno"),
    ):
        status, body = primary.invoke(operacion="restaurar", **event)
        assert (status, body["mensaje"]) == (400, "Error al iniciar la restauración")
        assert words in body["error"]


def test_without_recovery_a_restore_is_refused_and_the_drill_does_not_begin(primary: Backups) -> None:
    table = primary.region.table_name
    with recovery_off(primary, table):
        status, body = primary.invoke(operacion="restaurar", usarUltimoTiempoRestaurable=True)
        assert status == 400
        assert "(PITR)" in body["error"]
        drilled = primary.deployed.ha.run("drill", "backup-restore", "--json", check=False)
    assert drilled.returncode == 1, drilled.stderr
    evidence = json.loads(drilled.stdout)
    assert f"point-in-time recovery of {table} in us-east-1 is off" in evidence["violations"][0]
    assert not [entry for entry in evidence["timeline"] if "Disaster" in entry["event"]]


@contextmanager
def recovery_off(backups: Backups, table: str) -> Iterator[None]:
    def set_recovery(*, on: bool) -> None:
        backups.client("dynamodb").update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": on}
        )

    set_recovery(on=False)
    try:
        yield
    finally:
        set_recovery(on=True)


def test_a_copy_rule_that_was_removed_is_found(primary: Backups) -> None:
    backup, plan_id = primary.client("backup"), primary.outputs["backup_plan_id"]
    plan = backup.get_backup_plan(BackupPlanId=plan_id)["BackupPlan"]
    rules = [{name: value for name, value in rule.items() if name != "RuleId"} for rule in plan["Rules"]]
    whole = {"BackupPlanName": plan["BackupPlanName"], "Rules": rules}
    less = [{**rule, "CopyActions": []} if rule["RuleName"] == DAILY else rule for rule in rules]
    backup.update_backup_plan(BackupPlanId=plan_id, BackupPlan={**whole, "Rules": less})
    try:
        ran = primary.deployed.ha.run("backup", "run", check=False)
    finally:
        backup.update_backup_plan(BackupPlanId=plan_id, BackupPlan=whole)
    assert ran.returncode == 1
    assert f"The rule {DAILY} copies nothing to another region" in ran.stderr


def test_a_restore_test_of_each_vault_is_judged_good_and_its_table_deleted(
    regions: dict[str, Backups], backed_up: dict[str, Any]
) -> None:
    assert backed_up["copies"]
    for backups in regions.values():
        job = backups.restore_test()
        assert job["ValidationStatus"] == "SUCCESSFUL", job
        assert "los datos son correctos" in job["ValidationStatusMessage"]
        table = job["CreatedResourceArn"].rpartition("/")[2]
        dynamodb = backups.client("dynamodb")
        assert eventually(
            lambda table=table, dynamodb=dynamodb: table not in dynamodb.list_tables()["TableNames"],  # type: ignore[misc]
            SECONDS,
        )


def test_a_recovery_point_that_lacks_items_is_judged_bad(primary: Backups, backed_up: dict[str, Any]) -> None:
    assert backed_up["recovery_point"]
    # Written an hour ago, as they say, and not in the recovery point: it lacks them.
    lacking = new_items(6, new_category(), "lacking")
    written = {"S": timestamp(datetime.now(UTC) - OLD)}
    table = primary.shelf(primary.region.table_name)
    table.put([{**item, "updated_at": written} for item in lacking.values()])
    try:
        job = primary.restore_test()
    finally:
        table.delete(lacking)
    assert job["ValidationStatus"] == "FAILED", job
    assert "faltan" in job["ValidationStatusMessage"]


def test_nobody_deletes_a_recovery_point(primary: Backups, backed_up: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as refused:
        primary.client("backup").delete_recovery_point(
            BackupVaultName=primary.outputs["backup_vault_name"],
            RecoveryPointArn=backed_up["recovery_point"],
        )
    assert refused.value.response["Error"]["Code"] in ("AccessDeniedException", "InvalidRequestException")


def test_an_erased_product_is_gone_in_both_regions(regions: dict[str, Backups]) -> None:
    primary, dr = regions["primary"], regions["dr"]
    product = sorted(primary.outputs["items"])[1]
    said = primary.deployed.ha.json("backup", "erase", "--id", product, "--reason", "request 1", "--json")
    table, log = primary.region.table_name, primary.outputs["erasure_table_name"]

    def erased(backups: Backups) -> bool:
        return not backups.shelf(table).get([product]) and bool(backups.shelf(log).get([product]))

    assert said["product_id"] == product
    for backups in (primary, dr):
        assert eventually(lambda backups=backups: erased(backups), SECONDS)  # type: ignore[misc]
    primary.shelf(log).delete([product])
