"""`ha bench-api` and `ha bench-recovery`: the benchmarks that compare ours with the straightforward way."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

import click

from techmoda_ha.environments import Target, Workspace, process_variables
from techmoda_ha.errors import HaError, ViolationError

TARGET_MISSED = 1


@click.command("bench-api", context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench_api(arguments: tuple[str, ...]) -> None:
    """Compare GET /products with the original handler and print the ratios (`ha bench-api --help`).

    It makes, fills and deletes a table and two functions of its own; what is deployed is left alone.
    """
    workspace = Workspace.from_environment()
    # Help needs no local AWS.
    asks_for_help = bool({"-h", "--help"} & set(arguments))
    variables = {} if asks_for_help else process_variables(workspace, Target.LOCAL)
    _run(workspace, "benchmarks.api", arguments, variables)


@click.command("bench-recovery", context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench_recovery(arguments: tuple[str, ...]) -> None:
    """Measure rewind and diff by the number of items, speed and memory (`ha bench-recovery --help`)."""
    _run(Workspace.from_environment(), "benchmarks.recovery", arguments, {})


def _run(workspace: Workspace, module: str, arguments: tuple[str, ...], variables: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", module, *arguments]
    ended = subprocess.run(command, check=False, cwd=workspace.root, env={**os.environ, **variables})
    if ended.returncode == TARGET_MISSED:
        raise ViolationError(
            "A target of the benchmark was missed.", "The table above says which; benchmarks/README.md helps."
        )
    if ended.returncode != 0:
        raise HaError("The benchmark could not measure.", "Its words are above.")
