"""The delivery drill on a deployment of numbers: what passes it, what fails it, and what it puts back."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.unit.techmoda_ha.delivery_drill_kit import LOCKED, USUAL, World
from tests.unit.techmoda_ha.drill_kit import DR, PRIMARY

from techmoda_ha.cli import main
from techmoda_ha.drills import failing_back
from techmoda_ha.drills.delivery import cut_short
from techmoda_ha.drills.delivery.bad_release import ALREADY_BACK, STORY, BadRelease, is_told
from techmoda_ha.drills.delivery.cut_short import CutShort
from techmoda_ha.drills.delivery.lost_region import LostRegion
from techmoda_ha.drills.delivery.refused_plan import RefusedPlan
from techmoda_ha.drills.delivery.running import Ended
from techmoda_ha.drills.delivery.two_applies import TwoApplies
from techmoda_ha.drills.faults import RegionCutOff, TestBed
from techmoda_ha.environments import Environment


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def played(scenario: Any, world: World) -> tuple[dict[str, float], list[str]]:
    """Play a scenario and undo it; what was measured, and what failed."""
    telling = world.telling
    figures: dict[str, float] = scenario.play(telling)
    scenario.undo()
    return figures, telling.failures


# -- two applies at once


def test_a_second_apply_that_is_refused_in_words_passes(world: World) -> None:
    figures, failures = played(TwoApplies(world.site, USUAL), world)
    assert failures == []
    assert figures == {"refusal_seconds": 2.0, "states_changed_by_the_refused_apply": 0}
    assert world.reserved == USUAL


def second_one_goes_ahead(world: World) -> Ended:
    world.writes[f"state-{DR}"] += 1
    return Ended(0, "", 9.0)


def test_a_second_apply_that_goes_ahead_fails(world: World) -> None:
    world.answers["apply --env dr --lock-timeout 0"] = lambda: second_one_goes_ahead(world)
    figures, failures = played(TwoApplies(world.site, USUAL), world)
    assert "was not refused in words" in failures[0]
    assert figures["states_changed_by_the_refused_apply"] > 0


def test_a_refusal_that_does_not_say_how_to_go_on_fails(world: World) -> None:
    said = LOCKED.splitlines()[0] + "\nnext:  Try again.\n"
    world.answers["apply --env dr --lock-timeout 0"] = lambda: Ended(2, said, 1.0)
    assert "does not say what to do" in played(TwoApplies(world.site, USUAL), world)[1][0]


# -- an apply cut short


def test_an_interrupted_and_a_killed_apply_that_can_go_on_pass(world: World) -> None:
    figures, failures = played(CutShort(world.site, USUAL), world)
    assert failures == []
    assert figures == {"processes_left_behind": 0, "locks_left_behind": 0}
    assert "state unlock --env dr" in world.asked
    assert (world.reserved, world.lock) == (USUAL, False)


def test_a_provider_that_outlives_its_terraform_is_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cut_short, "_still_there", lambda _family: 1)
    assert played(CutShort(world.site, USUAL), world)[0]["processes_left_behind"] == 2


def test_an_apply_that_does_not_work_again_fails(world: World) -> None:
    world.answers["apply --env dr"] = lambda: Ended(2, "error: EntityAlreadyExists\n", 1.0)
    assert "applying again after the interruption does not work" in played(
        CutShort(world.site, USUAL), world
    )[1][0]  # fmt: skip


# -- the primary region gone


class Bed(TestBed):
    """A test bed that keeps what it was asked."""

    asked: list[object] = []

    def put(self, path: str, body: object) -> None:
        assert path == f"regions/{PRIMARY}"
        self.asked.append(body)


def lost_region(world: World, monkeypatch: pytest.MonkeyPatch) -> LostRegion:
    monkeypatch.setattr(failing_back, "_resumed", lambda *_: True)
    return LostRegion(world.site, USUAL, RegionCutOff(Bed("http://127.0.0.1:1"), PRIMARY, "reset"), 10.0)


def test_dr_that_is_changed_while_the_primary_region_is_gone_passes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures, failures = played(lost_region(world, monkeypatch), world)
    assert failures == []
    assert figures == {"outage_plan_seconds": 9.0, "outage_apply_seconds": 12.0}
    assert Bed.asked[-2:] == [{"mode": "reset"}, {"mode": "up"}]
    assert world.reserved == USUAL


def test_dr_that_cannot_be_changed_without_the_primary_region_fails(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for verb in ("plan", "apply --env dr --no-refresh"):
        world.answers[verb] = lambda: Ended(2, "error: Failed to load state: no answer\n", 30.0)
    failures = played(lost_region(world, monkeypatch), world)[1]
    assert "envs/dr cannot be planned" in failures[0]
    assert "envs/dr cannot be applied" in failures[1]


# -- what must hold before


def test_a_dr_state_in_the_primary_region_is_found_before_anything_is_touched(world: World) -> None:
    assert world.site.states.problems() == ""
    world.state_regions[Environment.DR] = PRIMARY
    assert world.site.states.problems() == (
        "the state of envs/dr lies in us-east-1, not in its own region us-west-2"
    )


def test_a_state_that_somebody_holds_is_found(world: World) -> None:
    world.lock = True
    assert "is held: apply by ana@laptop" in world.site.states.problems()


# -- two bad commits


def pipeline(log: str, touch: Callable[[], None] = lambda: None, status: int = 1) -> Callable[[], Ended]:
    def run() -> Ended:
        touch()
        return Ended(status, log, 40.0)

    return run


REFUSED = "data-pitr\nerror: The pipeline stopped at stage Plan; no later stage has run.\n"


def test_a_refused_plan_that_changed_nothing_passes(world: World) -> None:
    world.answers["pipeline"] = pipeline(REFUSED)
    figures, failures = played(RefusedPlan(world.site, world.checkout), world)
    assert failures == []
    assert figures["states_changed_by_the_refused_plan"] == 0


@pytest.mark.parametrize(
    ("log", "named"),
    [
        ("data-pitr\nmake apply\n" + REFUSED, "the plan reached apply"),
        (REFUSED.replace("data-pitr", ""), "does not name the rule data-pitr"),
        (REFUSED.replace("Plan;", "DeployDr;"), "did not stop at the plan"),
    ],
)
def test_a_refusal_that_comes_too_late_or_without_words_fails(world: World, log: str, named: str) -> None:
    world.answers["pipeline"] = pipeline(log)
    assert named in played(RefusedPlan(world.site, world.checkout), world)[1][0]


def bad_release(world: World) -> BadRelease:
    primary = {"region": PRIMARY, **world.function}
    return BadRelease(world.site, world.checkout, primary, lambda version: world.loud.get(version, ""))


TOLD = "\n".join([*STORY, "products:live: version 8 -> 7", ""])


def test_a_bad_release_that_is_taken_back_in_dr_and_goes_no_further_passes(world: World) -> None:
    world.answers["pipeline"] = pipeline(TOLD)
    figures, failures = played(bad_release(world), world)
    assert failures == []
    assert figures["primary_states_changed_by_the_bad_release"] == 0
    assert figures["smoke_checks_failed_after_rollback"] == 0
    assert "rollback --env dr --with-terraform" in world.asked


def test_a_bad_release_that_stays_in_dr_fails(world: World) -> None:
    world.answers["pipeline"] = pipeline(TOLD, lambda: world.served.update({DR: "8"}))
    assert "version 8 serves in DR, not 7 again" in played(bad_release(world), world)[1]


def reach_primary(world: World) -> None:
    world.writes[f"state-{PRIMARY}"] += 1


def test_a_bad_release_that_reaches_the_primary_region_fails(world: World) -> None:
    world.answers["pipeline"] = pipeline(TOLD + "\nstage DeployPrimary", lambda: reach_primary(world))
    figures, failures = played(bad_release(world), world)
    assert failures == [
        "the pipeline went on: stage DeployPrimary", "the primary region was touched by the bad release"
    ]  # fmt: skip
    assert figures["primary_states_changed_by_the_bad_release"] == 1


def test_a_rollback_that_moved_nothing_fails(world: World) -> None:
    world.answers["pipeline"] = pipeline("\n".join(STORY))
    assert "the log does not tell that version 7 serves again" in played(bad_release(world), world)[1][0]


def test_a_log_that_tells_it_in_another_order_fails(world: World) -> None:
    world.answers["pipeline"] = pipeline("\n".join(reversed(STORY)))
    assert "does not tell the story" in played(bad_release(world), world)[1][0]


FAKE_MAKE = '#!/bin/sh\ncase "$1" in "$FAILING") exit 1;; esac\n'


@pytest.mark.parametrize(
    ("failing", "first", "words"),
    [
        ("smoke-test", "DeployDr", "stopped at stage ProveDr;"),
        ("validate", "Plan", "stopped at stage Plan;"),
        ("never", "DeployDr", "all stages passed"),
    ],
)
def test_what_is_looked_for_in_the_log_is_what_the_pipeline_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str, first: str, words: str
) -> None:
    make = tmp_path / "bin" / "make"
    make.parent.mkdir()
    make.write_text(FAKE_MAKE)
    make.chmod(0o755)
    monkeypatch.setenv("PATH", str(make.parent), prepend=os.pathsep)
    monkeypatch.setenv("FAILING", failing)
    monkeypatch.setenv("HA_BUILD_DIR", str(tmp_path / "build"))
    said = CliRunner().invoke(main, ["pipeline", "run-local", "--from", first])
    passed = failing == "never"
    assert words in said.output
    assert said.exit_code == (0 if passed else 1)
    assert is_told(said.output) == (failing == "smoke-test")
    evidence = json.loads((tmp_path / "build" / "evidence" / "pipeline.json").read_text())
    assert evidence["passed"] is passed


def test_a_region_in_which_alarms_do_not_end_fails(world: World) -> None:
    world.answers["pipeline"] = pipeline(TOLD)
    world.loud["7"] = "api-5xx in ALARM"
    assert played(bad_release(world), world)[1] == ["DR does not become quiet: api-5xx in ALARM"]


def test_smoke_checks_that_still_fail_are_counted(world: World) -> None:
    world.answers |= {
        "pipeline": pipeline(TOLD),
        "smoke": lambda: Ended(1, "error: 3 of 20 smoke checks failed.\n", 5.0),
    }
    assert played(bad_release(world), world)[0]["smoke_checks_failed_after_rollback"] == 6


def test_a_release_that_the_incident_responder_took_back_first_is_as_good(world: World) -> None:
    world.answers["pipeline"] = pipeline("\n".join((*STORY, ALREADY_BACK)))
    assert not [one for one in played(bad_release(world), world)[1] if "serves again" in one]
