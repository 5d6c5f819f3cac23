"""`ha` in processes of its own, as a person or a build runs it; what it says is kept in files."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from techmoda_ha.errors import HaError
from techmoda_ha.processes import grouped

POLL_SECONDS = 0.005  # An apply of one small change is over within tenths of a second.
PATIENCE_SECONDS = 900.0


@dataclass(frozen=True)
class Ended:
    """A command that has ended: its exit status, all that it said, and how long it took."""

    status: int
    said: str
    seconds: float

    @property
    def error(self) -> str:
        """Return the one line that says what is wrong, "" when there is none."""
        return "".join(line for line in self.said.splitlines() if line.startswith("error: "))

    @property
    def next_step(self) -> str:
        """Return the line that says what to do, "" when there is none."""
        return "".join(line for line in self.said.splitlines() if line.startswith("next:  "))


@dataclass(frozen=True)
class Running:
    """A command that still runs, with the folder in which its Terraform's log is."""

    process: subprocess.Popen[str]
    output: Path
    terraform_logs: Path
    began: float

    def terraform(self) -> psutil.Process | None:
        """Return its Terraform, None while (or when) there is none."""
        try:
            children = psutil.Process(self.process.pid).children()
            return next((one for one in children if one.name() == "terraform"), None)
        except psutil.Error:
            return None

    def has_logged(self, kind: str) -> bool:
        """Tell whether Terraform has told an event of that type."""
        try:
            logs = self.terraform_logs.glob(f"dr-apply-{self.process.pid}-*.jsonl")
            return any(f'"type":"{kind}"' in log.read_text(errors="replace") for log in logs)
        except FileNotFoundError:  # it has just got its name for good
            return False

    def wait_until(self, condition: Callable[[], bool]) -> bool:
        """Wait for a condition while the command runs; whether it came true."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            if self.process.poll() is not None or time.monotonic() > ends:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def end(self) -> Ended:
        """Wait for its end; raise HaError when that does not come."""
        try:
            self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise HaError("A command of the drill does not end.", f"It says: {self.output}") from error
        return Ended(self.process.returncode, self.output.read_text(), time.monotonic() - self.began)


@dataclass(frozen=True)
class HaCommand:
    """The `ha` of one checkout; `variables` go over the environment of this process."""

    root: Path
    build: Path
    logs: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    python: str = sys.executable
    _count: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def run(self, *arguments: str, **variables: str) -> Ended:
        """Run a command to its end."""
        with self.running(*arguments, **variables) as running:
            return running.end()

    def must(self, *arguments: str, **variables: str) -> Ended:
        """Run a command that the drill cannot go on without; raise HaError when it fails."""
        ended = self.run(*arguments, **variables)
        if ended.status != 0:
            raise HaError(
                f"ha {' '.join(arguments)} failed.", "Mend that, then drill again.", detail=ended.said[-4000:]
            )
        return ended

    @contextmanager
    def running(self, *arguments: str, **variables: str) -> Iterator[Running]:
        """Run a command while the block lasts; one that still runs then is ended in order."""
        self.logs.mkdir(parents=True, exist_ok=True)
        output = self.logs / f"{next(self._count):02}-{'-'.join(arguments[:2])}.log"
        environment = {
            **os.environ,
            **self.variables,
            **variables,
            "HA_BUILD_DIR": str(self.build),
            "PYTHONPATH": str(self.root / "scripts"),
            "COLUMNS": "160",
            "NO_COLOR": "1",
        }
        command = [self.python, "-m", "techmoda_ha", *arguments]
        with (
            output.open("w") as said,
            grouped(command, self.root, environment, said) as process,
        ):
            running = Running(process, output, self.build / "logs" / "terraform", time.monotonic())
            try:
                yield running
            finally:
                if process.poll() is None:
                    process.terminate()
                    running.end()
