"""Commands that change how the running local AWS behaves: its replication and its health checks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from local_aws import client
from local_aws.cli_options import CommandError, running, state_dir_option
from local_aws.service_faults import ServiceMode


@click.group()
def replication() -> None:
    """Look at, slow down or speed up the replication of global tables."""


@replication.command()
@state_dir_option
@click.argument("least", metavar="SECONDS", type=click.FloatRange(min=0))
@click.argument("most", metavar="[MOST]", type=click.FloatRange(min=0), required=False)
def lag(state_dir: Path, least: float, most: float | None) -> None:
    """Set how long a write takes to the other region: SECONDS, or from SECONDS up to MOST.

    It holds for what is on its way already, too. At the start it is 0.5 to 1 second.
    """
    report = _call(state_dir, "PUT", "replication", {"lag_seconds": [least, least if most is None else most]})
    click.echo("Replication takes {} to {} seconds.".format(*report["lag_seconds"]))


@replication.command()
@state_dir_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(state_dir: Path, *, as_json: bool) -> None:
    """Say what is on its way between the regions, and how old it is."""
    report = _call(state_dir, "GET", "replication")
    if as_json:
        click.echo(json.dumps(report, indent=2))
        return
    click.echo("Replication takes {} to {} seconds.".format(*report["lag_seconds"]))
    for link in report["links"]:
        click.echo(_in_words(link))
    click.echo(f"Conflicts so far: {report['conflicts']}.")


@replication.command()
@state_dir_option
def conflicts(state_dir: Path) -> None:
    """List, as JSON, the concurrent writes of which the last one won and the other is lost."""
    click.echo(json.dumps(_call(state_dir, "GET", "replication/conflicts")["conflicts"], indent=2))


@click.group(name="health-checks")
def health_checks() -> None:
    """Look at Route 53's health checks, or let their time pass faster."""


@health_checks.command(name="status")
@state_dir_option
def health_check_status(state_dir: Path) -> None:
    """Print, as JSON, each health check with what its checkers saw last."""
    click.echo(json.dumps(_call(state_dir, "GET", "health-checks"), indent=2))


@health_checks.command()
@state_dir_option
@click.argument("factor", type=click.FloatRange(min=0, min_open=True, max=100))
def speed(state_dir: Path, factor: float) -> None:
    """Make the intervals between requests FACTOR times shorter than on AWS (1: as on AWS)."""
    report = _call(state_dir, "PUT", "health-checks", {"speed": factor})
    click.echo(f"Health checks are {report['speed']:g} times as frequent as on AWS.")


@click.command()
@state_dir_option
@click.argument("service")
@click.argument("region")
@click.argument(
    "modes", metavar="MODE...", nargs=-1, required=True, type=click.Choice([*map(str, ServiceMode), "up"])
)
@click.option("--share", default=1.0, show_default=True, type=click.FloatRange(0, 1, min_open=True),
              help="The share of calls that fail.")  # fmt: skip
def fault(state_dir: Path, service: str, region: str, modes: tuple[str, ...], share: float) -> None:
    """Let calls to one service fail in one region, for example: fault dynamodb us-east-1 throttle.

    throttle refuses with the service's throttling error, unavailable answers 503, reset closes the
    connection, hang never answers, lost does the work and loses the answer, up heals. With several modes,
    each failing call meets one of them.
    """
    faults = _call(state_dir, "PUT", f"services/{service}/{region}", {"mode": list(modes), "share": share})[
        "faults"
    ]
    for one in faults:
        modes_in_words = " or ".join(one["mode"])
        click.echo(f"{one['share']:.0%} of {one['service']} in {one['region']}: {modes_in_words}")
    if not faults:
        click.echo("No service fails.")


def _call(state_dir: Path, method: str, path: str, body: object = None) -> Mapping[str, Any]:
    try:
        return client.call(running(state_dir).settings, method, path, body)
    except client.ControlError as error:
        raise CommandError(str(error)) from error


def _in_words(link: Mapping[str, Any]) -> str:
    way = f"  {link['table']}, {link['source']} to {link['destination']}:"
    if not link["pending"]:
        return f"{way} nothing on its way"
    held = ", held until both regions are up" if link["held"] else ""
    oldest = link["oldest_pending_seconds"]
    return f"{way} {link['pending']} writes on their way, the oldest for {oldest} s{held}"
