"""From an incident to its record: limits, dry run, failures, and what people are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from tests.unit.incident_responder.kit import ALARM, StoppedClock, silent_logger

from incident_responder.decisions import Act, Decision, Done, Leave, Outcome, PlaybookError, Report
from incident_responder.incidents import AlarmChange, Incident
from incident_responder.notices import NoticeError, message, subject
from incident_responder.playbook_table import Entry
from incident_responder.records import Record
from incident_responder.responder import IncidentFailedError, Policy, Responder
from incident_responder.store import BusyError, IncidentStore

COOLDOWN = timedelta(minutes=60)
Decide = Callable[[], Decision]


@dataclass
class Play:
    """A playbook that decides as told and counts what it did."""

    decide: Decide | None = None
    failures: list[BaseException] = field(default_factory=list)
    performed: int = 0
    name: str = "roll-back"

    def resource_of(self, _incident: Incident) -> str:
        return "shop:live"

    def assess(self, _incident: Incident) -> Decision:
        return self.decide() if self.decide else Act("go back", self._perform)

    def _perform(self) -> Done:
        if self.failures:
            raise self.failures.pop(0)
        self.performed += 1
        return Done("went back", {"version": "6"})


@dataclass
class Told:
    """What people were told."""

    records: list[Record] = field(default_factory=list)
    deaf: bool = False

    def tell(self, record: Record) -> None:
        if self.deaf:
            raise NoticeError("no")
        self.records.append(record)

    @property
    def outcomes(self) -> list[Outcome | None]:
        return [one.outcome for one in self.records]


@dataclass
class Case:
    """A responder over a table in memory."""

    store: IncidentStore
    clock: StoppedClock
    play: Play = field(default_factory=Play)
    told: Told = field(default_factory=Told)
    counts: Counter[str] = field(default_factory=Counter)
    policy: Policy = field(default_factory=lambda: Policy(dry_run=False, acts_per_hour=10))

    def respond(self, incident: Incident = ALARM) -> Record | None:
        def count(name: str, number: int) -> None:
            self.counts[name] += number

        responder = Responder(
            self.store, self.told, self.policy, clock=self.clock, logger=silent_logger(), count=count
        )
        return responder.respond(incident, Entry(self.play, COOLDOWN))

    def outcome(self, incident: Incident = ALARM) -> Outcome | None:
        found = self.respond(incident)
        assert found is not None
        return found.outcome


@pytest.fixture
def case(store: IncidentStore, clock: StoppedClock) -> Case:
    return Case(store, clock)


def alarm_at(second: int) -> AlarmChange:
    return replace(ALARM, at=f"2025-11-28T10:00:{second:02}.000Z")


def test_an_act_is_done_kept_and_told(case: Case) -> None:
    found = case.respond()
    assert found is not None
    assert (found.outcome, found.summary, found.details) == (Outcome.ACTED, "went back", {"version": "6"})
    assert case.play.performed == 1
    assert case.told.records == [found]
    assert case.counts == {"Acts": 1, "Incidents": 1}


def test_the_same_incident_again_does_nothing(case: Case) -> None:
    case.respond()
    assert case.respond() is None
    assert case.play.performed == 1
    assert len(case.told.records) == 1


def test_a_dry_run_tells_what_it_would_do_and_does_not(case: Case) -> None:
    case.policy = Policy(dry_run=True, acts_per_hour=10)
    found = case.respond()
    assert found is not None
    assert (found.outcome, found.summary, found.dry_run) == (Outcome.WOULD_ACT, "go back", True)
    assert case.play.performed == 0
    assert case.told.outcomes == [Outcome.WOULD_ACT]


def test_a_dry_run_takes_no_turn(case: Case) -> None:
    case.policy = Policy(dry_run=True, acts_per_hour=10)
    case.respond()
    case.policy = Policy(dry_run=False, acts_per_hour=10)
    assert case.outcome(alarm_at(1)) is Outcome.ACTED


def test_an_alarm_that_flaps_makes_it_act_once(case: Case) -> None:
    outcomes = [case.outcome(alarm_at(second)) for second in range(5)]
    assert outcomes == [Outcome.ACTED, *[Outcome.LIMITED] * 4]
    assert case.play.performed == 1
    case.clock.sleep(3600)
    assert case.outcome(alarm_at(30)) is Outcome.ACTED


def test_an_hour_has_a_budget_for_all_playbooks(case: Case) -> None:
    case.policy = Policy(dry_run=False, acts_per_hour=1)
    assert case.outcome(alarm_at(1)) is Outcome.ACTED
    case.play.name = "raise-capacity"
    found = case.respond(alarm_at(2))
    assert found is not None
    assert found.outcome is Outcome.LIMITED
    assert "too many acts in this hour: go back" in found.summary
    # Once there is room again it may act: being refused by the budget took no turn.
    case.policy = Policy(dry_run=False, acts_per_hour=2)
    assert case.outcome(alarm_at(3)) is Outcome.ACTED


def test_what_is_left_alone_takes_no_turn(case: Case) -> None:
    case.play.decide = lambda: Leave("no deployment is that recent")
    assert case.outcome(alarm_at(1)) is Outcome.LEFT
    case.play.decide = None
    assert case.outcome(alarm_at(2)) is Outcome.ACTED


def test_a_report_is_told_once_in_a_cool_down_and_takes_no_budget(case: Case) -> None:
    case.policy = Policy(dry_run=False, acts_per_hour=1)
    case.play.decide = lambda: Report("45 of 50", {"peak": 45})
    assert case.outcome(alarm_at(1)) is Outcome.REPORTED
    assert case.outcome(alarm_at(2)) is Outcome.LIMITED
    case.play.decide = None
    assert case.outcome(alarm_at(3)) is Outcome.ACTED


def test_people_are_told_when_an_act_did_not_help_although_it_was_a_moment_ago(case: Case) -> None:
    assert case.outcome(alarm_at(1)) is Outcome.ACTED
    case.play.decide = lambda: Report("the second job failed as well")
    assert case.outcome(alarm_at(2)) is Outcome.REPORTED


def test_a_dry_run_still_reports(case: Case) -> None:
    case.policy = Policy(dry_run=True, acts_per_hour=1)
    case.play.decide = lambda: Report("45 of 50")
    assert case.outcome() is Outcome.REPORTED


def test_the_end_of_an_alarm_is_kept_and_nobody_is_told(case: Case) -> None:
    assert case.outcome(replace(ALARM, state="OK", previous="ALARM")) is Outcome.OVER
    assert case.play.performed == 0
    assert case.told.records == []


def test_a_failure_is_told_once_and_tried_again(case: Case) -> None:
    case.play.failures = [PlaybookError("AccessDenied"), PlaybookError("AccessDenied")]
    for _ in range(2):
        with pytest.raises(IncidentFailedError, match="AccessDenied"):
            case.respond()
    assert case.told.outcomes == [Outcome.FAILED]
    assert case.told.records[0].summary == "AccessDenied"
    found = case.respond()
    assert found is not None
    assert (found.outcome, found.attempts) == (Outcome.ACTED, 3)


def test_what_cannot_be_assessed_fails_as_well(case: Case) -> None:
    def decide() -> Decision:
        raise PlaybookError("cannot be read")

    case.play.decide = decide
    with pytest.raises(IncidentFailedError, match="cannot be read"):
        case.respond()
    assert case.counts["ActsFailed"] == 1


def test_a_responder_that_dies_in_the_middle_is_replaced_and_the_act_done_again(case: Case) -> None:
    case.play.failures = [SystemExit("out of memory")]
    with pytest.raises(SystemExit):
        case.respond()
    with pytest.raises(BusyError):
        case.respond()
    case.clock.sleep(600)
    assert case.outcome() is Outcome.ACTED


def test_a_topic_that_does_not_listen_undoes_nothing(case: Case) -> None:
    case.told.deaf = True
    assert case.outcome() is Outcome.ACTED
    assert case.counts["NoticesFailed"] == 1
    assert case.respond() is None


def test_a_message_names_the_outcome_and_holds_the_record(case: Case) -> None:
    found = case.respond()
    assert found is not None
    assert subject(found) == "Done: roll-back for shop-api-5xx"
    assert message(found).startswith("went back\n")
    assert '"version": "6"' in message(found)


def test_a_subject_is_short_ascii_without_line_breaks(case: Case) -> None:
    found = case.respond()
    assert found is not None
    made = subject(replace(found, subject="é\n" + "x" * 200))
    assert len(made) == 100
    assert made.isascii()
    assert "\n" not in made
