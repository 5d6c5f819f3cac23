"""The command line: python -m benchmarks.plan PRIMARY.json DR.json (what `terraform show -json` prints)."""

from __future__ import annotations

import functools
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import click
import yaml
from rich.console import Console
from rich.table import Table

from techmoda_ha.environments import Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.plan.engine import judge
from techmoda_ha.plan.model import Plan, System
from techmoda_ha.plan.objectives import Objectives, read_objectives
from techmoda_ha.plan.parse import parse_plan
from techmoda_ha.plan.report import Report
from techmoda_ha.validation.commands import assemble
from techmoda_ha.validation.locator import resource_locations

TARGET_SECONDS = 1.0  # Validating a saved plan, beyond reading it.
EXIT_TARGET_MISSED, EXIT_NOT_MEASURED = 1, 2


@dataclass(frozen=True)
class Times:
    """Wall and CPU seconds of several runs of one thing."""

    wall: tuple[float, ...]
    cpu: tuple[float, ...]

    @classmethod
    def of(cls, work: Callable[[], object], runs: int, clock: Callable[[], float]) -> Times:
        """Run something several times; `clock` tells the CPU seconds used so far."""
        wall, cpu = [], []
        for _ in range(runs):
            began, used = time.perf_counter(), clock()
            work()
            wall.append(time.perf_counter() - began)
            cpu.append(clock() - used)
        return cls(tuple(wall), tuple(cpu))

    def as_json(self) -> dict[str, float]:
        """Return the medians and the slowest run."""
        return {
            "wall_median_seconds": statistics.median(self.wall),
            "wall_slowest_seconds": max(self.wall),
            "cpu_median_seconds": statistics.median(self.cpu),
        }


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _parse(workspace: Workspace, documents: list[Any]) -> list[Plan]:
    locations = resource_locations(workspace.root)
    return [parse_plan(document, "plan", locations=locations) for document in documents]


def _validate(workspace: Workspace, documents: list[Any], objectives: Objectives) -> str:
    """Do what `ha validate` does once the plans are read: parse, judge, assess, and write every form."""
    system: System = assemble(_parse(workspace, documents), objectives)
    report = Report.of(system, judge(system, (), datetime.now(UTC).date()))
    return report.as_json() + report.as_junit() + report.as_sarif()


def _checkov(workspace: Workspace, file: Path) -> None:
    command = [
        str(workspace.root / "build" / "venv" / "checkov" / "bin" / "checkov"),
        "--file", str(file), "--framework", "terraform_plan", "--quiet", "--compact",
        "--skip-download", "--soft-fail",
    ]  # fmt: skip
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    if ended.returncode != 0 or "Passed checks" not in ended.stdout:
        raise HaError(
            "checkov could not judge the plan.", "Prepare the tools: make setup", detail=ended.stderr
        )


def measure(files: tuple[Path, ...], runs: int, checkov_runs: int) -> dict[str, dict[str, float]]:
    """Return the times by what was measured; raise HaError when something could not be."""
    workspace = Workspace.from_environment()
    objectives = read_objectives(yaml.safe_load((workspace.root / "objectives.yaml").read_text()))
    documents = [json.loads(file.read_text()) for file in files]
    found = {
        "reading the JSON": Times.of(
            lambda: [json.loads(file.read_text()) for file in files], runs, time.process_time
        ),
        "ha validate, beyond reading": Times.of(
            lambda: _validate(workspace, documents, objectives), runs, time.process_time
        ),
    }
    for file in files:
        judge_it = functools.partial(_checkov, workspace, file)
        found[f"checkov on {file.name}"] = Times.of(judge_it, checkov_runs, _cpu_of_children)
    return {name: times.as_json() for name, times in found.items()}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--runs", default=20, show_default=True, type=click.IntRange(1), help="Validations.")
@click.option("--checkov-runs", default=3, show_default=True, type=click.IntRange(1), help="Runs of checkov.")
@click.option(
    "--json", "json_file", type=click.File("w"), help="Also write the result as JSON (- is stdout)."
)
def main(files: tuple[Path, ...], runs: int, checkov_runs: int, json_file: TextIO | None) -> None:
    """Measure how long plans take to validate, and what checkov takes for each of them."""
    console = Console(stderr=True)
    try:
        found = measure(files, runs, checkov_runs)
    except HaError as error:
        console.print(f"[red]Nothing was measured:[/] {error}")
        sys.exit(EXIT_NOT_MEASURED)
    table = Table("what", "wall median s", "wall slowest s", "CPU median s")
    for name, times in found.items():
        table.add_row(name, *(f"{seconds:.3f}" for seconds in times.values()))
    console.print(table)
    if json_file:
        json.dump(found, json_file, indent=2)
    slowest = found["ha validate, beyond reading"]["wall_slowest_seconds"]
    if slowest >= TARGET_SECONDS:
        console.print(f"[red]Missed:[/] {slowest:.2f} s, the target is below {TARGET_SECONDS:g} s.")
        sys.exit(EXIT_TARGET_MISSED)


if __name__ == "__main__":
    main()
