"""What a process writes is read whole, and nothing that it started outlives it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.techmoda_ha.test_terraform import is_gone

from local_aws.testing import eventually
from techmoda_ha.processes import finished, follow, grouped, in_foreground

HANGING = "sleep 60 & echo $!; wait"


def test_a_command_that_takes_too_long_ends_with_all_that_it_started(tmp_path: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired) as expired:
        finished(["sh", "-c", HANGING], tmp_path, os.environ, timeout=0.5)
    child = int(expired.value.stdout or expired.value.output)
    assert eventually(lambda: is_gone(child))


def test_what_was_said_and_the_errors_are_kept_apart(tmp_path: Path) -> None:
    ended = finished(["sh", "-c", "echo said; echo wrong >&2; exit 3"], tmp_path, os.environ)
    assert (ended.stdout, ended.stderr, ended.returncode) == ("said\n", "wrong\n", 3)


def test_lines_are_followed_whole_while_they_are_written_and_none_is_missed(tmp_path: Path) -> None:
    script = (
        "import sys, time\n"
        "for part in ('one\\nt', 'wo\\n', 'three'):\n"
        "    print(part, end='', flush=True); time.sleep(0.15)\n"
    )
    log = tmp_path / "log"
    with (
        log.open("w") as output,
        grouped([sys.executable, "-c", script], tmp_path, os.environ, output) as process,
    ):
        lines = follow(log, process)
        assert next(lines) == "one\n"
        assert process.poll() is None
        assert list(lines) == ["two\n", "three"]


CHILD = """
import pathlib, signal, sys, time
def stop(*_):
    time.sleep(0.4)
    pathlib.Path("written").write_text("state")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
pathlib.Path("ready").touch()
time.sleep(60)
"""


def test_an_interrupted_command_is_told_and_all_that_it_started_may_end_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    class Interrupting(subprocess.Popen[str]):
        def wait(self, timeout: float | None = None) -> int:
            if not told:
                assert eventually((tmp_path / "ready").exists)
                told.append("interrupt")
                raise KeyboardInterrupt
            return super().wait(timeout)

    (tmp_path / "child.py").write_text(CHILD)
    monkeypatch.setattr(subprocess, "Popen", Interrupting)
    with pytest.raises(KeyboardInterrupt):  # the shell dies of the signal at once
        in_foreground(["sh", "-c", f"{sys.executable} child.py; true"], tmp_path, os.environ)
    assert (tmp_path / "written").read_text() == "state"


def test_a_command_in_the_foreground_tells_how_it_ended(tmp_path: Path) -> None:
    assert in_foreground(["sh", "-c", "exit 3"], tmp_path, os.environ) == 3
