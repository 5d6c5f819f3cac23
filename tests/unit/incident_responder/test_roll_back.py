"""Only a recent deployment that took the place of a good version is taken back, and only once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from tests.unit.incident_responder.kit import ALARM, Answer, ScriptedAws, StoppedClock, refusal

from incident_responder.decisions import Act, Decision, Leave, PlaybookError
from incident_responder.ledger import Served
from incident_responder.playbooks.roll_back import AliasState, Parameters, RollBack, decide

NOW = datetime(2025, 11, 28, 10, 0, tzinfo=UTC)
WINDOW = timedelta(minutes=30)
ALIAS = AliasState("8", "revision-1", has_canary=False)


def served(minutes_ago: float, stable: str | None, version: str = "8") -> Served:
    return Served(version, NOW - timedelta(minutes=minutes_ago), stable)


def test_a_fresh_version_goes_back_to_the_stable_one() -> None:
    assert decide(ALIAS, served(5, "6"), WINDOW, NOW) is None


@pytest.mark.parametrize(
    ("alias", "known", "words"),
    [
        pytest.param(
            AliasState("8", "r", has_canary=True),
            served(5, "6"),
            "canary",
            id="a canary has its own rollback",
        ),
        pytest.param(
            ALIAS, served(31, "6"), "no deployment is that recent", id="an old version is not to blame"
        ),
        pytest.param(ALIAS, served(5, None), "no version is known", id="nothing to go back to"),
        pytest.param(ALIAS, served(5, "8"), "led back", id="it was gone back already"),
        pytest.param(ALIAS, served(5, "9"), "led back", id="never forward"),
    ],
)
def test_everything_else_stays_as_it_is(alias: AliasState, known: Served, words: str) -> None:
    objection = decide(alias, known, WINDOW, NOW)
    assert objection is not None
    assert words in objection


def test_the_window_includes_its_end() -> None:
    assert decide(ALIAS, served(30, "6"), WINDOW, NOW) is None


class Case:
    """The playbook, with an alias on Lambda and what the ledger says of it."""

    def __init__(
        self,
        known: Served,
        alias: dict[str, Any] | None = None,
        answers: Mapping[str, Answer] = MappingProxyType({}),
    ) -> None:
        found = {"FunctionVersion": "8", "RevisionId": "revision-1", **(alias or {})}
        self.aws = ScriptedAws({"lambda.GetAlias": found, "lambda.UpdateAlias": {}, **answers})
        self.observed: list[tuple[str, str]] = []
        self.known = known
        parameters = Parameters("shop-products", "live")
        self.playbook = RollBack(parameters, self.aws.client("lambda"), self._observe, StoppedClock())

    def _observe(self, alias: str, version: str) -> Served:
        self.observed.append((alias, version))
        return self.known

    def assess(self) -> Decision:
        return self.playbook.assess(ALARM)


def test_the_alias_is_changed_only_if_nobody_else_has_changed_it() -> None:
    case = Case(served(5, "6"))
    decision = case.assess()
    assert isinstance(decision, Act)
    done = decision.perform()
    [asked] = case.aws.asked("lambda.UpdateAlias")
    assert asked == {
        "FunctionName": "shop-products",
        "Name": "live",
        "FunctionVersion": "6",
        "RevisionId": "revision-1",
    }
    assert done.details == {"version_before": "8", "version": "6"}
    # The ledger knows of it at once, so that the next alarm does not go back further.
    assert case.observed == [("shop-products:live", "8"), ("shop-products:live", "6")]


def test_assessing_changes_nothing() -> None:
    case = Case(served(5, "6"))
    case.assess()
    assert case.aws.names == ["lambda.GetAlias"]


def test_an_alias_with_weights_is_a_canarys() -> None:
    case = Case(served(5, "6"), {"RoutingConfig": {"AdditionalVersionWeights": {"9": 0.1}}})
    decision = case.assess()
    assert isinstance(decision, Leave)
    assert "canary" in decision.summary


def test_an_alias_whose_weights_were_taken_off_has_no_canary() -> None:
    case = Case(served(5, "6"), {"RoutingConfig": {"AdditionalVersionWeights": {}}})
    assert isinstance(case.assess(), Act)


def test_a_change_by_somebody_else_in_between_is_an_error_not_overwritten() -> None:
    case = Case(
        served(5, "6"), answers={"lambda.UpdateAlias": refusal("UpdateAlias", "PreconditionFailedException")}
    )
    decision = case.assess()
    assert isinstance(decision, Act)
    with pytest.raises(PlaybookError, match="PreconditionFailed"):
        decision.perform()
    assert case.observed == [("shop-products:live", "8")]


def test_an_alias_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(PlaybookError, match="cannot be read"):
        Case(served(5, "6"), answers={"lambda.GetAlias": refusal("GetAlias")}).assess()


def test_the_watch_notes_what_is_served() -> None:
    case = Case(served(5, None))
    case.playbook.watch()
    assert case.observed == [("shop-products:live", "8")]


def test_a_window_of_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="window_minutes"):
        Parameters("f", "live", window_minutes=0)
