"""`ha failover status|stop|resume`."""

from __future__ import annotations

import json
import math
from typing import Any

import click

from techmoda_ha import operations
from techmoda_ha.cli_options import json_option, target_option
from techmoda_ha.environments import Environment, Target, Workspace, process_variables
from techmoda_ha.failover.service import HEALTHY, Failover, FailoverSetup, Status
from techmoda_ha.failover.switch import Change

DNS_TTL_SECONDS = 60

reason_option = click.option("--reason", required=True, help="Why, for the record.")


@click.group()
def failover() -> None:
    """Take the primary region out of service, or put it back (the STOP switch)."""


@failover.command()
@target_option
@json_option
def status(target: str, *, as_json: bool) -> None:
    """Say who serves, whether STOP is engaged, and how both regions are."""
    found = open_failover(Workspace.from_environment(), Target(target)).status()
    if as_json:
        click.echo(json.dumps(found.as_json(), indent=2))
        return
    click.echo(_who_serves(found))
    state = found.stop
    if state.engaged:
        click.echo(f"STOP is engaged since {state.at} by {state.by}: {state.reason}")
    else:
        latch = (
            "is armed" if state.armed else "arms itself once DNS has led to the primary region for a while"
        )
        click.echo(f"STOP is not engaged; the latch {latch}.")
    for region, health in found.health.items():
        click.echo(f"{region}: {health}")


@failover.command()
@target_option
@reason_option
@json_option
def stop(target: str, reason: str, *, as_json: bool) -> None:
    """Take the primary region out of service, using the DR region only. Safe to run twice."""
    opened = open_failover(Workspace.from_environment(), Target(target))
    change = opened.stop(reason)
    if as_json:
        click.echo(json.dumps(_change_as_json(change), indent=2))
        return
    if not change.made:
        click.echo(
            f"STOP is engaged already, since {change.state.at} by {change.state.by}: {change.state.reason}"
        )
        return
    seconds = opened.setup.worst_case_stop_seconds
    within = f"within {seconds:.0f} s" if not math.isnan(seconds) else "once Route 53 has read the switch"
    click.echo(
        f"STOP is engaged. Clients move to {opened.setup.dr.region} {within}, "
        f"DNS caches ({DNS_TTL_SECONDS} s) included."
    )
    click.echo("Put the primary region back with: ha failover resume --reason …")


@failover.command()
@target_option
@reason_option
@click.option("--force", is_flag=True, help="Resume although it is not safe; what is at risk is said.")
@json_option
def resume(target: str, reason: str, *, force: bool, as_json: bool) -> None:
    """Put the primary region back. Refused (exit status 1) while it is unhealthy or replication lags."""
    opened = open_failover(Workspace.from_environment(), Target(target))
    change, risks = opened.resume(reason, force=force)
    if as_json:
        click.echo(json.dumps({**_change_as_json(change), "risks": risks}, indent=2))
        return
    for risk in risks:
        click.echo(f"At risk: {risk}.", err=True)
    if change.made:
        click.echo("STOP is released. Clients go back as soon as Route 53 finds the primary region healthy.")
    else:
        click.echo("STOP is not engaged; nothing was changed.")


def open_failover(workspace: Workspace, target: Target) -> Failover:
    """Return the failover of what is deployed; only the DR region's state has to be readable."""
    variables = process_variables(workspace, target)
    return Failover.of(
        FailoverSetup.from_outputs(operations.outputs(workspace, Environment.DR, variables)), variables
    )


def _who_serves(found: Status) -> str:
    if not found.serving:
        return "DNS does not say who serves clients."
    if (health := found.health[found.serving]) != HEALTHY:
        return f"DNS leads clients to {found.serving}, which is not well: {health}"
    return f"DNS leads clients to {found.serving}."


def _change_as_json(change: Change) -> dict[str, Any]:
    return {"changed": change.made, "stop": change.state.as_json()}
