"""`ha slo`."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table

from techmoda_ha import operations
from techmoda_ha.aws_clients import AwsClients
from techmoda_ha.cli_options import json_option, target_option
from techmoda_ha.environments import Environment, Target, Workspace, process_variables
from techmoda_ha.slo.standing import ServiceLevel, Standing, standings


@click.command()
@target_option
@json_option
def slo(target: str, *, as_json: bool) -> None:
    """Say what is left of each error budget, and how fast it is spent, in both regions."""
    workspace = Workspace.from_environment()
    variables = process_variables(workspace, Target(target))
    clients, now = AwsClients(variables, answer_seconds=30), datetime.now(UTC)
    found: list[Standing] = []
    for environment in Environment:
        outputs = operations.outputs(workspace, environment, variables)
        level = ServiceLevel.from_output(outputs["service_level"])
        found += standings(clients, outputs["region"], level, now)
    if as_json:
        click.echo(json.dumps([one.as_json() for one in found], indent=2))
        return
    Console().print(_table(found))


def _table(found: list[Standing]) -> Table:
    table = Table(title="Objectives: burn rates are those of the long / the short window")
    for heading in ("region", "objective", "promised", "requests", "good", "budget left"):
        table.add_column(
            heading, justify="right" if heading in {"requests", "good", "budget left"} else "left"
        )
    alerts = list(found[0].burn_rates)
    for alert in alerts:
        table.add_column(alert, justify="right")
    table.add_column("raised")
    for one in found:
        table.add_row(
            one.region,
            one.objective,
            f"{one.promised_percent:g} %",
            f"{one.requests:,.0f}",
            "-" if one.good_percent is None else f"{one.good_percent:g} %",
            f"{one.budget_left_percent:g} %",
            *(f"{long:g} / {short:g}" for long, short in (one.burn_rates[alert] for alert in alerts)),
            ", ".join(one.raised) or "no",
        )
    return table
