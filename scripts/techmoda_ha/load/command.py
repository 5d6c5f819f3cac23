"""`ha load-test`."""

from __future__ import annotations

import json
import os

import click
import yaml
from rich.console import Console
from rich.table import Table

from techmoda_ha.cli_options import json_option, target_option
from techmoda_ha.environments import Target, Workspace, process_variables
from techmoda_ha.errors import ViolationError
from techmoda_ha.evidence import Evidence
from techmoda_ha.load import scenarios
from techmoda_ha.load.judgement import LoadObjectives, LoadRun

LOCAL_PEAK = 60.0
"""Requests a second that the local AWS carries on two busy cores beside the load (docs/runbooks/surge.md)."""

FAILURES_SHOWN = 8


@click.command("load-test")
@click.option("--scenario", default="seed", show_default=True, envvar="SCENARIO",
              type=click.Choice(list(scenarios.SCENARIOS)))  # fmt: skip
@target_option
@click.option("--environment", metavar="HOST",
              help="The API's host name; needed for AWS, so that the wrong one is never loaded.")  # fmt: skip
@click.option("--scale", type=click.FloatRange(min=0, min_open=True, max=10),
              help="Multiply all rates; by default the local peak is what two cores carry.")  # fmt: skip
@click.option("--shorten", default=1.0, show_default=True, type=click.FloatRange(min=0, min_open=True, max=1),
              help="Multiply all durations.")  # fmt: skip
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64),
              help="Load processes on this machine (Locust's distributed mode).")  # fmt: skip
@json_option
def load_test(
    *, scenario: str, target: str, environment: str | None, scale: float | None, shorten: float,
    workers: int, as_json: bool,
) -> None:  # fmt: skip
    """Put a stated load on the public API and judge errors, throttles and p99 by objectives.yaml.

    Exit status 1: an objective was missed. 2: the load could not be put on.
    """
    from techmoda_ha.capacity.plan_reader import workload_of
    from techmoda_ha.load.runner import LoadTarget, LoadTest
    from techmoda_ha.plan.objectives import read_objectives

    workspace, where, console = Workspace.from_environment(), Target(target), Console(stderr=True)
    document = yaml.safe_load((workspace.root / "objectives.yaml").read_text())
    objectives = LoadObjectives.read(document)
    wanted = scenarios.named(scenario)
    local = where is Target.LOCAL
    rate = scale or (min(1.0, LOCAL_PEAK / wanted.peak) if local else 1.0)
    chosen = wanted.scaled(rate, shorten)
    system = LoadTarget.of(workspace, where, process_variables(workspace, where), environment)
    limit = f"The local AWS and the load share {_cores()} cores." if local else "Asked for."
    run = LoadRun(chosen, target, system.api_url, rate, shorten, workers, limit)
    console.print(
        f"{chosen.name}: {wanted.title}; at {system.api_url}, peak {chosen.peak:g} requests/s, "
        f"{len(chosen.rates)} s.",
        highlight=False,
    )
    test = LoadTest(workspace, system, run, objectives, workload_of(read_objectives(document)), console)
    evidence = test.execute()
    if as_json:
        click.echo(json.dumps(evidence.as_json(), indent=2))
    _report(evidence, console)


def _cores() -> int:
    return os.cpu_count() or 1


def readable(value: float) -> str:
    """Return a figure for people: counts whole, however many, small ones with four digits."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def _report(evidence: Evidence, console: Console) -> None:
    table = Table(title=evidence.name, title_justify="left")
    for heading in ("", "measured", "objective"):
        table.add_column(heading)
    for name, value in evidence.measurements.items():
        limit = evidence.objectives.get(name)
        table.add_row(name.replace("_", " "), readable(value), "" if limit is None else f"{limit:g}")
    console.print(table)
    for note in evidence.notes:
        console.print(f"Note: {note}", markup=False, highlight=False)
    failures = sorted(evidence.details["failures"], key=lambda one: -one["count"])
    for failure in failures[:FAILURES_SHOWN]:
        console.print(
            f"  {failure['count']}x {failure['name']}: {failure['error']}", style="red", markup=False
        )
    if len(failures) > FAILURES_SHOWN:
        console.print(f"  and {len(failures) - FAILURES_SHOWN} more kinds of failures")
    if not evidence.passed:
        raise ViolationError(
            f"The load test failed: {evidence.violations[0]}.",
            f"build/evidence/{evidence.name}.json and .html keep everything; docs/runbooks/surge.md helps.",
        )
