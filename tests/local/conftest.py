"""A local AWS of this tier's own, and the `ha` command run against it as a person would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local_aws import testing

HA = Path(sys.executable).parent / "ha"


@dataclass(frozen=True)
class Ha:
    """The `ha` command with a build folder and a local AWS of its own."""

    aws: testing.LocalAws
    build: Path

    @property
    def variables(self) -> dict[str, str]:
        """Return the environment of a command."""
        own = {"HA_BUILD_DIR": str(self.build), **self.aws.settings.as_environment()}
        return {**os.environ, **own, "COLUMNS": "200", "NO_COLOR": "1"}

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; with `check`, a failure fails the test with all that was said."""
        result = subprocess.run(
            [HA, *arguments], check=False, capture_output=True, text=True, env=self.variables
        )
        if check:
            assert result.returncode == 0, f"ha {' '.join(arguments)}\n{result.stdout}\n{result.stderr}"
        return result

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command and return while it runs."""
        return subprocess.Popen(
            [HA, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self.variables
        )

    def json(self, *arguments: str) -> Any:
        """Run a command that must succeed and return the JSON it prints."""
        return json.loads(self.run(*arguments).stdout)


@pytest.fixture(scope="module")
def ha(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ha]:
    """Return `ha` on a fresh local AWS, which ends with the tests whatever happens to them."""
    build = Path(os.environ.get("HA_BUILD_DIR", "build")).resolve() / "test" / "end-to-end"
    build.mkdir(parents=True, exist_ok=True)
    with testing.started(build) as aws:
        yield Ha(aws, build)
