"""The command line of the local AWS as tests run it, and what they look at behind it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
from tests.local_aws.deployer import Deployer

from local_aws import instance, lifecycle, testing

_ANSWER = "def handler(event, context):\n    return 1\n"


class CommandLine:
    """The command line with a state folder and a port of its own."""

    def __init__(self, state_dir: Path) -> None:
        self.settings = testing.on_free_ports(state_dir)
        self._environment = {**os.environ, **self.settings.as_environment()}

    def __call__(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        with self.start(*arguments, **variables) as process:
            out, error = process.communicate(timeout=60)
            return subprocess.CompletedProcess(arguments, process.returncode, out, error)

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start a command."""
        return subprocess.Popen(
            [sys.executable, "-m", "local_aws", *arguments],
            env={**self._environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def status(self) -> dict[str, Any]:
        """What `status --json` reports."""
        report: dict[str, Any] = json.loads(self("status", "--json").stdout)
        return report

    def processes(self) -> list[psutil.Process]:
        """Every process of any instance started from this state folder."""
        wanted = str(self.settings.state_dir)
        return [
            process
            for process in psutil.process_iter(["environ"])
            if (process.info["environ"] or {}).get("LOCAL_AWS_STATE_DIR") == wanted
            and not instance.has_ended(process)
        ]


@contextlib.contextmanager
def ended_afterwards(line: CommandLine) -> Iterator[CommandLine]:
    try:
        yield line
    finally:
        lifecycle.down(line.settings.state_dir)
        assert line.processes() == []


def deployer(local: CommandLine) -> Deployer:
    recorded = instance.read(local.settings.state_dir)
    assert recorded
    # Only clients are made with it, so the process does not matter.
    return Deployer(testing.LocalAws(recorded.settings, None), "us-east-1")  # type: ignore[arg-type]


def invoke_one_function(local: CommandLine) -> None:
    """Make the server start a Lambda worker."""
    deploy = deployer(local)
    assert deploy.invoke(deploy.function(_ANSWER)) == 1
