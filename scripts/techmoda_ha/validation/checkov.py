"""`ha checkov-plan`: checkov over the plans of both environments, as they are deployed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import click
from rich.console import Console

from techmoda_ha.cli_options import target_option
from techmoda_ha.environments import Environment, Target, Workspace
from techmoda_ha.errors import HaError, ViolationError
from techmoda_ha.validation.skips import PLAN_CONFIGURATION
from techmoda_ha.validation.sources import plan_document

PASSED, FOUND_FAULTS = 0, 1


@click.command("checkov-plan")
@target_option
def checkov_plan(target: str) -> None:
    """Check the plans of both environments for compliance, once both are deployed.

    Before the first apply checkov takes values that nobody knows yet for wrong ones. Results are written to
    build/evidence, as SARIF and JUnit too.
    """
    workspace = Workspace.from_environment()
    folder = workspace.build / "evidence"
    folder.mkdir(parents=True, exist_ok=True)
    faulty = []
    for environment in Environment:
        document, _backend = plan_document(workspace, environment, Target(target), Console(stderr=True))
        file = folder / f"plan-{environment}.json"
        file.write_text(json.dumps(document))
        if not passes_checkov(workspace, file):
            faulty.append(f"envs/{environment}")
    if faulty:
        raise ViolationError(f"checkov found faults in {' and '.join(faulty)}.", "They are named above.")


def passes_checkov(workspace: Workspace, plan: Path) -> bool:
    """Run checkov over a plan in JSON, print what it says and write SARIF and JUnit beside the plan.

    Raises HaError when it could not judge.
    """
    reports = ",".join(["console", str(plan.with_suffix(".sarif")), str(plan.with_suffix(".junit.xml"))])
    command = [
        str(workspace.root / "build" / "venv" / "checkov" / "bin" / "checkov"),
        "--config-file", PLAN_CONFIGURATION, "--file", str(plan),
        "--output", "cli", "--output", "sarif", "--output", "junitxml", "--output-file-path", reports,
    ]  # fmt: skip
    ended = subprocess.run(command, check=False, capture_output=True, text=True, cwd=workspace.root)
    if ended.returncode not in (PASSED, FOUND_FAULTS) or "Passed checks" not in ended.stdout:
        raise HaError(
            "checkov could not judge the plan.", "Prepare the tools: make setup", detail=ended.stderr
        )
    click.echo(ended.stdout)
    return ended.returncode == PASSED
