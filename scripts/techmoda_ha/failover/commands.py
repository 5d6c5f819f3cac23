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
from techmoda_ha.hints import program

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
    opened = open_failover(Workspace.from_environment(), Target(target))
    found, setup = opened.status(), opened.setup
    if as_json:
        click.echo(json.dumps(found.as_json(), indent=2))
        return
    click.echo(_who_serves(found))
    if found.serving == setup.primary.region and found.health[found.serving] != HEALTHY:
        click.echo(_what_follows(found, setup))
    state = found.stop
    if state.engaged:
        click.echo(f"STOP is engaged since {state.at} by {state.by}: {state.reason}")
    else:
        click.echo(f"STOP is not engaged; the latch {'is armed' if state.armed else _when_armed(setup)}.")
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
    within = _within(opened.setup.worst_case_stop_seconds, otherwise="once Route 53 has read the switch")
    click.echo(
        f"STOP is engaged. Clients move to {opened.setup.dr.region} {within}, "
        f"DNS caches ({DNS_TTL_SECONDS} s) included."
    )
    click.echo(f"Put the primary region back with: {program()} failover resume --reason …")


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


def _what_follows(found: Status, setup: FailoverSetup) -> str:
    """Say what becomes of clients while DNS leads to a primary region that is not well."""
    if found.stop.engaged:
        within = _within(setup.worst_case_stop_seconds, "of its engaging")
        return f"STOP moves clients to {setup.dr.region} {within}; ask again."
    within = _within(setup.worst_case_failover_seconds, "of the fault")
    return f"Route 53 moves clients to {setup.dr.region} {within}, if its checks fail too; ask again."


def _when_armed(setup: FailoverSetup) -> str:
    # As long as a stop needs to reach clients: until then DNS may be about to turn (decision 48).
    seconds = setup.worst_case_stop_seconds
    age = "" if math.isnan(seconds) else f" and STOP has not changed for {seconds:.0f} s"
    return f"arms itself once DNS leads to {setup.primary.region}{age}"


def _within(seconds: float, since: str = "", otherwise: str = "soon") -> str:
    return otherwise if math.isnan(seconds) else f"within {seconds:.0f} s {since}".rstrip()


def _change_as_json(change: Change) -> dict[str, Any]:
    return {"changed": change.made, "stop": change.state.as_json()}
