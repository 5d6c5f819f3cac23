"""`ha plan` and `ha apply`: what an environment's change would be, and the change itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from techmoda_ha import operations
from techmoda_ha.cli_options import environment_option, json_option, refresh_option, target_option
from techmoda_ha.delivery.service import Delivery
from techmoda_ha.environments import Environment, Target, Workspace, ha_command, process_variables
from techmoda_ha.terraform import LOCK_PATIENCE_SECONDS

FOR_A_PERSON = ("api_url", "regional_api_url", "dashboard_name")  # the outputs that one looks at next


@click.command()
@environment_option
@target_option
@click.option("--out", type=click.Path(path_type=Path), help="Save the plan in this file.")
@click.option(
    "--full", is_flag=True, help="Print the whole difference, old and new values, in Terraform's words."
)
@refresh_option
@json_option
def plan(
    environment: str, target: str, out: Path | None, *, full: bool, refresh: bool, as_json: bool
) -> None:
    """Say what `apply` would change. Exit status 0 whether or not anything would."""
    workspace, where, console = Workspace.from_environment(), Environment(environment), Console(stderr=True)
    variables = process_variables(workspace, Target(target))
    operations.package(workspace, Target(target), console)
    file = out.resolve() if out else None
    run = operations.plan(workspace, where, variables, console, file, refresh=refresh, full=full)
    if as_json:
        found = {"changes": run.has_changes, "planned": run.planned, "summary": run.summary}
        click.echo(json.dumps(found | ({"difference": run.difference} if full else {})))
        return
    lines = [run.difference] if full else [f"{one['action']:8} {one['address']}" for one in run.planned]
    for line in (*lines, f"envs/{environment}: {operations.describe_changes(run)}."):
        click.echo(line)
    if run.has_changes and not full:
        options = ["--full"] if refresh else ["--no-refresh", "--full"]
        click.echo(f"Old and new values: {ha_command('plan', environment, target, *options)}")


@click.command()
@environment_option
@target_option
@click.option("--lock-timeout", default=LOCK_PATIENCE_SECONDS, show_default=True, type=click.IntRange(0),
              help="Seconds to wait for another run that is changing the environment.")  # fmt: skip
@click.option(
    "--during-incident", is_flag=True, help="Apply although STOP is engaged, as part of the incident."
)
@refresh_option
@click.option("--json", "as_json", is_flag=True, help="Print all outputs as one JSON document.")
def apply(
    environment: str, target: str, lock_timeout: int, *, during_incident: bool, refresh: bool, as_json: bool
) -> None:
    """Package the Lambdas and apply one environment; say where it answers. Refused while STOP is engaged."""
    workspace, where, console = Workspace.from_environment(), Environment(environment), Console(stderr=True)
    variables = process_variables(workspace, Target(target))
    operations.package(workspace, Target(target), console)
    run = Delivery(workspace, where, variables, console).apply(
        lock_patience_seconds=lock_timeout, during_incident=during_incident, refresh=refresh
    )
    console.print(f"envs/{environment}: {operations.describe_changes(run)}.")
    outputs = operations.outputs(workspace, where, variables)
    if as_json:
        click.echo(json.dumps(outputs, indent=2))
        return
    _show(outputs, ha_command("outputs", environment, target))


def _show(outputs: Mapping[str, Any], command: str) -> None:
    for name in FOR_A_PERSON:
        if name in outputs:
            click.echo(f"{name:16}  {outputs[name]}")
    click.echo(f"All outputs: {command}")
