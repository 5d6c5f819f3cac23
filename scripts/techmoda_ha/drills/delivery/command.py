"""`ha drill delivery`."""

from __future__ import annotations

import json

import click
from rich.console import Console

from techmoda_ha.cli_options import json_option
from techmoda_ha.drills.delivery.plan import SCENARIOS, DeliveryPlan
from techmoda_ha.environments import Target, Workspace, process_variables


@click.command(name="delivery")
@click.option("--only", "chosen", type=click.Choice(SCENARIOS), multiple=True,
              help="Play this one; may be given again (all of them).")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only say what would be touched.")
@json_option
def delivery(chosen: tuple[str, ...], *, dry_run: bool, as_json: bool) -> None:
    """Apply twice at once, kill an apply, lose us-east-1, and release two bad commits; local AWS only.

    Exit status 1: an objective was missed. 2: the drill could not be run.
    """
    # Chaos Toolkit takes a while to import, and only a drill needs it.
    from techmoda_ha.drills import experiment, performing
    from techmoda_ha.drills.delivery.report import NAME, closing_table
    from techmoda_ha.drills.delivery.runner import DeliveryRun

    workspace = Workspace.from_environment()
    variables = process_variables(workspace, Target.LOCAL)
    document = experiment.load_experiment(workspace.root / "drills" / f"{NAME}.yaml")
    plan = DeliveryPlan.from_configuration(
        document["configuration"],
        scenarios=tuple(one for one in SCENARIOS if one in (chosen or SCENARIOS)),
    )
    console = Console(stderr=True)
    run = DeliveryRun.of(workspace, variables, plan, console)
    if not performing.is_agreed(run.touched(), Target.LOCAL, dry_run=dry_run):
        return
    evidence = run.execute(document)
    if as_json:
        click.echo(json.dumps(evidence.as_json(), indent=2))
    performing.report(evidence, closing_table, console)
