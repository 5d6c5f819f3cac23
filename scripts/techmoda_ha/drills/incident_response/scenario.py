"""A scenario: a real fault, the alarm that it raises, the playbook that answers, and how recovery shows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol

import dns.exception
import httpx

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.drills.clients import REGION_HEADER, ApiClient
from techmoda_ha.drills.incident_response.alarms import Alarms
from techmoda_ha.drills.incident_response.responses import Responder, Response
from techmoda_ha.drills.stage import Stage


class Scenario(Protocol):
    """One fault and its answer. Every verb may raise HaError."""

    @property
    def name(self) -> str:
        """Return its name in the plan."""

    @property
    def responder(self) -> Responder:
        """Return who answers."""

    @property
    def alarms(self) -> tuple[str, ...]:
        """Return the alarms that lead to the playbook; none where an event does."""

    @property
    def metrics_flow(self) -> bool:
        """Tell whether the alarms' metrics come all the time; what comes by the minute needs its periods."""

    @property
    def subjects(self) -> Collection[str]:
        """Return what the responder's record is about, once the fault is caused."""

    def describe(self) -> str:
        """Say in words what the fault is."""

    def lacks(self) -> str:
        """Say in words what the deployment lacks for the scenario, "" when there is nothing."""

    def unready(self) -> str:
        """Say in words why the scenario cannot be played yet, "" when it can."""

    def cause(self) -> None:
        """Cause the fault."""

    def is_detected(self) -> bool:
        """Tell whether the alarm is in ALARM, or the event has happened."""

    def objection(self, response: Response) -> str:
        """Say in words why the responder's answer is not the right one, "" when it is."""

    def mend(self) -> None:
        """Do what is left to people after the responder's answer."""

    def has_recovered(self) -> bool:
        """Tell whether all is well again."""

    def undo(self) -> None:
        """Put everything back as it was; may be called at any time and again."""


@dataclass(frozen=True)
class Answer:
    """What came of a request; `region` is "" and `status` 0 when nobody answered."""

    went_well: bool
    region: str = ""
    status: int = 0


@dataclass(frozen=True)
class Site:
    """The region in which a scenario takes place: its clients, responder and alarms."""

    stage: Stage
    region: str
    responder: Responder
    alarms: Alarms

    def client(self, service: str) -> Any:
        """Return an AWS client of the region, the same each time."""
        return self.responder.clients(service)

    def errors(self, doing: str) -> Any:
        """Turn failures of AWS calls into HaErrors."""
        return aws_errors_as(f"{doing} failed.", "Check your rights; what was changed is being put back.")


def outcome_objection(response: Response, *expected: str) -> str:
    """Say why a response's outcome is not one of the expected ones."""
    if response.outcome in expected:
        return ""
    return f'the responder\'s answer was "{response.outcome}": {response.summary}'


def answer_of(client: ApiClient, method: str, path: str, body: object = None, **headers: str) -> Answer:
    """Send one request on a connection of its own; whether it went well, and which region answered."""
    try:
        answer = client.request(method, path, body, **headers)
    except (httpx.HTTPError, dns.exception.DNSException):
        return Answer(went_well=False)
    finally:
        client.close()
    return Answer(answer.is_success, answer.headers.get(REGION_HEADER, ""), answer.status_code)
