"""`ha bench-validate`: how long validating the plans of both environments takes, beside checkov."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
from rich.console import Console

from techmoda_ha.cli_options import target_option
from techmoda_ha.environments import Environment, Target, Workspace
from techmoda_ha.errors import HaError, ViolationError
from techmoda_ha.validation.sources import plan_document

TARGET_MISSED = 1


@click.command("bench-validate")
@click.argument(
    "files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="[JSON]..."
)
@target_option
def bench_validate(files: tuple[Path, ...], target: str) -> None:
    """Time `ha validate` and checkov on the same plans.

    JSON are files printed by `terraform show -json`; without any, both environments are planned now.
    """
    workspace = Workspace.from_environment()
    chosen = [file.resolve() for file in files] or _planned(workspace, Target(target))
    command = [sys.executable, "-m", "benchmarks.plan", *map(str, chosen)]
    ended = subprocess.run(command, check=False, cwd=workspace.root)
    if ended.returncode == TARGET_MISSED:
        raise ViolationError("Validating takes too long.", "The table above shows the times.")
    if ended.returncode != 0:
        raise HaError("The benchmark could not measure.", "Its words are above.")


def _planned(workspace: Workspace, target: Target) -> list[Path]:
    folder = workspace.build / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for environment in Environment:
        document, _backend = plan_document(workspace, environment, target, Console(stderr=True))
        files.append(folder / f"plan-{environment}.json")
        files[-1].write_text(json.dumps(document))
    return files
