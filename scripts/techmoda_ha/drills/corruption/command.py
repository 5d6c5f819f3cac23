"""`ha drill data-corruption`."""

from __future__ import annotations

import json

import click
from rich.console import Console

from techmoda_ha.cli_options import json_option, target_option
from techmoda_ha.environments import Target, Workspace, process_variables
from techmoda_ha.errors import HaError


@click.command(name="data-corruption")
@target_option
@click.option("--products", type=click.IntRange(50), help="How many products the shop has (300).")
@click.option("--without-erasure-log", is_flag=True, help="There is no log of erasures to heed.")
@click.option("--dry-run", is_flag=True, help="Only say what would be touched.")
@json_option
def data_corruption(
    target: str, products: int | None, *, without_erasure_log: bool, dry_run: bool, as_json: bool
) -> None:
    """Damage a fifth of the products under load; measure detection, rewind and restore-and-reconcile.

    Exit status 1: an objective was missed. 2: the drill could not be run.
    """
    # Chaos Toolkit takes a while to import, and only a drill needs it.
    from techmoda_ha.drills import experiment
    from techmoda_ha.drills.corruption.plan import CorruptionPlan
    from techmoda_ha.drills.corruption.report import NAME
    from techmoda_ha.drills.corruption.runner import DataCorruptionRun

    workspace, where = Workspace.from_environment(), Target(target)
    variables = process_variables(workspace, where)
    document = experiment.load_experiment(workspace.root / "drills" / f"{NAME}.yaml")
    plan = CorruptionPlan.from_configuration(document["configuration"], products=products)
    run = DataCorruptionRun.of(
        workspace, where, variables, plan, Console(stderr=True), without_erasure_log=without_erasure_log
    )
    if dry_run or where is Target.AWS:
        click.echo("The drill would:" if dry_run else "The drill will:", err=not dry_run)
        for line in run.touched():
            click.echo(f"  - {line}", err=not dry_run)
    if dry_run:
        return
    if (
        where is Target.AWS
        and click.prompt("Type the environment's name (primary) to begin", err=True) != "primary"
    ):
        raise HaError("Not confirmed; nothing was touched.", "Run it again when you are sure.")
    evidence = run.execute(document)
    if as_json:
        click.echo(json.dumps(evidence.as_json(), indent=2))
    run.report(evidence)
