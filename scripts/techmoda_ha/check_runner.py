"""Running one check: its commands in a process group of their own, which can be ended from outside."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from techmoda_ha.environments import Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.terraform import GARBAGE_COLLECTION

GIVES_WAY = 4  # The niceness of all checks but the longest, which decides when the whole run is over.
# An interrupted test run takes its local AWS down first; then it is told less politely.
STOP_SIGNALS = ((signal.SIGINT, 60), (signal.SIGTERM, 15), (signal.SIGKILL, 5))


@dataclass(frozen=True)
class Check:
    """One check: commands that run in order and must all exit 0."""

    name: str
    purpose: str
    commands: tuple[tuple[str, ...], ...]
    variables: dict[str, str] = field(default_factory=dict)
    directory: Path | None = None
    gives_way: bool = True


@dataclass(frozen=True)
class Outcome:
    """How a check ended: `seconds` by the clock, and `cpu_seconds` of it and of all that it started."""

    check: Check
    passed: bool
    seconds: float
    cpu_seconds: float
    log: Path


class Runner:
    """Runs checks, each in a process group of its own, and can end them all."""

    def __init__(self, workspace: Workspace) -> None:
        """Remember the workspace."""
        self._workspace = workspace
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._stopped = False

    def run(self, check: Check) -> Outcome:
        """Run one check and return how it ended; its output goes to build/logs/checks/NAME.log."""
        log = self._workspace.build / "logs" / "checks" / f"{check.name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        started, cpu_seconds, passed = time.monotonic(), 0.0, True
        with log.open("wb") as output:
            for command in check.commands:
                passed, used = self._run_command(check, command, output.fileno())
                cpu_seconds += used
                if not passed:
                    break
        return Outcome(check, passed, time.monotonic() - started, cpu_seconds, log)

    def _run_command(self, check: Check, command: tuple[str, ...], output: int) -> tuple[bool, float]:
        """Return whether it exited 0, and the CPU seconds of it and of the processes that it waited for."""
        if self._stopped:
            return False, 0.0
        variables = {
            **GARBAGE_COLLECTION,
            # Bytecode goes under build/; without it each of a thousand processes would compile everything.
            **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
            "PYTHONPYCACHEPREFIX": str(self._workspace.build / "cache" / "pycache"),
            **check.variables,
        }
        try:
            process = subprocess.Popen(
                command, cwd=check.directory or self._workspace.root, env=variables, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise HaError(f"{command[0]} did not start: {error}", "Prepare the tools: make setup") from error
        self._running[process.pid] = process
        if check.gives_way:
            _make_nice(process.pid)
        try:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode == 0, usage.ru_utime + usage.ru_stime
        finally:
            self._running.pop(process.pid, None)

    def stop(self) -> None:
        """End every running check, politely first so that each can clean up."""
        self._stopped = True
        for number, patience_seconds in STOP_SIGNALS:
            for process in list(self._running.values()):
                _signal_group(process, number)
            deadline = time.monotonic() + patience_seconds
            while self._running and time.monotonic() < deadline:
                time.sleep(0.1)


def _make_nice(pid: int) -> None:
    """Let the processes of a check have what the checks that do not give way leave.

    Linux may share processors out among sessions first (autogroup), of which each check has one of its own.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, GIVES_WAY)
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(str(GIVES_WAY))


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    # Its lane waits for it; a look with poll() here could take the exit status away from there.
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
