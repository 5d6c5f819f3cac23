"""`ha slo`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial

import click

from techmoda_ha import operations
from techmoda_ha.aws_clients import AwsClients
from techmoda_ha.cli_options import json_option, target_option
from techmoda_ha.environments import Environment, Target, Workspace, process_variables
from techmoda_ha.partial import what_answers
from techmoda_ha.slo.standing import ServiceLevel, Standing, standings


@click.command()
@target_option
@json_option
def slo(target: str, *, as_json: bool) -> None:
    """Say what is left of each error budget, and how fast it is spent, in both regions.

    An alarm whose name ends in -long or -short watches one window of a burn-rate alert and tells nobody: both
    together raise the alert, the alarm without that ending. A region that does not answer is left out, and
    named on standard error.
    """
    workspace = Workspace.from_environment()
    variables = process_variables(workspace, Target(target))
    clients, now = AwsClients(variables, answer_seconds=30), datetime.now(UTC)

    def ask(environment: Environment) -> list[Standing]:
        outputs = operations.outputs(workspace, environment, variables)
        level = ServiceLevel.from_output(outputs["service_level"])
        return standings(clients, outputs["region"], level, now)

    found = [one for each in what_answers(Environment, ask, partial(click.echo, err=True)) for one in each]
    if as_json:
        click.echo(json.dumps([one.as_json() for one in found], indent=2))
        return
    for one in found:
        click.echo(in_words(one))


def in_words(one: Standing) -> str:
    """Return a standing as a paragraph for people."""
    if one.good_percent is None:
        good = "nothing was asked"
    else:
        bad, tolerated = (
            one.requests * (100 - share) / 100 for share in (one.good_percent, one.promised_percent)
        )
        good = (
            f"{one.good_percent:g} % of {one.requests:,.0f} requests were good ({bad:,.2f} were not, "
            f"{tolerated:,.2f} may be)"
        )
    rates = ", ".join(f"{alert} {long:g} / {short:g}" for alert, (long, short) in one.burn_rates.items())
    return (
        f"{one.region} {one.objective}: {good}, {one.promised_percent:g} % are promised; {_budget(one)}.\n"
        f"  burn rates (long / short window): {rates}; raised: {', '.join(one.raised) or 'none'}"
    )


def _budget(one: Standing) -> str:
    if not one.enough_requests:
        return f"too few requests to judge ({one.requests:,.0f})"
    if one.budget_left_percent > 0:
        return f"{one.budget_left_percent:g} % of the error budget is left"
    return f"the error budget is used up{_over(1 - one.budget_left_percent / 100)}"


def _over(burned: float) -> str:
    """Say how many times over, so that a budget spent one and a half times and one spent fifty times tell."""
    shown = f"{burned:,.0f}" if burned >= 10 else f"{burned:.1f}".removesuffix(".0")
    return "" if shown == "1" else f" ({shown} times over)"
