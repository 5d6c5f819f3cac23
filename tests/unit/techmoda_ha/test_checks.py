"""`make test` fails when a check fails, leaves nothing behind, and cannot pass on nothing."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from techmoda_ha import check_runner, checks
from techmoda_ha.check_runner import Check, Runner
from techmoda_ha.checks import run_all, select
from techmoda_ha.environments import Workspace
from techmoda_ha.errors import HaError, ViolationError


def python(name: str, code: str) -> Check:
    return Check(name, "a check", ((sys.executable, "-c", code),))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    return Workspace(tmp_path, tmp_path / "build")


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=120)


def said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_failing_check_fails_the_run_and_shows_its_output(workspace: Workspace, console: Console) -> None:
    with pytest.raises(ViolationError, match="Failed: bad"):
        run_all(workspace, [python("good", "pass"), python("bad", "raise SystemExit('the reason')")], console)
    assert "the reason" in said(console)
    assert "1 passed, 1 failed" in said(console)


def test_the_tests_that_failed_are_named_before_all_else_and_why(
    workspace: Workspace, console: Console
) -> None:
    many_lines = "[print('a line') for _ in range(200)]"
    words = f"print('E   assert 1 == 2'); {many_lines}; print('FAILED tests/test_one.py::test_it')"
    with pytest.raises(ViolationError):
        run_all(workspace, [python("bad", f"{words}; raise SystemExit(1)")], console)
    lines = [line.strip() for line in said(console).splitlines()]
    assert lines[1:4] == ["FAILED tests/test_one.py::test_it", "E   assert 1 == 2", "a line"]


def test_a_later_command_does_not_run_after_one_that_failed(workspace: Workspace, console: Console) -> None:
    mark = workspace.root / "build" / "mark"
    commands = ((sys.executable, "-c", "raise SystemExit(1)"), ("touch", str(mark)))
    with pytest.raises(ViolationError):
        run_all(workspace, [Check("two steps", "", commands)], console)
    assert not mark.exists()


def test_a_check_that_leaves_a_file_outside_build_fails_the_run(
    workspace: Workspace, console: Console
) -> None:
    with pytest.raises(ViolationError, match="files left behind"):
        run_all(workspace, [python("untidy", "open('stray.txt', 'w')")], console)
    assert "stray.txt" in said(console)


def test_files_under_build_are_nobodys_business(workspace: Workspace, console: Console) -> None:
    run_all(workspace, [python("tidy", "open('build/x', 'w')")], console)
    assert "1 passed, 0 failed" in said(console)


def test_each_check_tells_its_time_by_the_clock_and_on_the_processors(
    workspace: Workspace, console: Console
) -> None:
    busy = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'sum(range(10**7))'])"
    runner = Runner(workspace)
    waiting, working = (runner.run(python("one", code)) for code in ("import time; time.sleep(0.3)", busy))
    assert waiting.seconds >= 0.3
    assert waiting.cpu_seconds < working.cpu_seconds, "what its processes used counts too"
    run_all(workspace, [python("tidy", "pass")], console)
    assert " s, CPU " in said(console)


def test_the_processes_of_a_check_give_way_but_for_those_of_the_longest(workspace: Workspace) -> None:
    # A check may begin before it is made nice; what it starts afterwards is nice as well.
    code = "import os, time; time.sleep(0.3); open('build/nice', 'w').write(str(os.nice(0)))"
    workspace.build.mkdir()
    found = {}
    for gives_way in (True, False):
        Runner(workspace).run(replace(python("one", code), gives_way=gives_way))
        found[gives_way] = int((workspace.build / "nice").read_text())
    assert found == {True: check_runner.GIVES_WAY, False: os.nice(0)}
    first = [check.name for check in checks.all_checks(Workspace.from_environment()) if not check.gives_way]
    assert first == ["life-cycle", "end-to-end"]


def test_no_check_at_all_is_an_error(workspace: Workspace, console: Console) -> None:
    with pytest.raises(HaError, match="nothing to check"):
        run_all(workspace, [], console)


def test_an_unknown_check_is_refused_by_name() -> None:
    with pytest.raises(HaError, match="no check named nonsense"):
        select([python("good", "pass")], ["nonsense"])


def test_a_tool_that_is_not_installed_is_a_tool_failure(workspace: Workspace, console: Console) -> None:
    with pytest.raises(HaError, match="did not start") as caught:
        run_all(workspace, [Check("gone", "", (("no-such-tool",),))], console)
    assert caught.value.exit_code == 2


def test_stopping_ends_the_processes_of_a_running_check(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = tuple((number, 5) for number, _ in check_runner.STOP_SIGNALS)
    monkeypatch.setattr(check_runner, "STOP_SIGNALS", short)
    code = "import os, time, pathlib; pathlib.Path('build/pid').write_text(str(os.getpid())); time.sleep(60)"
    workspace.build.mkdir()
    runner = Runner(workspace)
    thread = threading.Thread(target=runner.run, args=(python("long", code),))
    thread.start()
    pid_file = workspace.build / "pid"
    while not (pid_file.exists() and pid_file.read_text()):
        time.sleep(0.02)
    runner.stop()
    thread.join(timeout=10)
    assert not thread.is_alive()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


def test_every_file_of_the_deployments_tests_runs_in_one_of_two_checks_with_folders_of_their_own() -> None:
    workspace = Workspace.from_environment()
    all_checks = {check.name: check for check in checks.all_checks(workspace)}
    life_cycle, end_to_end = (all_checks[name] for name in ("life-cycle", "end-to-end"))
    named = {word for word in life_cycle.commands[0] if word.startswith("tests/")}
    assert named == {f"tests/local/{name}" for name in checks.LIFE_CYCLE}
    assert all((workspace.root / file).is_file() for file in named)
    ignored = {word.removeprefix("--ignore=") for word in end_to_end.commands[0] if "--ignore" in word}
    assert ignored == named
    assert "tests/local" in end_to_end.commands[0]
    assert life_cycle.variables.get("HA_BUILD_DIR") != end_to_end.variables.get("HA_BUILD_DIR")


def test_every_module_with_tests_is_checked() -> None:
    workspace = Workspace.from_environment()
    names = {check.name for check in checks.all_checks(workspace)}
    modules = {path.name for path in (workspace.root / "modules").iterdir() if path.is_dir()}
    assert {f"terraform-test-{module}" for module in modules} <= names
