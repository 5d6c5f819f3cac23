"""`ha drill backup-restore`."""

from __future__ import annotations

import json

import click
from rich.console import Console

from techmoda_ha.cli_options import json_option, target_option
from techmoda_ha.drills.backup_restore.plan import Loss
from techmoda_ha.environments import Target, Workspace, process_variables


@click.command(name="backup-restore")
@target_option
@click.option("--loss", type=click.Choice([str(one) for one in Loss]),
              help="What is lost: the whole region (local AWS), or its vault (AWS).")  # fmt: skip
@click.option("--products", type=click.IntRange(20), help="How many products the drill writes (300).")
@click.option("--dry-run", is_flag=True, help="Only say what would be touched.")
@json_option
def backup_restore(
    target: str, loss: str | None, products: int | None, *, dry_run: bool, as_json: bool
) -> None:
    """Back up, lose the primary vault, restore the copy in the DR region, compare item by item.

    Exit status 1: an objective was missed. 2: the drill could not be run.
    """
    # Chaos Toolkit takes a while to import, and only a drill needs it.
    from techmoda_ha.drills import experiment, performing
    from techmoda_ha.drills.backup_restore.plan import BackupRestorePlan
    from techmoda_ha.drills.backup_restore.report import NAME, closing_table
    from techmoda_ha.drills.backup_restore.runner import BackupRestoreRun

    workspace, where = Workspace.from_environment(), Target(target)
    variables = process_variables(workspace, where)
    document = experiment.load_experiment(workspace.root / "drills" / f"{NAME}.yaml")
    chosen = {"loss": Loss(loss or (Loss.VAULT if where is Target.AWS else Loss.REGION))}
    plan = BackupRestorePlan.from_configuration(
        document["configuration"], **chosen, **({"products": products} if products else {})
    )
    console = Console(stderr=True)
    run = BackupRestoreRun.of(workspace, where, variables, plan, console)
    if not performing.is_agreed(run.touched(), where, dry_run=dry_run):
        return
    evidence = run.execute(document)
    if as_json:
        click.echo(json.dumps(evidence.as_json(), indent=2))
    performing.report(evidence, closing_table, console)
