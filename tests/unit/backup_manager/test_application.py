"""Events in, answers out, by the original contract; and figures for the alarms."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from aws_lambda_powertools.metrics import EphemeralMetrics
from botocore.exceptions import ClientError
from tests.unit.backup_manager.kit import (
    NOW,
    POINT_ARN,
    TABLE_ARN,
    VAULT,
    Backup,
    StoppedClock,
    quiet_logger,
    refusal,
)

from backup_manager.application import Application
from backup_manager.backups import Backups
from backup_manager.completion import RestoredTable
from backup_manager.environment import BackupsAre, Environment
from backup_manager.requests import RequestError
from backup_manager.restore_tests import Judged
from backup_manager.restoring import Started, Window
from common.environment import SettingError

EVENT = {"detail-type": "Restore Job State Change", "detail": {"restoreJobId": "7"}}


class Parts:
    """What the application is made of, each doing as the test says."""

    def __init__(self) -> None:
        self.outcome: Started | Exception = Started("shop-restaurado-1", {"at": NOW})
        self.judged: Judged | None = None
        self.seconds: list[float] = []
        self.restored = [RestoredTable("a", "lista"), RestoredTable("b", "en preparación", ("stream",))]
        self.backup = Backup({"list_backup_jobs": {"BackupJobs": [{}, {}]}})

    def start(self, _request: Any) -> Started:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def window(self) -> Window | None:
        return Window(NOW - timedelta(days=1), NOW)

    def go_on(self) -> list[RestoredTable]:
        return self.restored

    def states(self) -> list[RestoredTable]:
        return self.restored

    def judge(self, _job: str, seconds: float) -> Judged | None:
        self.seconds.append(seconds)
        return self.judged


class Context:
    """An invocation that has just begun."""

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


class Case:
    """The application on those parts."""

    def __init__(self) -> None:
        self.parts = Parts()
        parts: Any = self.parts
        backups = Backups(parts.backup, vault=VAULT, table_arn=TABLE_ARN, are=BackupsAre.JOBS)
        self.application = Application(
            restorer=parts, completion=parts, backups=backups, restore_tests=parts, recent_hours=24,
            clock=StoppedClock(), logger=quiet_logger(), metrics=EphemeralMetrics(namespace="T", service="s"),
        )  # fmt: skip

    def answer(self, event: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        answer = self.application.handle(event, Context())  # type: ignore[arg-type]
        return answer["statusCode"], json.loads(answer["body"])


@pytest.fixture
def case() -> Case:
    return Case()


def figures(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    """The metrics that were written."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    return {name: value[0] for line in lines for name, value in line.items() if isinstance(value, list)}


def test_the_original_event_starts_a_restore(case: Case) -> None:
    status, body = case.answer(
        {
            "operacion": "restaurar",
            "fechaHora": "2025-11-28T09:00:00Z",
            "usarUltimoTiempoRestaurable": False,
        }
    )
    assert (status, body["mensaje"]) == (200, "Restauración iniciada")
    assert (body["tabla"], body["detalles"]) == ("shop-restaurado-1", {"at": "2025-11-28T10:00:00.000Z"})


@pytest.mark.parametrize(
    ("outcome", "status"), [(RequestError("fuera de la ventana"), 400), (refusal("LimitExceeded"), 500)]
)
def test_a_restore_that_cannot_be_started_says_why(case: Case, outcome: Exception, status: int) -> None:
    case.parts.outcome = outcome
    found, body = case.answer({"operacion": "restaurar", "usarUltimoTiempoRestaurable": True})
    assert (found, body["mensaje"]) == (status, "Error al iniciar la restauración")
    assert str(outcome) in body["error"]


@pytest.mark.parametrize(("jobs", "state", "missing"), [([{}, {}], "EXITOSO", 0), ([], "FALLIDO", 1)])
def test_backups_are_validated_in_the_words_of_the_contract(
    case: Case, capsys: pytest.CaptureFixture[str], jobs: list[Any], state: str, missing: int
) -> None:
    case.parts.backup.answers["list_backup_jobs"] = {"BackupJobs": jobs}
    assert case.answer({"operacion": "validar"}) == (
        200,
        {
            "mensaje": "Validación de respaldos completada",
            "estadoValidacion": state,
            "numeroRespaldos": len(jobs),
            "horas": 24,
        },
    )
    assert figures(capsys) == {"BackupsMissing": missing, "RecentBackups": len(jobs)}


@pytest.mark.parametrize(("event", "hours"), [({}, 24), ({"horas": 72}, 72)])
def test_only_backups_of_this_table_completed_lately_count(
    case: Case, event: dict[str, Any], hours: int
) -> None:
    case.answer({"operacion": "validar", **event})
    assert case.parts.backup.asked("list_backup_jobs") == [
        {
            "ByResourceArn": TABLE_ARN,
            "ByState": "COMPLETED",
            "ByCompleteAfter": NOW - timedelta(hours=hours),
        }
    ]


def test_where_copies_arrive_those_are_counted() -> None:
    points = [{"Status": "COMPLETED"}, {"Status": "DELETING"}]
    backup: Any = Backup({"list_recovery_points_by_backup_vault": {"RecoveryPoints": points}})
    backups = Backups(backup, vault=VAULT, table_arn=TABLE_ARN, are=BackupsAre.COPIES)
    assert backups.completed_since(NOW) == 1
    assert backup.asked("list_recovery_points_by_backup_vault") == [
        {"BackupVaultName": VAULT, "ByResourceArn": TABLE_ARN, "ByCreatedAfter": NOW}
    ]


def test_a_failed_validation_says_so(case: Case) -> None:
    case.parts.backup.answers["list_backup_jobs"] = refusal("ThrottlingException")
    status, body = case.answer({"operacion": "validar"})
    assert (status, body["mensaje"]) == (500, "Error al validar respaldos")


def test_the_status_tells_window_points_restores_and_tests(case: Case) -> None:
    case.parts.backup.answers |= {
        "list_recovery_points_by_backup_vault": {
            "RecoveryPoints": [
                {"RecoveryPointArn": "old", "CreationDate": NOW - timedelta(1), "Status": "COMPLETED"},
                {"RecoveryPointArn": POINT_ARN, "CreationDate": NOW, "Status": "COMPLETED"},
            ]
        },
        "list_restore_jobs": {
            "RestoreJobs": [
                {
                    "CreatedBy": {"RestoreTestingPlanArn": "p"},
                    "CreationDate": NOW,
                    "Status": "COMPLETED",
                    "ValidationStatus": "FAILED",
                },
                {"CreationDate": NOW, "Status": "COMPLETED"},
            ]
        },
    }
    status, body = case.answer({"operacion": "estado"})
    assert status == 200
    assert body["ventanaRecuperacion"]["hasta"] == "2025-11-28T10:00:00.000Z"
    assert [point["puntoRecuperacion"] for point in body["puntosRecuperacion"]] == [POINT_ARN, "old"]
    assert body["restauraciones"][1] == {"tabla": "b", "estado": "en preparación"}
    assert [test["validacion"] for test in body["pruebasRestauracion"]] == ["FAILED"]


def test_the_tick_tells_what_is_unfinished(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    _, body = case.answer({"operacion": "continuar"})
    assert body["restauraciones"][1]["pendiente"] == ["stream"]
    assert figures(capsys) == {"RestoresUnfinished": 1}


@pytest.mark.parametrize(("status", "invalid"), [("SUCCESSFUL", 0), ("FAILED", 1)])
def test_the_verdict_on_a_restore_test_is_a_figure(
    case: Case, capsys: pytest.CaptureFixture[str], status: str, invalid: int
) -> None:
    case.parts.judged = Judged("t", status, "…", 40)
    assert case.answer(EVENT)[1]["estado"] == status
    assert figures(capsys) == {"RestoresValid": 1 - invalid, "RestoresInvalid": invalid, "ItemsCompared": 40}
    assert case.parts.seconds == [840]  # a minute is kept for the verdict itself


def test_the_end_of_another_restore_takes_restored_tables_on(case: Case) -> None:
    assert case.answer(EVENT)[1]["mensaje"] == "Restauraciones revisadas"


@pytest.mark.parametrize("event", [EVENT, {"operacion": "continuar"}])
def test_an_event_that_failed_is_raised_so_that_it_is_tried_again(
    case: Case, event: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any) -> Any:
        raise refusal("InternalServerError")

    monkeypatch.setattr(case.parts, "judge", fail)
    monkeypatch.setattr(case.parts, "go_on", fail)
    with pytest.raises(ClientError):
        case.answer(event)


def test_an_unknown_operation_is_refused(case: Case) -> None:
    status, body = case.answer({"operacion": "borrar"})
    assert (status, body["mensaje"]) == (400, "Error en la operación borrar")


SETTINGS = {
    "PRODUCTS_TABLE": "t", "ERASURES_TABLE": "e", "BACKUP_VAULT": "v", "BACKUPS_ARE": "jobs",
    "BACKUP_SOURCE_TABLE_ARN": TABLE_ARN, "RECENT_HOURS": "24", "RESTORE_ROLE_ARN": "r",
    "RESTORED_TABLE_KEY_ARN": "k", "VALIDATION_SAMPLE": "1000", "VALIDATION_GRACE_SECONDS": "0",
    "VALIDATION_READ_UNITS": "100", "AWS_REGION": "us-east-1",
}  # fmt: skip


def test_the_settings_are_read() -> None:
    read = Environment.from_environ(SETTINGS)
    assert (read.backups_are, read.sample, read.grace_seconds) == (BackupsAre.JOBS, 1000, 0.0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BACKUPS_ARE", "guesses"),
        ("RECENT_HOURS", "a day"),
        ("VALIDATION_SAMPLE", "0"),
        ("BACKUP_VAULT", " "),
    ],
)
def test_an_unusable_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name):
        Environment.from_environ({**SETTINGS, name: value})
