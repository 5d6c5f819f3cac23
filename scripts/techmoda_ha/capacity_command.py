"""`ha capacity`: reads the limits and the profile, lets the model judge, shows and keeps the result."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import yaml
from rich.console import Console
from rich.table import Table

from techmoda_ha.capacity import plan_reader, profiles
from techmoda_ha.capacity.bill import bill, monthly
from techmoda_ha.capacity.configuration import SEED, Case, Objectives
from techmoda_ha.capacity.profiles import Profile
from techmoda_ha.capacity.report import Verdict, limits, page
from techmoda_ha.capacity.search import Found, cheapest
from techmoda_ha.capacity.settings_file import read_settings
from techmoda_ha.capacity.simulation import simulate
from techmoda_ha.capacity.weakness import BY_NAME, weakened
from techmoda_ha.cli_options import json_option
from techmoda_ha.environments import Workspace
from techmoda_ha.errors import HaError, ViolationError
from techmoda_ha.plan import objectives as promised
from techmoda_ha.plan.parse import parse_plan

OURS = "ours"


@click.command("capacity")
@click.option("--profile", "traffic", default="plus-1000", show_default=True, metavar="NAME|FILE.csv",
              help=f"{', '.join(profiles.NAMES)}, or CSV with seconds,requests_per_second.")  # fmt: skip
@click.option("--plan", "plan_file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Judge this plan of envs/primary (terraform show -json).")  # fmt: skip
@click.option("--settings", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Judge the limits in this YAML file instead.")  # fmt: skip
@click.option("--weakness", type=click.Choice(list(BY_NAME)),
              help="Make this too low first: the model must fail and name it.")  # fmt: skip
@click.option("--without-seed", is_flag=True, help="Leave out the original configuration.")
@click.option("--without-search", is_flag=True, help="Do not look for the cheapest configuration.")
@json_option
def capacity(
    traffic: str, plan_file: Path | None, settings: Path | None, weakness: str | None, *, without_seed: bool,
    without_search: bool, as_json: bool,
) -> None:  # fmt: skip
    """Simulate a traffic profile second by second: what is refused, what breaks first, what it costs.

    Exit status 1: the configuration misses an objective.
    """
    if plan_file and settings:
        raise click.UsageError("Give either --plan or --settings.")
    workspace, console = Workspace.from_environment(), Console(stderr=True)
    document = _yaml(workspace.root / "objectives.yaml")
    ours = read_case(workspace, document, plan_file, settings)
    objectives = load_objectives(document)
    profile = read_profile(traffic, ours.normal_rate)
    if weakness:
        weak = weakened(ours.configuration, BY_NAME[weakness], profile.peak)
        ours = replace(ours, configuration=replace(weak, name=f"{weak.name} with {weakness} too low"))
    began = time.perf_counter()
    with console.status(f"Simulating {len(profile.rates):,} seconds"):
        verdicts = _verdicts(ours, profile, objectives, seed=not without_seed, search=not without_search)
    seconds = time.perf_counter() - began
    title = f"{profile.title}, from {ours.normal_rate:g} requests/s"
    # What was broken on purpose is no evidence of what is deployed.
    folder, ending = ("capacity", f"-{weakness}") if weakness else ("evidence", "")
    file = workspace.build / folder / f"capacity-{profile.name}{ending}.html"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(page(title, verdicts))
    file.with_suffix(".json").write_text(
        json.dumps(_kept(Path(traffic).name, profile, title, verdicts)) + "\n"
    )
    if as_json:
        click.echo(
            json.dumps({"profile": profile.name, "verdicts": [one.as_json() for one in verdicts]}, indent=2)
        )
    else:
        last = f"{len(verdicts)} configurations in {seconds:.1f} s; charts: {file}"
        searched_in_vain = not without_search and verdicts[-1].found.configuration is ours.configuration
        none_holds = "None of the configurations that were tried holds it.\n" if searched_in_vain else ""
        _show(Console(), title, verdicts, none_holds + last)
    judged = next(one for one in verdicts if one.found.configuration is ours.configuration)
    if judged.missed:
        raise ViolationError(
            f"{ours.configuration.name} does not hold {profile.name}: {'; '.join(judged.missed)}.",
            f"First bottleneck: {judged.bottleneck}. docs/runbooks/surge.md says what to raise."
            if judged.found.result.first_bottleneck
            else "No part refuses, but cold starts take long: raise the provisioned concurrency.",
        )


def _kept(asked: str, profile: Profile, title: str, verdicts: list[Verdict]) -> dict[str, Any]:
    """Return what `ha report` draws: the verdicts with the requests over time, in equal stretches."""
    return {
        "profile": asked,
        "title": title,
        "seconds": len(profile.rates),
        "verdicts": [
            {
                **one.as_json(),
                "series": {name: one.found.result.series[name] for name in ("offered", "throttled")},
            }
            for one in verdicts
        ],
    }


def load_objectives(document: Mapping[str, Any]) -> Objectives:
    """Return what objectives.yaml asks of a surge; raise HaError when its section `load` is malformed."""
    try:
        load = document["load"]
        return Objectives(float(load["throttled_percent"]) / 100, float(load["p99_seconds"]))
    except (KeyError, TypeError, ValueError) as error:
        raise HaError(
            f"The section load of objectives.yaml is not well formed: {error}", promised.NEXT_STEP
        ) from error


def _verdicts(
    ours: Case, profile: Profile, objectives: Objectives, *, seed: bool, search: bool
) -> list[Verdict]:
    day = profiles.named("day", ours.normal_rate)
    cases = [replace(ours, configuration=SEED)] if seed else []
    found = [_judge(case, profile, day) for case in [*cases, ours]]
    if search and (best := cheapest(ours, profile, day, objectives)):
        found.append(best)
    return [Verdict(one, objectives) for one in found]


def _judge(case: Case, profile: Profile, day: Profile) -> Found:
    result = simulate(case, profile)
    return Found(case.configuration, result, sum(bill(result).values()), monthly(simulate(case, day)))


def read_profile(traffic: str, normal: float) -> Profile:
    """Return the named profile, or that of a CSV file; raise HaError when there is none."""
    if not traffic.endswith(".csv"):
        return profiles.named(traffic, normal)
    file = Path(traffic)
    try:
        # What spreadsheets save may begin with a byte order mark.
        return profiles.from_csv(file.read_text(encoding="utf-8-sig"), file.stem)
    except OSError as error:
        raise HaError(
            f"{traffic} cannot be read: {error.strerror}", "Give the path of a CSV file."
        ) from error
    except UnicodeDecodeError as error:
        raise HaError(f"{traffic} is no text in UTF-8.", "Save it as CSV in UTF-8.") from error


def read_case(workspace: Workspace, document: Any, plan_file: Path | None, settings: Path | None) -> Case:
    """Return what a simulation is about: our limits, or those of a plan or a file; raise HaError."""
    objectives = promised.read_objectives(document)
    if settings is not None:
        configuration = read_settings(_yaml(settings), settings.stem)
        return Case(
            configuration, objectives.workload.requests_per_second, plan_reader.workload_of(objectives)
        )
    if plan_file is None:
        return plan_reader.of_capacity_module(_plan_of_module(workspace), OURS, objectives)
    try:
        plan = json.loads(plan_file.read_text())
    except ValueError as error:
        raise HaError(f"{plan_file.name} is no JSON: {error}", plan_reader.NEXT_STEP) from error
    return plan_reader.of_environment(parse_plan(plan, plan_file.name), plan_file.stem, objectives)


def _yaml(file: Path) -> Any:
    try:
        return yaml.safe_load(file.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise HaError(f"{file.name} cannot be read: {error}", "Mend the file.") from error


def _plan_of_module(workspace: Workspace) -> Any:
    """Return the plan of modules/capacity with its defaults; without a provider it takes a moment only."""
    module = workspace.root / "modules" / "capacity"
    with tempfile.TemporaryDirectory() as folder:
        variables = {**os.environ, "TF_DATA_DIR": f"{folder}/data", "TF_IN_AUTOMATION": "1"}
        variables.pop("TF_CLI_CONFIG_FILE", None)
        for arguments in (
            ("init", "-backend=false", "-input=false"),
            ("plan", "-input=false", f"-state={folder}/state", f"-out={folder}/plan"),
        ):
            _terraform(module, variables, *arguments)
        return json.loads(_terraform(module, variables, "show", "-json", f"{folder}/plan"))


def _terraform(module: Path, variables: Mapping[str, str], *arguments: str) -> str:
    command = ["terraform", f"-chdir={module}", *arguments]
    try:
        ended = subprocess.run(command, check=False, capture_output=True, text=True, env=dict(variables))
    except OSError as error:
        raise HaError(f"terraform did not start: {error}", "Prepare the tools: make setup") from error
    if ended.returncode != 0:
        raise HaError(
            f"terraform {arguments[0]} failed in modules/capacity.",
            "See its words above.",
            detail=ended.stderr,
        )
    return ended.stdout


def _show(console: Console, title: str, verdicts: list[Verdict], last: str) -> None:
    table = Table(title=title, title_justify="left")
    rows = [verdict.row() for verdict in verdicts]
    table.add_column("")
    for verdict in verdicts:
        table.add_column(verdict.found.configuration.name, overflow="fold")
    for name in list(rows[0])[1:]:
        table.add_row(name, *(row[name] for row in rows))
    told = [limits(verdict.found.configuration) for verdict in verdicts]
    for part in told[0]:
        table.add_row(part.replace("_", " "), *(one[part] for one in told), style="dim")
    console.print(table)
    console.print(last, soft_wrap=True, highlight=False)
