"""`ha drill data-corruption`."""

from __future__ import annotations

import json

import click
from rich.console import Console

from techmoda_ha.cli_options import json_option, target_option
from techmoda_ha.environments import Target, Workspace, process_variables


@click.command(name="data-corruption")
@target_option
@click.option("--products", type=click.IntRange(50), help="How many products the shop has (300).")
@click.option("--at-scale", is_flag=True, help="Repair a third incident by the state machine.")
@click.option("--without-erasure-log", is_flag=True, help="There is no log of erasures to heed.")
@click.option("--dry-run", is_flag=True, help="Only say what would be touched.")
@json_option
def data_corruption(
    target: str,
    products: int | None,
    *,
    at_scale: bool,
    without_erasure_log: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Damage a fifth of the products under load; measure detection, rewind and restore-and-reconcile.

    Exit status 1: an objective was missed. 2: the drill could not be run.
    """
    # Chaos Toolkit takes a while to import, and only a drill needs it.
    from techmoda_ha.drills import experiment, performing
    from techmoda_ha.drills.corruption.plan import CorruptionPlan
    from techmoda_ha.drills.corruption.report import NAME, closing_table
    from techmoda_ha.drills.corruption.runner import DataCorruptionRun

    workspace, where = Workspace.from_environment(), Target(target)
    variables = process_variables(workspace, where)
    document = experiment.load_experiment(workspace.root / "drills" / f"{NAME}.yaml")
    plan = CorruptionPlan.from_configuration(document["configuration"], products=products, at_scale=at_scale)
    console = Console(stderr=True)
    run = DataCorruptionRun.of(
        workspace, where, variables, plan, console, without_erasure_log=without_erasure_log
    )
    if not performing.is_agreed(run.touched(), where, dry_run=dry_run):
        return
    evidence = run.execute(document)
    if as_json:
        click.echo(json.dumps(evidence.as_json(), indent=2))
    performing.report(evidence, closing_table, console)
