"""`ha logs`."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from techmoda_ha import operations
from techmoda_ha.aws_clients import AwsClients
from techmoda_ha.cli_options import choice, json_option, target_option
from techmoda_ha.environments import Environment, Target, Workspace, process_variables
from techmoda_ha.errors import HaError
from techmoda_ha.evidence import timestamp
from techmoda_ha.logs.reading import log_group, read_events

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
LONGEST = timedelta(days=3653)  # Ten years: the longest that CloudWatch Logs keeps what is not kept for ever.


class Span(click.ParamType[timedelta]):
    """A length of time: a whole number of seconds, minutes, hours or days, such as 15m."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read a length of time."""
        if isinstance(value, timedelta):
            return value
        if not (found := re.fullmatch(r"([1-9][0-9]{0,8})([smhd])", value)):
            self.fail(f"{value} is no length of time such as 30s, 15m, 2h or 1d", param, ctx)
        span = timedelta(**{UNITS[found[2]]: int(found[1])})
        if span > LONGEST:
            self.fail(f"{value} is longer than any log is kept: {LONGEST.days}d at most", param, ctx)
        return span


@click.command()
@click.argument("name")
@click.option(
    "--env", "environment", default="primary", show_default=True, envvar="ENV", type=choice(Environment),
    help="Whose log: the root module under envs/, and its region.",
)  # fmt: skip
@target_option
@click.option(
    "--since", default="15m", show_default=True, type=Span(), help="How far back: 30s, 15m, 2h, 1d."
)
@click.option("--filter", "pattern", default="", help="A filter pattern of CloudWatch Logs.")
@click.option("--raw", is_flag=True, help="Print records of metrics (embedded metric format) too.")
@json_option
def logs(
    name: str, environment: str, target: str, since: timedelta, pattern: str, *, raw: bool, as_json: bool
) -> None:
    """Print what a function or the API logged of late, oldest first.

    NAME is one of the environment's logs, such as products, authorizer, canary, access or waf (a wrong one
    lists them all), or a log group of its region by its full name, /aws/codebuild/… for one.

    Records of metrics are counted, not printed, unless --raw asks for them; --json holds them all.

    The local AWS looks for words only: a pattern in braces lets every event through there.
    """
    workspace = Workspace.from_environment()
    variables = process_variables(workspace, Target(target))
    outputs = operations.outputs(workspace, Environment(environment), variables)
    if not outputs:
        raise HaError(f"envs/{environment} is not deployed.", f"Deploy it: make apply ENV={environment}")
    try:
        group = log_group(name, outputs["log_group_names"])
    except KeyError as error:
        known = ", ".join(sorted(outputs["log_group_names"]))
        raise click.BadParameter(
            f"envs/{environment} has no log {name}. It has: {known}; or give a full name that begins with /.",
            click.get_current_context(),
            param_hint="NAME",
        ) from error
    region, start = outputs["region"], now() - since
    events = read_events(AwsClients(variables), region, group, start, pattern)
    if as_json:
        found = [one.as_json() for one in events]
        click.echo(json.dumps({"region": region, "log_group": group, "events": found}, indent=2))
    shown = [one for one in events if raw or as_json or not one.is_metrics]
    for one in () if as_json else shown:
        click.echo(one.as_line())
    if hidden := len(events) - len(shown):
        click.echo(f"Not shown: {hidden} records of metrics (--raw).", err=True)
    if not events:
        wanted = f" that matches {pattern}" if pattern else ""
        click.echo(f"Nothing{wanted} in {group}, {region}, since {timestamp(start)}.", err=True)


def now() -> datetime:
    """Return this moment; tests put another one in its place."""
    return datetime.now(UTC)
