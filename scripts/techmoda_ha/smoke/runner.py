"""Run the smoke test against a deployment and write down what it found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from techmoda_ha.deployment import Deployment
from techmoda_ha.environments import Workspace
from techmoda_ha.errors import HaError

PYTEST_TESTS_FAILED = 1
SUITE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Check:
    """One check: its name, and why it failed ("" when it passed)."""

    name: str
    failure: str
    seconds: float


@dataclass(frozen=True)
class SmokeResult:
    """All checks of one run, and the figures that they measured."""

    target: str
    started_at: datetime
    ended_at: datetime
    checks: tuple[Check, ...]
    measurements: dict[str, float] = field(default_factory=dict)

    @property
    def failures(self) -> tuple[Check, ...]:
        """Return the checks that failed."""
        return tuple(check for check in self.checks if check.failure)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types; times are RFC 3339 in UTC."""
        return {
            "name": "smoke",
            "target": self.target,
            "started_at": self.started_at.isoformat().replace("+00:00", "Z"),
            "ended_at": self.ended_at.isoformat().replace("+00:00", "Z"),
            "passed": bool(self.checks) and not self.failures,
            "measurements": {
                "checks": len(self.checks), "failed_checks": len(self.failures), **self.measurements,
            },
            "checks": [asdict(check) for check in self.checks],
        }  # fmt: skip


def run_smoke(
    workspace: Workspace,
    deployment: Deployment,
    variables: Mapping[str, str],
    token: str,
    *,
    quiet: bool,
    only: str = "",
) -> SmokeResult:
    """Run all checks and write build/evidence/smoke.json.

    `only` (a pytest -k expression) chooses checks by name; evidence of a part is not kept.

    Raises HaError when the suite itself could not run, or ran no check.
    """
    folder = workspace.build / "smoke"
    deployment_file, junit_file = folder / "deployment.json", folder / "junit.xml"
    deployment.save(deployment_file)
    junit_file.unlink(missing_ok=True)
    command = [
        sys.executable, "-m", "pytest", str(SUITE), "-p", "no:xdist", "--tb=short",
        "-q" if quiet else "-v", f"--junit-xml={junit_file}", "-o", "junit_family=xunit1", "--color=auto",
        "-k", only,
    ]  # fmt: skip
    started = datetime.now(UTC)
    process_variables = {
        **os.environ,
        **variables,
        "HA_DEPLOYMENT_FILE": str(deployment_file),
        "HA_TOKEN": token,
    }
    finished = subprocess.run(
        command, check=False, env=process_variables, cwd=workspace.root,
        stdout=subprocess.PIPE if quiet else None, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    checks, measurements = read_junit(junit_file)
    if finished.returncode not in (0, PYTEST_TESTS_FAILED) or not checks:
        raise HaError(
            "The smoke test could not run.", "See pytest's words above.", detail=finished.stdout or ""
        )
    result = SmokeResult(
        variables.get("HA_TARGET", "aws"), started, datetime.now(UTC), tuple(checks), measurements
    )
    if not only:
        write_result(workspace, result)
    return result


def write_result(workspace: Workspace, result: SmokeResult) -> None:
    """Write build/evidence/smoke.json."""
    evidence = workspace.build / "evidence" / "smoke.json"
    evidence.parent.mkdir(parents=True, exist_ok=True)
    evidence.write_text(json.dumps(result.as_json(), indent=2) + "\n")


def read_junit(file: Path) -> tuple[list[Check], dict[str, float]]:
    """Return the checks of a pytest JUnit file and the numbers they recorded; empty when there is none."""
    if not file.is_file():
        return [], {}
    checks, measurements = [], {}
    for case in ElementTree.parse(file).getroot().iter("testcase"):  # noqa: S314 - pytest just wrote it
        problem = next(
            (one for tag in ("failure", "error", "skipped") if (one := case.find(tag)) is not None), None
        )
        failure = "" if problem is None else problem.get("message") or problem.tag
        checks.append(Check(case.get("name", "?"), failure, float(case.get("time", 0))))
        for entry in case.iter("property"):
            measurements[entry.get("name", "?").replace(" ", "_")] = float(entry.get("value", "nan"))
    return checks, measurements
