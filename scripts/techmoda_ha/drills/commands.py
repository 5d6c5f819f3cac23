"""`ha drill …`."""

from __future__ import annotations

import json

import click
from rich.console import Console

from techmoda_ha.cli_options import json_option, target_option
from techmoda_ha.drills.backup_restore.command import backup_restore
from techmoda_ha.drills.corruption.command import data_corruption
from techmoda_ha.drills.delivery.command import delivery
from techmoda_ha.drills.faults import Variant
from techmoda_ha.drills.incident_response.command import incident_response
from techmoda_ha.drills.surge.command import surge
from techmoda_ha.environments import Target, Workspace, process_variables


@click.group()
def drill() -> None:
    """Break something on purpose, and measure what clients make of it."""


@drill.command(name="region-outage")
@target_option
@click.option("--variant", type=click.Choice([str(one) for one in Variant]),
              help="How the primary region fails (reset on the local AWS, stop on AWS).")  # fmt: skip
@click.option("--replication-lag", "lag", type=click.FloatRange(min=0, max=86_400), metavar="SECONDS",
              help="Slow replication down before the disaster (local AWS).")  # fmt: skip
@click.option("--fast", is_flag=True, help="Shorten all intervals (local AWS); the evidence says so.")
@click.option("--dry-run", is_flag=True, help="Only say what would be touched.")
@json_option
def region_outage(
    target: str, variant: str | None, lag: float | None, *, fast: bool, dry_run: bool, as_json: bool
) -> None:
    """Take the primary region away under load; measure RTO and RPO; lead clients back.

    Exit status 1: an objective was missed. 2: the drill could not be run.
    """
    # Chaos Toolkit takes a while to import, and only a drill needs it.
    from techmoda_ha.drills import experiment, performing, runner
    from techmoda_ha.drills.outage_report import closing_table
    from techmoda_ha.drills.plan import OutagePlan

    workspace, where = Workspace.from_environment(), Target(target)
    variables = process_variables(workspace, where)
    document = experiment.load_experiment(runner.experiment_file(workspace))
    chosen = Variant(variant or (Variant.STOP if where is Target.AWS else Variant.RESET))
    plan = OutagePlan.from_configuration(
        document["configuration"], variant=chosen, fast=fast, lag_seconds=lag
    )
    stage = runner.set_stage(workspace, where, variables, plan)
    console = Console(stderr=True)
    run = runner.RegionOutageRun(workspace, stage, plan, console)
    if not performing.is_agreed(runner.touched(stage, plan, run.fault), where, dry_run=dry_run):
        return
    evidence = run.execute(document)
    if as_json:
        click.echo(json.dumps(evidence.as_json(), indent=2))
    performing.report(evidence, closing_table, console)


drill.add_command(data_corruption)
drill.add_command(backup_restore)
drill.add_command(incident_response)
drill.add_command(surge)
drill.add_command(delivery)
