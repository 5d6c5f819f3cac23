"""`ha drill incident-response`."""

from __future__ import annotations

import json

import click
from rich.console import Console

from techmoda_ha.cli_options import json_option, target_option
from techmoda_ha.drills.incident_response.plan import SCENARIOS, IncidentPlan
from techmoda_ha.environments import Target, Workspace, process_variables


@click.command(name="incident-response")
@target_option
@click.option("--only", "chosen", type=click.Choice(SCENARIOS), multiple=True,
              help="Play this one; may be given again (all of them; on AWS no lost-region).")  # fmt: skip
@click.option("--fast", is_flag=True,
              help="Shorten alarms' periods and health checks (local AWS); evidence says so.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only say what would be touched.")
@json_option
def incident_response(
    target: str, chosen: tuple[str, ...], *, fast: bool, dry_run: bool, as_json: bool
) -> None:
    """Break something for each playbook; measure fault, alarm, answer and recovery.

    Exit status 1: an objective was missed. 2: the drill could not be run.
    """
    # Chaos Toolkit takes a while to import, and only a drill needs it.
    from techmoda_ha.drills import experiment, performing
    from techmoda_ha.drills.incident_response.report import NAME, closing_table
    from techmoda_ha.drills.incident_response.runner import IncidentRun

    workspace, where = Workspace.from_environment(), Target(target)
    variables = process_variables(workspace, where)
    document = experiment.load_experiment(workspace.root / "drills" / f"{NAME}.yaml")
    usual = SCENARIOS if where is Target.LOCAL else SCENARIOS[:-1]
    plan = IncidentPlan.from_configuration(
        document["configuration"],
        scenarios=tuple(one for one in SCENARIOS if one in (chosen or usual)),
        fast=fast,
    )
    console = Console(stderr=True)
    run = IncidentRun.of(workspace, where, variables, plan, console)
    if not performing.is_agreed(run.touched(), where, dry_run=dry_run):
        return
    evidence = run.execute(document)
    if as_json:
        click.echo(json.dumps(evidence.as_json(), indent=2))
    performing.report(evidence, closing_table, console)
