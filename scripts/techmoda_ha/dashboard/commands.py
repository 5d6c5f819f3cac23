"""`ha dashboard render`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import click

from techmoda_ha import operations
from techmoda_ha.cli_options import json_option, target_option
from techmoda_ha.environments import Environment, Target, Workspace, process_variables
from techmoda_ha.partial import what_answers
from techmoda_ha.reachability import AnsweringClients

BOARDS = ("primary", "dr", "global")


@click.group()
def dashboard() -> None:
    """Look at the dashboards without the console."""


@dashboard.command()
@target_option
@click.option(
    "--board", "boards", multiple=True, type=click.Choice(BOARDS), help="Which (repeatable); all if none."
)
@click.option(
    "--hours", default=3.0, show_default=True, type=click.FloatRange(0.05, 336), help="How far back."
)
@click.option("--out", type=click.Path(path_type=Path), help="The folder for the files [build/dashboard].")
@json_option
def render(target: str, boards: tuple[str, ...], hours: float, out: Path | None, *, as_json: bool) -> None:
    """Draw the deployed dashboards, with live data, to HTML and PNG.

    What a region that does not answer would show is marked as unknown, and said on standard error; a board
    that only that region has is left out.
    """
    # matplotlib takes a second to import, and only this command needs it.
    from techmoda_ha.dashboard.rendering import Rendered, read_dashboard, read_sheet, write_sheet

    workspace = Workspace.from_environment()
    variables = process_variables(workspace, Target(target))
    clients = AnsweringClients.of(variables, answer_seconds=30)
    now, length = datetime.now(UTC), timedelta(hours=hours)
    outputs = cache(partial(operations.outputs, workspace, variables=variables))

    def draw(board: str) -> Rendered:
        environment = Environment.PRIMARY if board == "primary" else Environment.DR
        name, region = _name_and_region(board, outputs(environment))
        sheet = read_sheet(clients, read_dashboard(clients, name, region), now, length)
        return write_sheet(sheet, out or workspace.build / "dashboard")

    written = what_answers(boards or BOARDS, draw, partial(click.echo, err=True))
    if as_json:
        click.echo(json.dumps([one.as_json() for one in written], indent=2))
        return
    for one in written:
        click.echo(f"{one.name}: {one.html} and {one.png.name}")
        for why in one.missing:
            click.echo(f"Partly unknown: {why}.", err=True)


def _name_and_region(board: str, outputs: dict[str, Any]) -> tuple[str, str]:
    output = "global_dashboard_name" if board == "global" else "dashboard_name"
    return outputs[output], outputs["region"]
