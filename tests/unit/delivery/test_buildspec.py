"""A buildspec runs here as it runs in CodeBuild: phase by phase, and no further than it would there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from techmoda_ha.delivery.buildspec import Buildspec
from techmoda_ha.errors import HaError


def spec(folder: Path, phases: str) -> Buildspec:
    file = folder / "buildspec.yml"
    file.write_text(f"version: 0.2\nenv:\n  variables:\n    WHO: buildspec\n    ONLY: 1\nphases:\n{phases}")
    return Buildspec.read(file)


def ran(folder: Path, phases: str, **variables: str) -> tuple[bool, list[str]]:
    """Return whether the build succeeded, and what its commands wrote to the file "ran"."""
    said: list[str] = []
    succeeded = spec(folder, phases).run(folder, {**os.environ, **variables}, said.append)
    file = folder / "ran"
    return succeeded, file.read_text().split() if file.exists() else []


def test_phases_run_in_codebuilds_order_whatever_their_order_in_the_file(tmp_path: Path) -> None:
    phases = "".join(
        f"  {name}: {{commands: ['echo {name} >> ran']}}\n"
        for name in ("post_build", "build", "install", "pre_build")
    )
    assert ran(tmp_path, phases) == (True, ["install", "pre_build", "build", "post_build"])


def test_a_failed_command_ends_its_phase_and_a_failed_pre_build_the_build(tmp_path: Path) -> None:
    phases = (
        "  pre_build: {commands: ['false', 'echo after >> ran']}\n"
        "  build: {commands: ['echo build >> ran']}\n"
        "  post_build: {commands: ['echo post >> ran']}\n"
    )
    assert ran(tmp_path, phases) == (False, [])


def test_after_a_failed_build_post_build_runs_and_knows_of_it(tmp_path: Path) -> None:
    phases = (
        "  build: {commands: ['false']}\n"
        '  post_build: {commands: ["echo succeeding=$CODEBUILD_BUILD_SUCCEEDING >> ran"]}\n'
    )
    assert ran(tmp_path, phases) == (False, ["succeeding=0"])


def test_abort_leaves_post_build_out(tmp_path: Path) -> None:
    phases = (
        "  build: {on-failure: ABORT, commands: ['false']}\n  post_build: {commands: ['echo post >> ran']}\n"
    )
    assert ran(tmp_path, phases) == (False, [])


def test_finally_runs_all_the_same(tmp_path: Path) -> None:
    phases = "  install: {commands: ['false'], finally: ['echo cleaned >> ran']}\n"
    assert ran(tmp_path, phases) == (False, ["cleaned"])


def test_a_stages_variables_win_over_the_buildspecs(tmp_path: Path) -> None:
    phases = '  build: {commands: ["echo $WHO $ONLY >> ran"]}\n'
    assert ran(tmp_path, phases, WHO="stage") == (True, ["stage", "1"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "version: 0.1\nphases: {build: {commands: [make]}}",
        "version: 0.2\nphases: {bild: {commands: [make]}}",
        "version: 0.2\nphases: {build: {commands: [[make]]}}",
        "version: 0.2\nphases: [build]",
        "version: 0.2\nphases: {build: {commands: []}}",
        "version: 0.2\nphases: {build: {commands: [make]",
    ],
)
def test_what_is_no_buildspec_or_runs_nothing_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "buildspec.yml"
    file.write_text(text)
    with pytest.raises(HaError, match=r"buildspec\.yml (is no buildspec|runs nothing)"):
        Buildspec.read(file)
