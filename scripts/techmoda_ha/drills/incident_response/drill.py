"""The incident-response drill: scenario by scenario, from the fault to recovery.

Moments are seconds on the stage's monotonic clock. Whatever was changed is undone after each scenario, and
once more by `roll_back`, which may be called at any time and more than once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from techmoda_ha.drills.incident_response.plan import FAST_PERIOD_SECONDS, IncidentPlan
from techmoda_ha.drills.incident_response.responses import Response
from techmoda_ha.drills.incident_response.scenario import Scenario, Site
from techmoda_ha.drills.incident_response.throttled_index import ThrottledIndex
from techmoda_ha.drills.measurement import between
from techmoda_ha.drills.stage import Stage
from techmoda_ha.drills.telling import Say, Telling
from techmoda_ha.errors import HaError

UNDO_ATTEMPTS, UNDO_PAUSE_SECONDS = 3, 3.0
CLOCKS_APART = timedelta(seconds=2)


@dataclass
class Moments:
    """When what happened in a scenario; None while it has not."""

    fault: float | None = None
    alarm: float | None = None
    response: float | None = None
    recovered: float | None = None

    def figures(self) -> dict[str, float]:
        """Return the seconds between them by name, NaN for what could not be measured."""
        figures = {
            "detection": between(self.fault, self.alarm),
            "response": between(self.alarm, self.response),
            "recovery": between(self.fault, self.recovered),
        }
        # A record may be written before the alarm that it answers is seen; NaN stays NaN.
        return {name: 0.0 if seconds < 0 else seconds for name, seconds in figures.items()}


class IncidentDrill(Telling):
    """One run over some scenarios; `sites` are the regions that they take place in."""

    def __init__(
        self, stage: Stage, plan: IncidentPlan, scenarios: Sequence[Scenario], sites: Sequence[Site],
        *, say: Say, show: Say = lambda _text: None,
    ) -> None:  # fmt: skip
        """Prepare; nothing is touched yet. `say` gets what happened, `show` what is going on now."""
        self.stage, self.plan, self.sites = stage, plan, sites
        self.scenarios = {one.name: one for one in scenarios}
        super().__init__(stage.clock, say)
        self._show = show
        self.moments: dict[str, Moments] = {}
        self.responses: dict[str, Response] = {}
        self._turns: list[tuple[Scenario, Response]] = []

    # -- looking before anything is touched

    def missing(self) -> str:
        """Say in words what the scenarios lack and will not get by waiting, "" when there is nothing."""
        found = []
        for scenario in self.scenarios.values():
            states = self._site_of(scenario).alarms.states(scenario.alarms)
            problems = [problem] if (problem := scenario.lacks()) else []
            problems += [f"there is no alarm {name}" for name in scenario.alarms if name not in states]
            found += [f"{scenario.name}: {problem}" for problem in problems]
        return "; ".join(found)

    def unready(self) -> str:
        """Say in words why a scenario of the plan cannot be played yet, "" when all can."""
        found = []
        for scenario in self.scenarios.values():
            states = self._site_of(scenario).alarms.states(scenario.alarms)
            firing = [f"{name} is in ALARM" for name, state in states.items() if state == "ALARM"]
            if problem := scenario.unready() or ", ".join(firing):
                found.append(f"{scenario.name}: {problem}")
        return "; ".join(found)

    # -- the method

    def prepare(self) -> None:
        """Shorten the alarms' periods, if the plan says so."""
        if not self.plan.fast:
            return
        for scenario in self.scenarios.values():
            if scenario.metrics_flow and scenario.alarms:
                self._site_of(scenario).alarms.hasten(scenario.alarms, FAST_PERIOD_SECONDS)
                names = ", ".join(scenario.alarms)
                self.note(f"{names}: periods of {FAST_PERIOD_SECONDS} s for this drill")

    def play(self, name: str) -> None:
        """Play one scenario to its end, and put everything back; one that is not planned is left out."""
        scenario = self.scenarios.get(name)
        if scenario is None:
            return
        moments = self.moments[name] = Moments()
        try:
            self._from_fault_to_recovery(scenario, moments)
        except HaError as error:
            self.fail(f"{name}: {error.message} {error.detail}".strip())
        self._put_back(scenario)
        self._forget_turns()
        self.note(f"{name}: everything is put back")
        if not self._until(lambda: self._is_quiet(scenario), self.plan.recovery_objective_seconds):
            self.fail(f"{name}: the alarm did not end")

    def _put_back(self, scenario: Scenario) -> None:
        """Undo it; a call that got no answer is made again. Raises HaError when that does not help."""
        for left in reversed(range(UNDO_ATTEMPTS)):
            try:
                scenario.undo()
            except HaError:
                if not left:
                    raise
                self.stage.sleep(UNDO_PAUSE_SECONDS)
            else:
                return

    def _from_fault_to_recovery(self, scenario: Scenario, moments: Moments) -> None:
        name, plan = scenario.name, self.plan
        since = datetime.now(UTC) - CLOCKS_APART
        self.note(f"{name}: {scenario.describe()}")
        began = self.stage.clock()
        scenario.cause()
        moments.fault = began if not scenario.alarms else self.stage.clock()
        if not self._until(scenario.is_detected, plan.detection_objective_seconds):
            self.fail(f"{name}: no alarm in {plan.detection_objective_seconds:g} s")
            return
        moments.alarm = self.stage.clock()
        self.note(f"{name}: detected ({', '.join(scenario.subjects)})")
        response = self._response(scenario, since)
        if response is None:
            return
        moments.response = self.stage.clock()
        self.note(f"{name}: {response.playbook} {response.outcome}: {response.summary}")
        scenario.mend()
        if not self._until(scenario.has_recovered, plan.recovery_objective_seconds):
            self.fail(f"{name}: no recovery in {plan.recovery_objective_seconds:g} s")
            return
        moments.recovered = self.stage.clock()
        self.note(f"{name}: recovered")
        if isinstance(scenario, ThrottledIndex):
            scenario.bring_return_forward()
            self.note(f"{name}: the minimum is {scenario.minimum_before} again by its scheduled action")

    def _response(self, scenario: Scenario, since: datetime) -> Response | None:
        """Wait for the responder's answer; None, with a failure noted, when it is not the right one."""
        found: list[Response] = []

        def ended() -> bool:
            response = scenario.responder.first(scenario.subjects, since)
            found.extend([response] if response else [])
            return bool(found) or scenario.responder.has_given_up(scenario.subjects, since)

        in_time = self._until(ended, self.plan.response_objective_seconds)
        if not in_time or not found:
            words = "; ".join(dict.fromkeys(scenario.responder.failures(scenario.subjects, since)))
            late = f"the responder did not answer in {self.plan.response_objective_seconds:g} s"
            self.fail(f"{scenario.name}: " + (f"the responder failed: {words}" if words else late))
            return None
        self.responses[scenario.name] = found[0]
        self._turns.append((scenario, found[0]))
        if objection := scenario.objection(found[0]):
            self.fail(f"{scenario.name}: {objection}")
            return None
        return found[0]

    # -- undoing

    def roll_back(self) -> None:
        """Undo everything that the drill changed; raise HaError at the end when something could not be."""
        steps: list[Callable[[], None]] = [one.undo for one in self.scenarios.values()]
        steps += [site.alarms.restore for site in self.sites]
        problems = []
        for step in [*steps, self._forget_turns]:
            try:
                step()
            except HaError as error:
                problems.append(f"{error.message} {error.detail}".strip())
        if problems:
            raise HaError("Not everything could be undone.", "Do it by hand.", detail="\n".join(problems))

    def _forget_turns(self) -> None:
        """Let a real incident find every playbook ready: the drill's acts do not count."""
        for scenario, response in self._turns:
            scenario.responder.forget_turns([(response.playbook, response.resource)])
        self._turns.clear()

    # -- helpers

    def details(self) -> dict[str, Any]:
        """Return what each scenario's responder recorded."""
        return {
            name: {
                "playbook": one.playbook, "outcome": one.outcome, "summary": one.summary,
                "details": dict(one.details),
            }
            for name, one in self.responses.items()
        }  # fmt: skip

    def _site_of(self, scenario: Scenario) -> Site:
        return next(site for site in self.sites if site.responder is scenario.responder)

    def _is_quiet(self, scenario: Scenario) -> bool:
        return not self._site_of(scenario).alarms.in_alarm(scenario.alarms)

    def _until(self, condition: Callable[[], bool], seconds: float) -> bool:
        return self.stage.until(
            condition, seconds,
            meanwhile=lambda: self._show(self.timeline[-1].event if self.timeline else ""),
        )  # fmt: skip
