"""Wires the parts together and answers an event: an operator's, the schedule's, or AWS Backup's."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import botocore.session
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from backup_manager import answers, requests
from backup_manager.alarms import TableAlarms
from backup_manager.answers import Answer
from backup_manager.backups import Backups
from backup_manager.comparison import Comparison, Limits
from backup_manager.completion import Completion
from backup_manager.erasures import ErasureLog
from backup_manager.items import Pace
from backup_manager.requests import RequestError
from backup_manager.restore_tests import RestoreTests
from backup_manager.restoring import Restorer
from backup_manager.scaling import TableScaling
from backup_manager.table_settings import TableSettings
from common.clock import Clock

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from backup_manager.environment import Environment

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 3, 10, 4
# A verdict is written and the test's table deleted that long before Lambda ends the invocation.
RESERVE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that lives as long as the Lambda environment."""

    restorer: Restorer
    completion: Completion
    backups: Backups
    restore_tests: RestoreTests
    recent_hours: int
    clock: Clock
    logger: Logger
    metrics: EphemeralMetrics

    def handle(self, event: dict[str, Any], context: LambdaContext) -> Answer:
        """Answer an event.

        An operator is told what went wrong. EventBridge is not: an event that failed is raised, so that
        Lambda tries it again and keeps it in the end.
        """
        operation = event.get("operacion")
        try:
            return self._do(requests.parse(event), context)
        except RequestError as error:
            return answers.refusal(operation, str(error))
        except (BotoCoreError, ClientError) as error:
            self.logger.exception("AWS did not do what was asked", operation=operation)
            if operation in (None, "continuar"):
                raise
            return answers.failure(operation, str(error))

    def _do(self, request: requests.Request, context: LambdaContext) -> Answer:
        match request:
            case requests.ValidateBackups(hours):
                return self._validate(hours or self.recent_hours)
            case requests.TellStatus():
                return self._status()
            case requests.Continue():
                return self._continue()
            case requests.RestoreEnded(job_id):
                seconds = context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
                return self._restore_ended(job_id, max(seconds, 1.0))
            case restore:
                started = self.restorer.start(restore)
                self.logger.info("a restore was started", table=started.table)
                return answers.answer(answers.RESTORE_STARTED, tabla=started.table, detalles=started.details)

    def _validate(self, hours: int) -> Answer:
        found = self.backups.completed_since(self.clock.now() - timedelta(hours=hours))
        self._measure(BackupsMissing=int(found == 0), RecentBackups=found)
        return answers.validation(found, hours)

    def _status(self) -> Answer:
        window = self.restorer.window()
        tests = [
            {
                "fecha": test.ended_at,
                "estado": test.status,
                "validacion": test.validation,
                "detalle": test.message,
            }
            for test in self.backups.restore_tests()
        ]
        return answers.answer(
            "Estado de respaldos y restauraciones",
            ventanaRecuperacion={"desde": window.earliest, "hasta": window.latest} if window else None,
            puntosRecuperacion=self.backups.newest(),
            restauraciones=[{"tabla": one.name, "estado": one.state} for one in self.completion.states()],
            pruebasRestauracion=tests,
        )

    def _continue(self) -> Answer:
        found = self.completion.go_on()
        unfinished = [one for one in found if one.state != "lista"]
        self._measure(RestoresUnfinished=len(unfinished))
        return answers.answer(
            "Restauraciones revisadas",
            restauraciones=[
                {"tabla": one.name, "estado": one.state, "pendiente": list(one.pending)} for one in found
            ],
        )

    def _restore_ended(self, job_id: str, seconds: float) -> Answer:
        judged = self.restore_tests.judge(job_id, seconds)
        if judged is None:
            return self._continue()
        good = judged.status == "SUCCESSFUL"
        self._measure(RestoresValid=int(good), RestoresInvalid=int(not good), ItemsCompared=judged.items)
        return answers.answer("Prueba de restauración validada", estado=judged.status, detalle=judged.message)

    def _measure(self, **figures: int) -> None:
        """Write metrics (EMF: a log line, no call)."""
        for name, value in figures.items():
            self.metrics.add_metric(name, MetricUnit.Count, value)
        self.metrics.flush_metrics()


def build(environment: Environment, clock: Clock, sleep: Callable[[float], None] = time.sleep) -> Application:
    """Return the application for one environment. Clients are made here and nowhere else."""
    logger = Logger(service=environment.service, level=environment.log_level)
    logger.append_keys(region=environment.region)
    dynamodb, backup = _client("dynamodb", environment), _client("backup", environment)
    table_settings = TableSettings(
        dynamodb,
        TableScaling(_client("application-autoscaling", environment)),
        TableAlarms(_client("cloudwatch", environment)),
        sleep,
    )

    def pace(seconds: float) -> Pace:
        return Pace(environment.read_units, clock.monotonic, sleep, clock.monotonic() + seconds)

    limits = Limits(environment.sample, timedelta(seconds=environment.grace_seconds))
    return Application(
        restorer=Restorer(
            dynamodb, backup, table=environment.table, vault=environment.vault,
            role_arn=environment.restore_role_arn, key_arn=environment.restored_key_arn, clock=clock,
        ),
        completion=Completion(
            dynamodb, table_settings, ErasureLog(dynamodb, environment.erasures_table),
            table=environment.table, clock=clock, logger=logger,
        ),
        backups=Backups(
            backup, vault=environment.vault, table_arn=environment.backed_up_table_arn,
            are=environment.backups_are,
        ),
        restore_tests=RestoreTests(
            backup, dynamodb, Comparison(dynamodb, limits, pace, random.Random()),  # noqa: S311 - a sample
            table=environment.table, logger=logger,
        ),
        recent_hours=environment.recent_hours,
        clock=clock,
        logger=logger,
        metrics=EphemeralMetrics(namespace=environment.metrics_namespace, service=environment.service),
    )  # fmt: skip


def _client(service: str, environment: Environment) -> Any:
    config = Config(
        region_name=environment.region,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )
    return cast("Any", botocore.session.get_session().create_client(service, config=config))
