"""The pipeline deploys the DR region first, and nothing after a stage that failed."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from techmoda_ha.delivery.buildspec import Buildspec
from techmoda_ha.delivery.run_local import Stage, read_stages, run_stages, stages_between
from techmoda_ha.delivery.run_record import RunRecord
from techmoda_ha.errors import HaError

ROOT = Path(__file__).resolve().parents[3]


def shipped() -> list[Stage]:
    return read_stages(ROOT)


def commands(stage: Stage) -> list[str]:
    assert stage.buildspec
    return [one for phase in Buildspec.read(stage.buildspec).phases for one in phase.commands]


@pytest.mark.parametrize(
    ("first", "last", "chosen"),
    [("", "", "ABC"), ("B", "", "BC"), ("", "B", "AB"), ("B", "B", "B")],
)
def test_a_run_can_begin_later_and_end_earlier(first: str, last: str, chosen: str) -> None:
    stages = [Stage(name, None, {}) for name in "ABC"]
    assert "".join(stage.name for stage in stages_between(stages, first, last)) == chosen


@pytest.mark.parametrize(("first", "last"), [("D", ""), ("", "D"), ("C", "A")])
def test_a_run_of_no_stage_is_refused(first: str, last: str) -> None:
    with pytest.raises(HaError) as refused:
        stages_between([Stage(name, None, {}) for name in "ABC"], first, last)
    assert refused.value.next_step == "The stages are A, B, C."


def test_the_evidence_of_a_run_names_what_failed_and_what_was_left_out() -> None:
    record = RunRecord("local", ["B", "C", "D"], ["A"])
    record.take("stage B")
    assert record.evidence(None).passed
    failed = record.evidence("C")
    assert failed.measurements == {"stages_passed": 1, "stages_not_passed": 2}
    assert failed.violations == ["stage C failed", "stages_not_passed is 2, over the objective of 0"]
    assert failed.notes == ["Left out: A."]
    assert [entry.event for entry in failed.timeline] == ["stage B"]


def make_stage(folder: Path, name: str, command: str) -> Stage:
    file = folder / f"{name}.yml"
    file.write_text(f"version: 0.2\nphases: {{build: {{commands: [{command!r}]}}}}\n")
    return Stage(name, file, {"NAME": name})


def ran(folder: Path, stages: list[Stage], *, approved: bool = True) -> tuple[str, list[str]]:
    failed = run_stages(folder, stages, os.environ, lambda _: None, lambda _: approved)
    file = folder / "ran"
    return failed.name if failed else "", file.read_text().split() if file.exists() else []


def test_both_plans_are_judged_and_approved_before_anything_is_deployed() -> None:
    names = [stage.name for stage in shipped()]
    assert names == ["Validate", "Plan", "Approve", "DeployDr", "ProveDr", "DeployPrimary", "ProvePrimary"]
    plan = commands(shipped()[1])
    assert plan.index("make validate TARGET=$TARGET") < plan.index("make plan ENV=dr TARGET=$TARGET")


def test_a_plan_is_judged_in_a_phase_whose_failure_keeps_apply_from_running() -> None:
    spec = Buildspec.read(ROOT / "pipeline" / "deploy.yml")
    phases = {phase.name: phase for phase in spec.phases}
    assert phases["pre_build"].commands == ("make validate ENV=$ENV TARGET=$TARGET",)
    assert phases["pre_build"].aborts
    assert phases["build"].commands == ("make apply ENV=$ENV TARGET=$TARGET",)


def test_every_command_of_a_buildspec_is_there_to_be_called() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for stage in shipped():
        for command in commands(stage) if stage.buildspec else []:
            called = set(re.findall(r"\bmake ([a-z-]+)", command))
            assert called <= targets
            assert called or (ROOT / command).is_file(), command


def test_stages_run_in_order_each_with_its_own_variables(tmp_path: Path) -> None:
    stages = [make_stage(tmp_path, name, "echo $NAME >> ran") for name in ("one", "two")]
    assert ran(tmp_path, stages) == ("", ["one", "two"])


def test_no_stage_runs_after_one_that_failed(tmp_path: Path) -> None:
    stages = [
        make_stage(tmp_path, "dr", "echo $NAME >> ran; false"),
        make_stage(tmp_path, "primary", "echo $NAME >> ran"),
    ]
    assert ran(tmp_path, stages) == ("dr", ["dr"])


def test_what_is_not_approved_is_not_deployed(tmp_path: Path) -> None:
    stages = [Stage("Approve", None, {}), make_stage(tmp_path, "dr", "echo $NAME >> ran")]
    assert ran(tmp_path, stages, approved=False) == ("Approve", [])


def test_a_broken_buildspec_is_found_before_the_first_stage_runs(tmp_path: Path) -> None:
    broken = Stage("broken", tmp_path / "missing.yml", {})
    with pytest.raises(HaError, match="is no buildspec"):
        ran(tmp_path, [make_stage(tmp_path, "one", "echo $NAME >> ran"), broken])
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("text", ["", "stages: [{buildspec: x}]", "stages: {"])
def test_a_file_that_does_not_say_the_stages_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "pipeline").mkdir()
    (tmp_path / "pipeline" / "stages.yaml").write_text(text)
    with pytest.raises(HaError, match="does not say the stages"):
        read_stages(tmp_path)


def through_the_shipped_stages(folder: Path, *, failing: str) -> tuple[str, list[str]]:
    """Run the shipped stages with a `make` that only notes its call, and fails for one target.

    Returns the stage that failed ("" for none) and the calls, without `setup`.
    """
    for name, text in {"bin/make": FAKE_MAKE, ".ci/install-terraform": "#!/bin/sh\n"}.items():
        file = folder / name
        file.parent.mkdir(parents=True)
        file.write_text(text)
        file.chmod(0o755)
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    variables = {**os.environ, "PATH": path, "TARGET": "local", "FAILING": failing, "BAKE_SECONDS": "1"}
    failed = run_stages(folder, shipped(), variables, lambda _: None, lambda _: True)
    calls = (folder / "calls").read_text().splitlines()
    return failed.name if failed else "", [call for call in calls if call != "setup"]


FAKE_MAKE = '#!/bin/sh\necho "$*" >> calls\ntest "$*" != "$FAILING"\n'


def test_a_good_commit_reaches_dr_first_and_then_the_primary_region(tmp_path: Path) -> None:
    failed, calls = through_the_shipped_stages(tmp_path, failing="")
    assert failed == ""
    deployed = [call for call in calls if call.startswith(("apply", "smoke-test", "bake"))]
    assert deployed == [
        "apply ENV=dr TARGET=local",
        "smoke-test TARGET=local ONLY=dr",
        "bake ENV=dr TARGET=local",
        "apply ENV=primary TARGET=local",
        "smoke-test TARGET=local ONLY=",
        "bake ENV=primary TARGET=local",
    ]


@pytest.mark.parametrize("refused", ["validate TARGET=local", "validate ENV=dr TARGET=local"])
def test_a_plan_that_is_refused_never_reaches_apply(tmp_path: Path, refused: str) -> None:
    failed, calls = through_the_shipped_stages(tmp_path, failing=refused)
    assert failed in {"Plan", "DeployDr"}
    assert [call for call in calls if call.startswith("apply")] == []


@pytest.mark.parametrize("failing", ["smoke-test TARGET=local ONLY=dr", "bake ENV=dr TARGET=local"])
def test_a_release_that_does_not_hold_in_dr_is_taken_back_and_goes_no_further(
    tmp_path: Path, failing: str
) -> None:
    failed, calls = through_the_shipped_stages(tmp_path, failing=failing)
    assert failed == "ProveDr"
    assert calls[-1] == "rollback ENV=dr TARGET=local"
    assert not any("ENV=primary" in call for call in calls if call.startswith("apply"))
