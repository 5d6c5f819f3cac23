"""A small root module, such as an example of a module, applied on a local AWS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_aws.testing import LocalAws
from techmoda_ha.environments import Workspace
from techmoda_ha.terraform import LOCAL_PARALLELISM

CHANGE = ("-auto-approve", "-input=false", f"-parallelism={LOCAL_PARALLELISM}")
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class RootModule:
    """One root module with a state file that other root modules may share (to test `moved` blocks)."""

    directory: Path
    state: Path
    aws: LocalAws

    def init(self) -> RootModule:
        """Initialise the root module from its lock file and return it."""
        self._terraform("init", "-input=false", "-lockfile=readonly")
        return self

    def apply(self, **variables: Any) -> None:
        """Apply with the given inputs."""
        self._terraform("apply", *CHANGE, *self._options(variables))

    def destroy(self, **variables: Any) -> None:
        """Destroy everything in the state."""
        self._terraform("destroy", *CHANGE, *self._options(variables))

    def planned(self, **variables: Any) -> dict[str, list[str]]:
        """Return what a plan would change: resource address → actions, without reads and no-ops."""
        file = self.state.with_suffix(".tfplan")
        self._terraform("plan", "-input=false", f"-out={file}", *self._options(variables))
        plan = json.loads(self._terraform("show", "-json", str(file)))
        return {
            change["address"]: change["change"]["actions"]
            for change in plan.get("resource_changes", [])
            if change["change"]["actions"] not in (["no-op"], ["read"])
        }

    def is_unchanged(self, **variables: Any) -> bool:
        """Say whether a plan changes nothing; what it would change goes to standard output."""
        result = self._run("plan", "-input=false", "-detailed-exitcode", *self._options(variables))
        assert result.returncode in {0, 2}, result.stderr
        if result.returncode:
            sys.stdout.write(result.stdout)
        return result.returncode == 0

    def refusal(self, **variables: Any) -> str:
        """Return the error of a plan that must fail."""
        result = self._run("plan", "-input=false", *self._options(variables))
        assert result.returncode == 1, result.stdout
        return " ".join(result.stderr.split())

    def _options(self, variables: dict[str, Any]) -> list[str]:
        values = [
            f"-var={name}={value if isinstance(value, str) else json.dumps(value)}"
            for name, value in variables.items()
        ]
        return [f"-state={self.state}", *values]

    def _terraform(self, verb: str, *arguments: str) -> str:
        result = self._run(verb, *arguments)
        assert result.returncode == 0, (
            f"terraform {verb} in {self.directory.name}\n{result.stdout}{result.stderr}"
        )
        return result.stdout

    def _run(self, verb: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        extra = [] if verb == "show" else ["-no-color"]
        return subprocess.run(
            ["terraform", f"-chdir={self.directory}", verb, *extra, *arguments],
            check=False,
            capture_output=True,
            text=True,
            env=self._environment(),
        )

    def _environment(self) -> dict[str, str]:
        variables = {**os.environ, **self.aws.environment}
        variables["TF_DATA_DIR"] = str(self.state.parent / "data" / self.directory.name)
        configuration = Workspace.from_environment().terraform_cli_configuration
        if configuration.is_file():
            variables["TF_CLI_CONFIG_FILE"] = str(configuration)
        return variables
