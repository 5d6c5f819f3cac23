"""From an incident to its end: claim it, ask its playbook, keep to the limits, act, and leave a record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from common.clock import Clock
from incident_responder.decisions import Act, Decision, Leave, Outcome, PlaybookError, Report
from incident_responder.notices import NoticeError
from incident_responder.records import Record
from incident_responder.store import ACT, REPORT, IncidentStore, StoreError

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

    from incident_responder.incidents import Incident
    from incident_responder.playbook_table import Entry


class Teller(Protocol):
    """Whoever tells people."""

    def tell(self, record: Record) -> None:
        """Tell what came of an incident. Raises NoticeError."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How the responder may act: not at all (dry run), and how often in an hour."""

    dry_run: bool
    acts_per_hour: int


class IncidentFailedError(Exception):
    """The playbook failed; Lambda delivers the event again, and parks it in the end."""


class Responder:
    """Works incidents off, one at a time."""

    def __init__(
        self,
        store: IncidentStore,
        teller: Teller,
        policy: Policy,
        *,
        clock: Clock,
        logger: Logger,
        count: Callable[[str, int], None],
    ) -> None:
        """`count` adds to a metric by name."""
        self._store = store
        self._teller = teller
        self._policy = policy
        self._clock = clock
        self._logger = logger
        self._count = count

    def respond(self, incident: Incident, entry: Entry) -> Record | None:
        """Do what the playbook says, and return the record; None when this was done before.

        Raises:
            IncidentFailedError: the playbook could not read or change something.
            StoreError: nothing may be done without a record.
        """
        record = self._store.claim(
            Record(
                key=incident.key,
                kind=incident.kind,
                subject=incident.subject,
                playbook=entry.playbook.name,
                resource=entry.playbook.resource_of(incident),
                occurred_at=incident.at,
                at=self._clock.now(),
                dry_run=self._policy.dry_run,
            )
        )
        if record is None:
            self._logger.info("this incident was worked off before", incident=incident.key)
            return None
        try:
            outcome = self._work_off(incident, entry, record)
        except (PlaybookError, StoreError) as error:
            failed = replace(record, outcome=Outcome.FAILED, summary=str(error))
            self._logger.exception("the playbook failed", **failed.as_text())
            self._count("ActsFailed", 1)
            self._store.give_up(failed)
            if failed.attempts == 1:
                self._tell(failed)
            raise IncidentFailedError(str(error)) from error
        return self._end(outcome)

    def _work_off(self, incident: Incident, entry: Entry, record: Record) -> Record:
        if incident.is_over:
            return replace(record, outcome=Outcome.OVER, summary=f"{incident.subject} is {incident.state}")
        decision = entry.playbook.assess(incident)
        outcome, said = self._carry_out(decision, entry, record)
        return replace(record, outcome=outcome, summary=said.summary, details=said.details)

    def _carry_out(self, decision: Decision, entry: Entry, record: Record) -> tuple[Outcome, Decision]:
        match decision:
            case Leave():
                return Outcome.LEFT, decision
            case Act() if self._policy.dry_run:
                return Outcome.WOULD_ACT, decision
        kind = REPORT if isinstance(decision, Report) else ACT
        if not self._store.take_turn(record, entry.cooldown, kind):
            return Outcome.LIMITED, Leave(f"not so soon again: {decision.summary}", decision.details)
        if isinstance(decision, Report):
            return Outcome.REPORTED, decision
        if not self._store.take_budget(self._policy.acts_per_hour):
            self._store.return_turn(record)
            return Outcome.LIMITED, Leave(f"too many acts in this hour: {decision.summary}", decision.details)
        try:
            done = decision.perform()
        except (PlaybookError, StoreError):
            self._store.return_turn(record)
            raise
        self._count("Acts", 1)
        return Outcome.ACTED, Leave(done.summary, done.details)

    def _end(self, record: Record) -> Record:
        record = replace(record, finished_at=self._clock.now())
        self._store.finish(record)
        self._logger.info("incident worked off", **record.as_text())
        self._count("Incidents", 1)
        if record.outcome is not Outcome.OVER:
            self._tell(record)
        return record

    def _tell(self, record: Record) -> None:
        try:
            self._teller.tell(record)
        except NoticeError:
            # What was done is done, and kept; only the message is missing, and an alarm says so.
            self._logger.exception("nobody was told")
            self._count("NoticesFailed", 1)
