"""A whole run: rounds in both regions until enough was sent, the evidence, and the clearing away."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from techmoda_ha.deployment import Deployment, RegionDeployment, Route
from techmoda_ha.errors import HaError
from techmoda_ha.evidence import Evidence, TimelineEntry
from techmoda_ha.fuzz.round import Round, play
from techmoda_ha.fuzz.settings import LEFT_OUT, configuration
from techmoda_ha.progress import make_progress

Play = Callable[[Mapping[str, Any], Mapping[str, Any], Callable[[Round], bool]], Round]

KEPT_VIOLATIONS = 50
# Operations with parameters or a body; the others (health, openapi.json) have but one request each.
VARIED_OPERATIONS = 5


@dataclass(frozen=True)
class Limits:
    """How much to send, and for how long at most.

    `cases` is the least number of requests over both regions together.
    """

    cases: int
    seconds: float
    seed: int


@dataclass
class Fuzz:
    """One run against a deployment."""

    deployment: Deployment
    variables: Mapping[str, str]
    token: str
    limits: Limits
    console: Console
    play: Play = play
    clock: Callable[[], float] = time.monotonic
    rounds: dict[str, list[Round]] = field(default_factory=dict)
    timeline: list[TimelineEntry] = field(default_factory=list)

    def run(self, evidence_folder: Path) -> Evidence:
        """Send the requests, write the evidence, and delete what the requests created.

        Raises HaError when fewer requests than asked for could be sent, unless what was sent shows a
        violation already.
        """
        started, self._ends = datetime.now(UTC), self.clock() + self.limits.seconds
        try:
            for region in self.deployment.regions:
                self._fuzz(region)
        except HaError:
            if not any(played.violations for played in self._all()):
                raise
        finally:
            for region in self.deployment.regions:
                self._clear(region)
        evidence = self._evidence(started)
        evidence.write(evidence_folder)
        return evidence

    def _fuzz(self, region: RegionDeployment) -> None:
        route = self._route(region)
        wanted = math.ceil(self.limits.cases / len(self.deployment.regions))
        document = _served_document(route)
        done: list[Round] = self.rounds.setdefault(region.region, [])
        self.timeline.append(TimelineEntry(datetime.now(UTC), f"{region.region}: begins"))
        with make_progress(self.console) as progress:
            task = progress.add_task(f"fuzz {region.region}", total=wanted, doing="")

            def said(current: Round) -> bool:
                sent = sum(played.cases for played in done) + current.cases
                progress.update(task, completed=sent, doing=_in_words(current.answers))
                return self.clock() < self._ends

            while (sent := sum(played.cases for played in done)) < wanted:
                self._require_time(sent, wanted, region.region)
                settings = configuration(
                    route,
                    self.token,
                    examples=math.ceil((wanted - sent) / VARIED_OPERATIONS),
                    # Boundary values are the same in each round and region, so they are sent once.
                    coverage=region is self.deployment.primary and not done,
                    seed=self.limits.seed + len(done),
                )
                done.append(self.play(document, settings, said))
                if done[-1].cases == 0:
                    raise HaError("No request was generated.", "Does openapi.json have operations?")
        answers = sum((played.answers for played in done), Counter[int]())
        event = f"{region.region}: {sent} requests, answers {_in_words(answers)}"
        self.timeline.append(TimelineEntry(datetime.now(UTC), event))
        self.console.print(event, highlight=False)

    def _require_time(self, sent: int, wanted: int, region: str) -> None:
        if self.clock() >= self._ends:
            raise HaError(
                f"Only {sent} of {wanted} requests were sent to {region} in {self.limits.seconds:g} s.",
                "Give it more time (--max-seconds) or ask for fewer (--cases).",
            )

    def _clear(self, region: RegionDeployment) -> None:
        """Delete what the requests created, as far as the API lets us: the run's outcome stands already."""
        created = {location for played in self.rounds.get(region.region, []) for location in played.created}
        with self._route(region).client(self.token) as api:
            for location in created:
                try:
                    api.delete(f"/products/{location.rpartition('/')[2]}")
                except httpx.HTTPError as error:
                    self.console.print(f"left behind in {region.region}: {location} ({error})", markup=False)
                    return

    def _route(self, region: RegionDeployment) -> Route:
        return Route.to(region.regional_api_url, region.region, self.variables)

    def _all(self) -> list[Round]:
        return [played for rounds in self.rounds.values() for played in rounds]

    def _evidence(self, started: datetime) -> Evidence:
        played = self._all()
        violations = [violation for one in played for violation in one.violations]
        answers = sum((one.answers for one in played), Counter[int]())
        server_errors = sum(number for status, number in answers.items() if status >= 500)
        return Evidence(
            name="fuzz-api",
            target=self.variables.get("HA_TARGET", "aws"),
            started_at=started,
            ended_at=datetime.now(UTC),
            objectives={"violations": 0, "server_errors": 0},
            measurements={
                "cases": sum(one.cases for one in played),
                "checks": sum(one.checks for one in played),
                "violations": len(violations),
                "server_errors": server_errors,
            },
            timeline=self.timeline,
            notes=[f"left out: {name}, which {reason}" for name, reason in LEFT_OUT.items()],
            details={
                "seed": self.limits.seed,
                "asked_for_cases": self.limits.cases,
                "answers": {str(status): number for status, number in sorted(answers.items())},
                "cases_by_region": {
                    region: sum(one.cases for one in rounds) for region, rounds in self.rounds.items()
                },
                "violations": violations[:KEPT_VIOLATIONS],
            },
        )


def _served_document(route: Route) -> Mapping[str, Any]:
    next_step = "Is the API up? make smoke-test"
    try:
        with route.client() as api:
            answer = api.get("/openapi.json")
    except httpx.HTTPError as error:
        raise HaError(
            f"{route.base_url} does not answer: {error or type(error).__name__}", next_step
        ) from error
    if answer.status_code != httpx.codes.OK:
        raise HaError(f"GET /openapi.json answers {answer.status_code}.", next_step, detail=answer.text)
    document: Mapping[str, Any] = answer.json()
    return document


def _in_words(answers: Counter[int]) -> str:
    return ", ".join(f"{status}: {number}" for status, number in sorted(answers.items()))
