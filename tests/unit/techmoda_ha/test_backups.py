"""Backups by hand: a rule run now, the manager asked, a product erased."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from click.testing import CliRunner
from moto import mock_aws

from techmoda_ha.backups.commands import backup, status_lines
from techmoda_ha.backups.discarding import Discarder
from techmoda_ha.backups.erasing import Eraser, Erasure
from techmoda_ha.backups.jobs import DAILY, PlanRunner
from techmoda_ha.backups.manager import BackupManager
from techmoda_ha.errors import HaError, ViolationError

TABLE_ARN = "arn:aws:dynamodb:us-east-1:111111111111:table/shop-products"
DR_VAULT = "arn:aws:backup:us-west-2:111111111111:backup-vault:shop-vault-dr"
RULE = {
    "RuleName": DAILY,
    "TargetBackupVaultName": "shop-vault",
    "StartWindowMinutes": 60,
    "CompletionWindowMinutes": 120,
    "Lifecycle": {"DeleteAfterDays": 30},
    "RecoveryPointTags": {"BackupRule": DAILY},
    "CopyActions": [{"DestinationBackupVaultArn": DR_VAULT, "Lifecycle": {"DeleteAfterDays": 40}}],
}


@dataclass
class Scripted:
    """A client with scripted answers, one after the other, the last for ever."""

    answers: dict[str, list[Any]]
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            self.calls.append((operation, arguments))
            queue = self.answers[operation]
            return queue.pop(0) if len(queue) > 1 else queue[0]

        return call

    def asked(self, operation: str) -> dict[str, Any]:
        (found,) = [arguments for name, arguments in self.calls if name == operation]
        return found


@dataclass
class Time:
    """Time that passes only by sleeping."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def plan(**answers: list[Any]) -> Scripted:
    return Scripted(
        {
            "get_backup_plan": [{"BackupPlan": {"Rules": [RULE]}}],
            "list_backup_selections": [{"BackupSelectionsList": [{"IamRoleArn": "role"}]}],
            "start_backup_job": [{"BackupJobId": "b"}],
            "describe_backup_job": [
                {"State": "CREATED"},
                {"State": "RUNNING"},
                {"State": "COMPLETED", "RecoveryPointArn": "point", "BackupSizeInBytes": 7},
            ],
            "start_copy_job": [{"CopyJobId": "c"}],
            "describe_copy_job": [
                {"CopyJob": {"State": "COMPLETED", "DestinationRecoveryPointArn": "copied"}}
            ],
            **answers,
        }
    )


def run(client: Scripted, seconds: float = 60, rule: str = DAILY) -> Any:
    time = Time()
    return PlanRunner(client, "plan", time, time.sleep).run(TABLE_ARN, rule, seconds)


def test_a_rule_run_now_is_the_backup_and_the_copy_that_the_rule_makes() -> None:
    client = plan()
    done = run(client)
    assert (done.arn, done.seconds, done.size_bytes) == ("point", 2.0, 7)
    assert [(copy.arn, copy.region) for copy in done.copies] == [("copied", "us-west-2")]
    assert client.asked("start_backup_job") == {
        "BackupVaultName": "shop-vault",
        "ResourceArn": TABLE_ARN,
        "IamRoleArn": "role",
        "StartWindowMinutes": 60,
        "CompleteWindowMinutes": 120,
        "Lifecycle": {"DeleteAfterDays": 30},
        "RecoveryPointTags": {"BackupRule": DAILY},
    }
    assert client.asked("start_copy_job")["Lifecycle"] == {"DeleteAfterDays": 40}


def test_a_rule_that_copies_nothing_is_a_violation_before_anything_is_started() -> None:
    client = plan(get_backup_plan=[{"BackupPlan": {"Rules": [{**RULE, "CopyActions": []}]}}])
    with pytest.raises(ViolationError, match="copies nothing to another region"):
        run(client)
    assert "start_backup_job" not in [name for name, _ in client.calls]


def test_a_missing_rule_and_an_empty_selection_are_violations() -> None:
    with pytest.raises(ViolationError, match="no rule hourly; it has RespaldosDiarios"):
        run(plan(), rule="hourly")
    with pytest.raises(ViolationError, match="selects nothing"):
        run(plan(list_backup_selections=[{"BackupSelectionsList": []}]))


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (
            {"describe_backup_job": [{"State": "FAILED", "StatusMessage": "no role"}]},
            "backup job ended FAILED: no role",
        ),
        (
            {"describe_copy_job": [{"CopyJob": {"State": "FAILED"}}]},
            "copy job ended FAILED: without a reason",
        ),
    ],
)
def test_a_job_that_fails_is_a_violation_with_its_reason(answers: dict[str, Any], words: str) -> None:
    with pytest.raises(ViolationError, match=words):
        run(plan(**answers))


def test_a_job_that_takes_too_long_is_told() -> None:
    with pytest.raises(HaError, match="is RUNNING after 5 s"):
        run(plan(describe_backup_job=[{"State": "RUNNING"}]), seconds=5)


def answer(status: int, body: dict[str, Any], **members: Any) -> dict[str, Any]:
    payload = json.dumps({"statusCode": status, "body": json.dumps(body)}).encode()
    return {"Payload": io.BytesIO(payload), **members}


def manager(*answers: dict[str, Any]) -> tuple[BackupManager, Scripted]:
    client = Scripted({"invoke": list(answers)})
    return BackupManager(client, "shop-backups", "live", "us-west-2"), client


def test_the_manager_is_asked_by_its_alias() -> None:
    asked, client = manager(answer(200, {"mensaje": "ok"}))
    assert asked.ask(operacion="estado") == {"mensaje": "ok"}
    assert client.asked("invoke") == {
        "FunctionName": "shop-backups",
        "Qualifier": "live",
        "Payload": b'{"operacion": "estado"}',
    }


def test_a_refusal_is_a_violation_and_a_failure_an_error() -> None:
    refused, _ = manager(answer(400, {"mensaje": "Error", "error": "fuera de la ventana"}))
    with pytest.raises(ViolationError, match="fuera de la ventana"):
        refused.ask(operacion="restaurar")
    failed, _ = manager(answer(500, {"mensaje": "Error", "error": "throttled"}))
    with pytest.raises(HaError) as error:
        failed.ask(operacion="restaurar")
    assert (error.value.exit_code, error.value.detail) == (2, "throttled")


def test_a_crash_of_the_function_points_at_its_log() -> None:
    crashed, _ = manager({"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorMessage": "x"}')})
    with pytest.raises(HaError) as error:
        crashed.ask(operacion="estado")
    assert "ha logs backup_manager" in error.value.next_step


def restored(state: str, *pending: str) -> dict[str, Any]:
    return answer(200, {"restauraciones": [{"tabla": "t", "estado": state, "pendiente": list(pending)}]})


def test_a_restored_table_is_waited_for() -> None:
    asked, client = manager(answer(200, {"restauraciones": []}), restored("restaurando"), restored("lista"))
    time = Time()
    asked.wait_until_ready("t", 60, clock=time, sleep=time.sleep)
    assert len(client.calls) == 3


def test_what_a_restored_table_waits_for_is_said_when_time_is_up() -> None:
    asked, _ = manager(restored("en preparación", "stream es None"))
    with pytest.raises(HaError, match="not ready after 0 s: stream es None"):
        asked.wait_until_ready("t", 0)


def test_an_environment_without_a_manager_is_not_deployed() -> None:
    with pytest.raises(HaError, match="backup_manager_function_name"):
        BackupManager.of({"region": "us-east-1"}, {})


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client: Any = boto3.client("dynamodb", region_name="us-east-1")
        for table in ("shop-products", "shop-erasures", "shop-products-restaurado-1"):
            client.create_table(
                TableName=table,
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            )
        yield client


def test_an_erased_product_is_nowhere_but_in_the_log_and_erasing_again_is_safe(dynamodb: Any) -> None:
    for table in ("shop-products", "shop-products-restaurado-1"):
        dynamodb.put_item(TableName=table, Item={"id": {"S": "p"}})
    erasure = Erasure("p", "request 42", "operator:ana", "2025-11-28T10:00:00.000Z")
    for _ in range(2):
        places = Eraser(dynamodb, "shop-products", "shop-erasures").erase(erasure)
        assert places == ["shop-products-restaurado-1"]
    for table in ("shop-products", "shop-products-restaurado-1"):
        assert dynamodb.scan(TableName=table)["Count"] == 0
    (logged,) = dynamodb.scan(TableName="shop-erasures")["Items"]
    assert logged == {
        "id": {"S": "p"},
        "reason": {"S": "request 42"},
        "requested_by": {"S": "operator:ana"},
        "erased_at": {"S": "2025-11-28T10:00:00.000Z"},
    }


def test_only_a_restored_table_is_discarded(dynamodb: Any) -> None:
    make: Any = boto3.client
    discarder = Discarder(lambda service: make(service, region_name="us-east-1"), "shop-products")
    for other in ("shop-products", "shop-erasures", "shop-products-2"):
        with pytest.raises(HaError, match="nothing was touched"):
            discarder.discard(other)
    discarder.discard("shop-products-restaurado-1")
    assert set(dynamodb.list_tables()["TableNames"]) == {"shop-erasures", "shop-products"}


def test_a_discarded_table_takes_its_scaling_and_alarms_along(dynamodb: Any) -> None:
    make: Any = boto3.client
    scaling, cloudwatch = (
        make(service, region_name="us-east-1") for service in ("application-autoscaling", "cloudwatch")
    )
    for table in ("shop-products", "shop-products-restaurado-1"):
        scaling.register_scalable_target(
            ServiceNamespace="dynamodb", ResourceId=f"table/{table}", MinCapacity=1, MaxCapacity=2,
            ScalableDimension="dynamodb:table:ReadCapacityUnits",
        )  # fmt: skip
    for name in ("throttles", "throttles-restaurado-1"):
        cloudwatch.put_metric_alarm(
            AlarmName=name, EvaluationPeriods=1, ComparisonOperator="GreaterThanThreshold", Threshold=1,
            MetricName="m", Namespace="n", Period=60, Statistic="Sum",
        )  # fmt: skip
    dynamodb.update_table(TableName="shop-products-restaurado-1", DeletionProtectionEnabled=True)
    Discarder(lambda service: make(service, region_name="us-east-1"), "shop-products").discard(
        "shop-products-restaurado-1"
    )
    left = scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    assert [target["ResourceId"] for target in left] == ["table/shop-products"]
    assert [alarm["AlarmName"] for alarm in cloudwatch.describe_alarms()["MetricAlarms"]] == ["throttles"]


def test_an_erasure_that_failed_says_that_nothing_was_erased(dynamodb: Any) -> None:
    erasure = Erasure("p", "r", "o", "2025-11-28T10:00:00.000Z")
    with pytest.raises(HaError, match="p was not erased"):
        Eraser(dynamodb, "shop-products", "no-such-log").erase(erasure)


def test_the_status_says_when_recovery_is_off_and_who_was_not_judged() -> None:
    found = {
        "ventanaRecuperacion": None,
        "validacion": {"numeroRespaldos": 0, "estadoValidacion": "FALLIDO", "horas": 28},
        "puntosRecuperacion": [{"fecha": "f", "puntoRecuperacion": "arn", "estado": "COMPLETED"}],
        "restauraciones": [{"tabla": "t", "estado": "lista"}],
        "pruebasRestauracion": [{"fecha": "f", "validacion": "", "detalle": ""}],
    }
    lines = "\n".join(status_lines(found))
    for words in (
        "recovery is OFF",
        "Recent backups: 0 (too few); expected: at least 1 completed in the last 28 hours. The plan",
        "arn",
        "t: ready",
        "not judged",
    ):
        assert words in lines


def test_a_backup_manager_that_tells_no_period_is_understood() -> None:
    checked = {"numeroRespaldos": 1, "estadoValidacion": "EXITOSO"}
    lists: dict[str, Any] = {
        "puntosRecuperacion": [],
        "restauraciones": [],
        "pruebasRestauracion": [],
    }
    found = {"ventanaRecuperacion": None, "validacion": checked, **lists}
    assert "Recent backups: 1 (good)" in status_lines(found)


def test_every_command_has_help() -> None:
    for command in backup.commands:
        assert CliRunner().invoke(backup, [command, "--help"]).exit_code == 0
