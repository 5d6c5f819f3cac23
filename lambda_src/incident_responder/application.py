"""Wires the parts together and answers what Lambda passes: events, a topic's records, the schedule's tick."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from botocore.config import Config

from common.clock import Clock
from incident_responder.decisions import PlaybookError
from incident_responder.events import UnknownEventError, UnusableEventError, read, split
from incident_responder.incidents import Tick
from incident_responder.notices import Notices
from incident_responder.parking import Parking, ParkingError
from incident_responder.playbook_table import PlaybookTable, Tools, read_table
from incident_responder.responder import IncidentFailedError, Policy, Responder
from incident_responder.store import IncidentStore, StoreError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from incident_responder.environment import Environment

# Nobody waits for the answer, so calls may be patient; but not longer than an incident may.
CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 3, 10, 4


class IncompleteError(Exception):
    """Some of the events could not be worked off: Lambda delivers them again, and parks them in the end."""


@dataclass
class Counts:
    """What one invocation counts; written once, as EMF (a log line, no call)."""

    metrics: EphemeralMetrics
    counted: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, number: int) -> None:
        """Count."""
        self.counted[name] = self.counted.get(name, 0) + number

    def flush(self) -> None:
        """Write what was counted."""
        for name, number in self.counted.items():
            self.metrics.add_metric(name, MetricUnit.Count, number)
        self.counted.clear()
        self.metrics.flush_metrics()


@dataclass(frozen=True)
class Application:
    """Everything that lives as long as the Lambda environment."""

    responder: Responder
    table: PlaybookTable
    parking: Parking
    counts: Counts
    logger: Logger

    def handle(self, event: object, context: LambdaContext | None = None) -> dict[str, Any]:
        """Answer every event of an invocation, and return what came of each.

        Raises:
            IncompleteError: one failed; the others were worked off all the same.
        """
        del context
        self.counts.add("Invocations", 1)
        outcomes: list[str] = []
        failures: list[str] = []
        for single in split(event):
            try:
                outcomes.append(self._one(single))
            except (IncidentFailedError, ParkingError, PlaybookError, StoreError) as error:
                self.logger.exception("an event could not be worked off")
                failures.append(str(error))
        self.counts.add("EventsFailed", len(failures))
        self.counts.flush()
        if failures:
            raise IncompleteError("; ".join(failures))
        return {"outcomes": outcomes}

    def _one(self, event: object) -> str:
        try:
            happened = read(event)
            if isinstance(happened, Tick):
                return self._look()
            entry = self.table.entry_for(happened)
            if entry is None:
                raise UnknownEventError(f"there is no playbook for {happened.subject}", event)
        except UnusableEventError as error:
            self.logger.warning("an event was parked", kind=error.kind, reason=str(error))
            self.parking.park(error)
            self.counts.add("EventsParked", 1)
            return f"parked: {error.kind}"
        record = self.responder.respond(happened, entry)
        return "known" if record is None else str(record.outcome)

    def _look(self) -> str:
        """Note which versions are served."""
        for playbook in self.table.aliases():
            playbook.watch()
        return "looked"


def build(environment: Environment, clock: Clock, sleep: Callable[[float], None] = time.sleep) -> Application:
    """Return the application for one environment. Clients are made here and nowhere else.

    Raises SettingError when the table of playbooks is not right.
    """
    logger = Logger(service=environment.service, level=environment.log_level)
    logger.append_keys(region=environment.region)
    clients = cache(_maker_of_clients(environment.region))
    stable_after = timedelta(seconds=environment.stable_after)
    keep = timedelta(days=environment.keep_days)
    store = IncidentStore(clients("dynamodb"), environment.table, clock, keep=keep)
    tools = Tools(
        clients=clients,
        observe=lambda alias, version: store.observe(alias, version, stable_after),
        restarts=store,
        clock=clock,
        sleep=sleep,
    )
    metrics = EphemeralMetrics(namespace=environment.metrics_namespace, service=environment.service)
    counts = Counts(metrics)
    responder = Responder(
        store,
        Notices(clients("sns"), environment.topic_arn),
        Policy(environment.dry_run, environment.acts_per_hour),
        clock=clock,
        logger=logger,
        count=counts.add,
    )
    parking = Parking(clients("sqs"), environment.parking_queue_url)
    return Application(responder, read_table(environment.playbooks, tools), parking, counts, logger)


def _maker_of_clients(region: str) -> Callable[[str], Any]:
    session = botocore.session.get_session()
    config = Config(
        region_name=region,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )

    def make(service: str) -> Any:
        return session.create_client(service, config=config)

    return make
