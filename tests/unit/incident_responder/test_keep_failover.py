"""The responder starts the latch and tells what came of it; it never engages STOP itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest
from tests.unit.failover_control.fakes import Store
from tests.unit.failover_control.test_failover_control import application as failover_control
from tests.unit.failover_control.test_failover_control import handle
from tests.unit.incident_responder.kit import ALARM, Answer, ScriptedAws, StoppedClock, refusal

from incident_responder.decisions import Act, Decision, Leave, PlaybookError
from incident_responder.playbooks.keep_failover import WATCH_REQUEST, KeepFailover, Parameters

PARAMETERS = Parameters("shop-failover", "shop-failover", "live")


def switch(*, engaged: bool, armed: bool = True) -> dict[str, Any]:
    return {
        "Item": {
            "id": {"S": "stop"},
            "engaged": {"BOOL": engaged},
            "armed": {"BOOL": armed},
            "by": {"S": "latch"},
            "at": {"S": "2025-11-28T10:00:20.000Z"},
        }
    }


class Case:
    """The playbook over a switch that says one thing after the other."""

    def __init__(self, *states: dict[str, Any], answers: Mapping[str, Answer] = MappingProxyType({})) -> None:
        self._states = list(states)
        self.clock = StoppedClock()
        self.aws = ScriptedAws(
            {"dynamodb.GetItem": self._next, "lambda.Invoke": {"StatusCode": 202}, **answers}
        )
        self.playbook = KeepFailover.build(PARAMETERS, self.aws.client, self.clock, self.clock.sleep)

    def _next(self, _asked: dict[str, Any]) -> dict[str, Any]:
        return self._states.pop(0) if len(self._states) > 1 else self._states[0]

    def assess(self) -> Decision:
        return self.playbook.assess(ALARM)

    def perform(self) -> Any:
        decision = self.assess()
        assert isinstance(decision, Act)
        return decision.perform()


def test_a_failover_that_is_kept_already_needs_nothing() -> None:
    case = Case(switch(engaged=True))
    decision = case.assess()
    assert isinstance(decision, Leave)
    assert "engaged since 2025-11-28T10:00:20.000Z by latch" in decision.summary
    assert case.aws.names == ["dynamodb.GetItem"]


def test_the_latch_is_started_and_waited_for() -> None:
    case = Case(*[switch(engaged=False)] * 3, switch(engaged=True))
    done = case.perform()
    [asked] = case.aws.asked("lambda.Invoke")
    assert (asked["FunctionName"], asked["Qualifier"], asked["InvocationType"]) == (
        "shop-failover",
        "live",
        "Event",
    )
    assert json.loads(asked["Payload"]) == WATCH_REQUEST
    assert done.details["engaged"] is True
    assert "STOP is engaged" in done.summary
    assert case.clock.slept == 10


def test_the_latch_understands_what_it_is_sent() -> None:
    assert handle(failover_control(Store()), WATCH_REQUEST) == {"engaged_now": False}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (switch(engaged=False, armed=True), "DNS still leads to the primary region"),
        (switch(engaged=False, armed=False), "the latch is not armed"),
        ({}, "the latch is not armed"),
    ],
)
def test_a_failover_that_is_not_kept_is_told_with_the_reason(state: dict[str, Any], words: str) -> None:
    case = Case(state)
    done = case.perform()
    assert "STOP is not engaged after 90 s" in done.summary
    assert words in done.summary
    assert "ha failover stop" in done.summary
    assert done.details["engaged"] is False
    assert 80 <= case.clock.slept <= 90


def test_nothing_is_written_to_the_switch() -> None:
    case = Case(switch(engaged=False), switch(engaged=True))
    case.perform()
    assert set(case.aws.names) == {"dynamodb.GetItem", "lambda.Invoke"}


def test_a_switch_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(PlaybookError, match="cannot be read"):
        Case({}, answers={"dynamodb.GetItem": refusal("GetItem")}).assess()


def test_a_latch_that_cannot_be_started_is_an_error() -> None:
    with pytest.raises(PlaybookError, match="could not be started"):
        Case(switch(engaged=False), answers={"lambda.Invoke": refusal("Invoke")}).perform()


@pytest.mark.parametrize("seconds", [0, 241])
def test_a_wait_out_of_bounds_is_refused(seconds: int) -> None:
    with pytest.raises(ValueError, match="wait_seconds"):
        Parameters("t", "f", "live", wait_seconds=seconds)
