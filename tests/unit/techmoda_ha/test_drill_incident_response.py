"""The drill with scenarios of fakes: what it measures, what it takes for a failure, what it undoes."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from tests.unit.techmoda_ha.drill_kit import Clock, make_stage

from techmoda_ha.drills.conduct import ExperimentRun
from techmoda_ha.drills.incident_response.alarms import Alarms
from techmoda_ha.drills.incident_response.drill import IncidentDrill
from techmoda_ha.drills.incident_response.plan import IncidentPlan
from techmoda_ha.drills.incident_response.report import closing_table, evidence_of, measurements_of
from techmoda_ha.drills.incident_response.responses import Responder, Response
from techmoda_ha.drills.incident_response.scenario import Site
from techmoda_ha.drills.performing import Performance
from techmoda_ha.errors import HaError

PLAN = IncidentPlan(scenarios=("bad-deployment",))
NOW = datetime(2025, 11, 28, 10, 0, tzinfo=UTC)


def response(outcome: str = "acted", summary: str = "went back", **details: Any) -> Response:
    return Response("shop-api-5xx", "roll-back", "shop:live", outcome, summary, NOW, details)


@dataclass
class FakeAlarms:
    """Alarms that are on while a scenario says so."""

    on: Callable[[], bool] = lambda: False
    known: tuple[str, ...] = ("shop-api-5xx",)
    hastened: list[str] = field(default_factory=list)
    restored: int = 0

    def states(self, names: Collection[str]) -> dict[str, str]:
        return {name: "ALARM" if self.on() else "OK" for name in names if name in self.known}

    def in_alarm(self, names: Collection[str]) -> bool:
        return "ALARM" in self.states(names).values()

    def hasten(self, names: Collection[str], _seconds: int) -> None:
        self.hastened += names

    def restore(self) -> None:
        self.restored += 1


@dataclass
class FakeResponder:
    """Answers at a moment of the clock, or fails with words."""

    clock: Clock
    answers_at: float = 90.0
    answer: Response | None = field(default_factory=response)
    words: list[str] = field(default_factory=list)
    forgotten: list[tuple[str, str]] = field(default_factory=list)

    def first(self, _subjects: Collection[str], _since: datetime) -> Response | None:
        return self.answer if self.clock.now >= self.answers_at else None

    def failures(self, _subjects: Collection[str], _since: datetime) -> list[str]:
        return self.words

    def has_given_up(self, _subjects: Collection[str], _since: datetime) -> bool:
        return len(self.words) >= 3

    def forget_turns(self, turns: Collection[tuple[str, str]]) -> None:
        self.forgotten += turns


@dataclass
class FakeScenario:
    """Is detected and recovers at moments of the clock."""

    clock: Clock
    responder: Any
    detected_at: float = 60.0
    recovers_at: float = 120.0
    problem: str = ""
    lack: str = ""
    wrong: str = ""
    broken: HaError | None = None
    name: str = "bad-deployment"
    metrics_flow: bool = True
    alarms: tuple[str, ...] = ("shop-api-5xx",)
    deeds: list[str] = field(default_factory=list)

    @property
    def subjects(self) -> tuple[str, ...]:
        return self.alarms

    def describe(self) -> str:
        return "break it"

    def lacks(self) -> str:
        return self.lack

    def unready(self) -> str:
        return self.problem

    def cause(self) -> None:
        self.deeds.append("cause")
        if self.broken:
            raise self.broken

    def is_detected(self) -> bool:
        return self.clock.now >= self.detected_at

    def objection(self, _response: Response) -> str:
        return self.wrong

    def mend(self) -> None:
        self.deeds.append("mend")

    def has_recovered(self) -> bool:
        return self.clock.now >= self.recovers_at

    def undo(self) -> None:
        self.deeds.append("undo")


@dataclass
class Case:
    """A drill over one fake scenario."""

    drill: IncidentDrill
    scenario: FakeScenario
    responder: FakeResponder
    alarms: FakeAlarms


@pytest.fixture
def case(tmp_path: Path) -> Case:
    stage = make_stage(tmp_path)
    clock = cast("Clock", stage.clock)
    responder, alarms = FakeResponder(clock), FakeAlarms()
    scenario = FakeScenario(clock, responder)
    site = Site(stage, "us-east-1", cast("Responder", responder), cast("Alarms", alarms))
    drill = IncidentDrill(stage, PLAN, [scenario], [site], say=lambda _text: None)
    return Case(drill, scenario, responder, alarms)


def play(case: Case) -> dict[str, float]:
    case.drill.play("bad-deployment")
    return measurements_of(case.drill)


def test_each_step_is_measured_from_the_one_before(case: Case) -> None:
    figures = play(case)
    assert case.drill.failures == []
    assert figures["bad_deployment_detection_seconds"] == pytest.approx(60, abs=1)
    assert figures["bad_deployment_response_seconds"] == pytest.approx(30, abs=1)
    assert figures["bad_deployment_recovery_seconds"] == pytest.approx(120, abs=1)
    assert (figures["scenarios_played"], figures["scenarios_recovered"]) == (1, 1)
    assert case.scenario.deeds == ["cause", "mend", "undo"]


def test_an_alarm_that_does_not_come_fails_the_drill_and_nothing_else_is_measured(case: Case) -> None:
    case.scenario.detected_at = math.inf
    figures = play(case)
    assert case.drill.failures == ["bad-deployment: no alarm in 300 s"]
    assert math.isnan(figures["bad_deployment_detection_seconds"])
    assert math.isnan(figures["bad_deployment_recovery_seconds"])
    assert case.scenario.deeds == ["cause", "undo"]


def test_a_responder_that_may_not_is_named_with_its_error(case: Case) -> None:
    case.responder.answers_at = math.inf
    case.responder.words = ["not authorized to perform: lambda:UpdateAlias"] * 3
    play(case)
    [failure] = case.drill.failures
    assert failure == "bad-deployment: the responder failed: not authorized to perform: lambda:UpdateAlias"
    assert case.scenario.clock.now < 62  # Nobody waits for what has been given up.


def test_a_responder_that_does_nothing_is_named_as_well(case: Case) -> None:
    case.responder.answers_at = math.inf
    play(case)
    assert case.drill.failures == ["bad-deployment: the responder did not answer in 60 s"]


def test_an_answer_that_is_not_the_right_one_fails_the_drill(case: Case) -> None:
    case.scenario.wrong = "the alias was pointed to 7"
    figures = play(case)
    assert case.drill.failures == ["bad-deployment: the alias was pointed to 7"]
    assert math.isnan(figures["bad_deployment_recovery_seconds"])


def test_no_recovery_fails_the_drill(case: Case) -> None:
    case.scenario.recovers_at = math.inf
    play(case)
    assert case.drill.failures == ["bad-deployment: no recovery in 900 s"]


def test_a_fault_that_cannot_be_caused_fails_the_scenario_and_is_undone(case: Case) -> None:
    case.scenario.broken = HaError("Deploying failed.", "Check.", detail="denied")
    play(case)
    assert case.drill.failures == ["bad-deployment: Deploying failed. denied"]
    assert case.scenario.deeds == ["cause", "undo"]


def test_an_alarm_that_stays_on_fails_the_drill(case: Case) -> None:
    case.alarms.on = lambda: True
    play(case)
    assert case.drill.failures == ["bad-deployment: the alarm did not end"]


def test_undoing_is_tried_again_when_a_call_gets_no_answer(case: Case) -> None:
    failures = [HaError("Taking it away failed.", "")] * 2
    undo = case.scenario.undo

    def stumble() -> None:
        if failures:
            raise failures.pop()
        undo()

    case.scenario.undo = stumble  # type: ignore[method-assign]
    play(case)
    assert case.drill.failures == []
    assert case.scenario.deeds[-1] == "undo"


def test_the_responders_turn_is_given_back(case: Case) -> None:
    play(case)
    assert case.responder.forgotten == [("roll-back", "shop:live")]


def test_a_scenario_that_is_not_planned_is_left_out(case: Case) -> None:
    case.drill.play("lost-region")
    assert case.drill.moments == {}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda case: setattr(case.scenario, "problem", "no version is stable"), "no version is stable"),
        (lambda case: setattr(case.alarms, "on", lambda: True), "shop-api-5xx is in ALARM"),
    ],
)
def test_what_is_not_ready_is_found_before_anything_is_broken(
    case: Case, change: Callable[[Case], None], words: str
) -> None:
    assert case.drill.unready() == ""
    change(case)
    assert case.drill.unready() == f"bad-deployment: {words}"
    assert case.drill.missing() == ""  # Waiting may help.


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda case: setattr(case.scenario, "lack", "no alarm leads there"), "no alarm leads there"),
        (lambda case: setattr(case.alarms, "known", ()), "there is no alarm shop-api-5xx"),
    ],
)
def test_what_is_missing_is_found_at_once(case: Case, change: Callable[[Case], None], words: str) -> None:
    assert case.drill.missing() == ""
    change(case)
    assert case.drill.missing() == f"bad-deployment: {words}"


def test_periods_are_shortened_only_if_the_plan_says_so(case: Case) -> None:
    case.drill.prepare()
    assert case.alarms.hastened == []
    case.drill.plan = replace(PLAN, fast=True)
    case.drill.prepare()
    assert case.alarms.hastened == ["shop-api-5xx"]
    case.drill.roll_back()
    assert case.alarms.restored == 1


def test_alarms_on_metrics_that_come_by_the_minute_keep_their_periods(case: Case) -> None:
    case.drill.plan, case.scenario.metrics_flow = replace(PLAN, fast=True), False
    case.drill.prepare()
    assert case.alarms.hastened == []


def test_everything_else_is_undone_when_one_thing_cannot_be(case: Case) -> None:
    def fail() -> None:
        raise HaError("The alias is stuck.", "")

    case.scenario.undo = fail  # type: ignore[method-assign]
    with pytest.raises(HaError, match="Not everything could be undone") as raised:
        case.drill.roll_back()
    assert "The alias is stuck." in raised.value.detail
    assert case.alarms.restored == 1


def evidence(case: Case) -> Any:
    return evidence_of(case.drill, Performance(ExperimentRun(case.drill), True, True))


def test_a_run_that_met_its_objectives_passes_and_shows_its_steps(case: Case) -> None:
    play(case)
    made = evidence(case)
    assert made.passed, made.violations
    assert closing_table(made).row_count == 1
    assert made.details["scenarios"]["bad-deployment"]["outcome"] == "acted"
    assert "Not played: throttled-index" in " ".join(made.notes)


def test_a_run_without_a_scenario_shows_nothing_and_fails(case: Case) -> None:
    assert "no scenario was played, so nothing was shown" in evidence(case).violations


def test_a_step_that_took_too_long_is_a_violation(case: Case) -> None:
    case.drill.plan = replace(PLAN, recovery_objective_seconds=100.0)
    case.scenario.recovers_at = 150.0
    play(case)
    made = evidence(case)
    assert any("over the objective of 100" in one for one in made.violations)
