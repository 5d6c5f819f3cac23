"""`ha drill surge`."""

from __future__ import annotations

import json

import click
from rich.console import Console

from techmoda_ha.capacity.weakness import BY_NAME
from techmoda_ha.cli_options import json_option, target_option
from techmoda_ha.drills.surge.plan import SurgePlan
from techmoda_ha.environments import Target, Workspace, process_variables

SHORT_QUIET_MINUTES = 2.0


@click.command(name="surge")
@target_option
@click.option("--weakness", type=click.Choice(list(BY_NAME)),
              help="Make this too small first (local AWS): the drill must fail and name it.")  # fmt: skip
@click.option("--scale", type=click.FloatRange(min=0.1, max=1),
              help="Multiply rates and the table's limits (local AWS: 0.15).")  # fmt: skip
@click.option("--pace", type=click.FloatRange(min=1, max=60),
              help="How fast autoscaling's minutes pass (local AWS: 20).")  # fmt: skip
@click.option("--until-scaled-in/--not-until-scaled-in", "waits", default=None,
              help="Stay until autoscaling has scaled in (not with --weakness).")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only say what would be touched.")
@json_option
def surge(
    *, target: str, weakness: str | None, scale: float | None, pace: float | None, waits: bool | None,
    dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Bring ten times the traffic; watch autoscaling, alarms and clients; compare with the capacity model.

    Exit status 1: an objective was missed. 2: the drill could not be run.
    """
    # Chaos Toolkit takes a while to import, and only a drill needs it.
    from techmoda_ha.drills import experiment, performing
    from techmoda_ha.drills.surge.report import NAME, closing_table
    from techmoda_ha.drills.surge.runner import SurgeRun

    workspace, where = Workspace.from_environment(), Target(target)
    variables = process_variables(workspace, where)
    document = experiment.load_experiment(workspace.root / "drills" / f"{NAME}.yaml")
    chosen = (
        {"scale": scale, "pace": pace} if where is Target.LOCAL else {"scale": scale or 1, "pace": pace or 1}
    )
    if not (weakness is None if waits is None else waits):
        chosen["quiet_minutes"] = SHORT_QUIET_MINUTES
    plan = SurgePlan.from_configuration(
        document["configuration"],
        weakness=BY_NAME[weakness] if weakness else None,
        **{name: value for name, value in chosen.items() if value is not None},
    )
    console = Console(stderr=True)
    run = SurgeRun.of(workspace, where, variables, plan, console)
    if not performing.is_agreed(run.touched(), where, dry_run=dry_run):
        return
    evidence = run.execute(document)
    if as_json:
        click.echo(json.dumps(evidence.as_json(), indent=2))
    performing.report(evidence, closing_table, console)
