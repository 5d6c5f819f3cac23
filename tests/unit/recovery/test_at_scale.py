"""`ha recover at-scale`: a state machine followed from the command line, by Step Functions' contract."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner
from tests.unit.recovery.stories import BAD

from techmoda_ha.cli import main
from techmoda_ha.errors import HaError, ViolationError
from techmoda_ha.recovery.at_scale import Execution, Machine
from techmoda_ha.recovery.at_scale_report import tell
from techmoda_ha.recovery.policy import policy
from techmoda_recovery.core.rules import Choice
from techmoda_recovery.runs import Mode, Request

ARN = "arn:aws:states:us-east-1:111111111111:stateMachine:shop-recovery"
REQUEST = Request(
    "reconcile-1", Mode.APPLY, "products", "products-as-of-1", "2026-05-01T10:00:00.000Z", "a test",
    Choice(undo_writer=(BAD,)),
)  # fmt: skip
FIGURES = {"mode": "apply", "outcomes": {"repaired": 3}, "changed_meanwhile": 0}


@dataclass
class States:
    """Step Functions with one execution, whose states are told one after the other."""

    states: Iterator[dict[str, Any]]
    runs: list[dict[str, Any]] = field(default_factory=list)
    started: list[dict[str, Any]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def start_execution(self, **given: Any) -> dict[str, Any]:
        self.started.append(given)
        return {"executionArn": f"execution:{given['name']}"}

    def describe_execution(self, **_: Any) -> dict[str, Any]:
        return next(self.states)

    def list_map_runs(self, **_: Any) -> dict[str, Any]:
        return {"mapRuns": self.runs}

    def describe_map_run(self, **_: Any) -> dict[str, Any]:
        return {"executionCounts": {"succeeded": 3, "total": 8}}

    def get_paginator(self, _operation: str) -> Any:
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [
            {"executions": [{"name": name, "executionArn": name, "status": "RUNNING"}]} for name in self.names
        ]


def machine(states: States) -> Machine:
    return Machine(states, None, ARN, "runs", sleep=lambda _seconds: None)


def map_run(label: str, second: int) -> dict[str, Any]:
    began = datetime(2026, 5, 1, 1, 1, second, tzinfo=UTC)
    return {"mapRunArn": f"arn:mapRun:shop-recovery/{label}:1", "startDate": began}


def test_an_execution_is_followed_through_its_maps_to_its_figures() -> None:
    ended = {"status": "SUCCEEDED", "output": json.dumps(FIGURES)}
    states = States(iter([{"status": "RUNNING"}, ended]), [map_run("Repair", 2), map_run("Compare", 1)])
    shown: list[tuple[str, int, int | None]] = []
    execution = machine(states).follow(machine(states).start(REQUEST), lambda *told: shown.append(told))
    assert shown == [("repairing", 3, 8)]
    assert execution.figures == FIGURES
    (started,) = states.started
    assert started["name"].startswith("reconcile-1-apply-")
    assert Request.of(json.loads(started["input"])) == REQUEST


def test_an_execution_that_fails_says_why() -> None:
    failed = {"status": "FAILED", "error": "RuleError", "cause": "price cannot be used on p1"}
    execution = Execution(
        f"{ARN.replace('stateMachine', 'execution')}:reconcile-1-plan-aaaaaa", "RUNNING", Mode.PLAN
    )
    with pytest.raises(HaError, match="failed") as caught:
        machine(States(iter([failed]))).follow(execution, lambda *_: None)
    assert caught.value.next_step.endswith("at-scale apply reconcile-1")
    assert caught.value.detail == "RuleError price cannot be used on p1"


def test_the_newest_execution_of_a_run_is_found_by_its_name() -> None:
    names = ["reconcile-12-plan-aaaaaa", "reconcile-1-undo-bbbbbb", "reconcile-1-apply-cccccc"]
    found = machine(States(iter([{"status": "RUNNING"}] * 2), names=names))
    assert found.latest("reconcile-1").mode is Mode.UNDO
    with pytest.raises(HaError, match="no run"):
        found.latest("reconcile-2")


def test_items_that_could_not_be_put_right_are_a_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Machine, "report", lambda *_: {"unrepaired": ["p1", "p2"]})
    left = Execution("one", "SUCCEEDED", Mode.APPLY, figures={**FIGURES, "changed_meanwhile": 2})
    with pytest.raises(ViolationError, match="2 items") as caught:
        tell(machine(States(iter([]))), "reconcile-1", left, as_json=True)
    assert caught.value.detail == "p1\np2"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "Say what to compare with"),
        (("--restored-table", "t"), "Say which writes to undo"),
        (("--restored-table", "t", "--undo-all", "--no-wait"), "has to be seen first"),
    ],
)
def test_what_is_not_said_is_asked_for_before_anything_is_touched(
    options: tuple[str, ...], words: str
) -> None:
    ended = CliRunner().invoke(main, ["recover", "at-scale", "start", *options])
    assert ended.exit_code == 2
    assert words in ended.output


def test_the_policy_covers_the_state_machine_where_there_is_one() -> None:
    without = policy("us-east-1", "1" * 12, "products", "erasures")["Statement"]
    statements = policy("us-east-1", "1" * 12, "products", "erasures", (ARN, "runs"))["Statement"]
    added = {one["Sid"]: one["Action"] for one in statements if one not in without}
    assert added["RepairAtScale"] == ["states:ListExecutions", "states:StartExecution"]
    assert added["FetchItsPlans"] == ["s3:GetObject", "s3:PutObject"]
    assert all("*" not in action for actions in added.values() for action in actions)
