"""`ha queues list|look|redrive|purge`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import click

from techmoda_ha import operations
from techmoda_ha.aws_clients import AwsClients
from techmoda_ha.cli_options import choice, json_option, require_consent, target_option
from techmoda_ha.environments import Environment, Target, Workspace, process_variables
from techmoda_ha.errors import HaError, ViolationError
from techmoda_ha.queues.queue import Clients, EventQueue, Held, queue_name
from techmoda_ha.queues.redriving import Redriven, Redriver

EVERYTHING = 10_000  # A queue holds so many only where nobody looked for weeks; the next run takes the rest.

name_argument = click.argument("name")
where_option = click.option(
    "--env", "environment", default="primary", show_default=True, envvar="ENV", type=choice(Environment),
    help="Whose queues: the root module under envs/, and its region.",
)  # fmt: skip
yes_option = click.option("--yes", is_flag=True, help="Do not ask (the local AWS never asks).")


@click.group()
def queues() -> None:
    """See events that no function could handle, send them again, discard them."""


@queues.command("list")
@where_option
@target_option
@json_option
def list_queues(environment: str, target: str, *, as_json: bool) -> None:
    """Say how many events wait in each queue of an environment."""
    place = _deployed(environment, target)
    found = [
        {"name": name, "queue": queue, **vars(EventQueue(place.clients, place.region, queue).depth())}
        for name, queue in sorted(place.queues.items())
    ]
    if as_json:
        click.echo(json.dumps({"region": place.region, "queues": found}, indent=2))
        return
    for one in found:
        in_hand = f", {one['in_hand']} in hand" if one["in_hand"] else ""
        click.echo(f"{one['name']:10} {one['waiting']:>5} waiting{in_hand}  {one['queue']}")


@queues.command()
@name_argument
@where_option
@target_option
@click.option(
    "--limit", default=20, show_default=True, type=click.IntRange(1, EVERYTHING), help="As many at most."
)
@json_option
def look(name: str, environment: str, target: str, limit: int, *, as_json: bool) -> None:
    """Show what waits and why, oldest first; it stays there.

    NAME is a queue's as `ha queues list` shows it: backups, or its full name as an alarm tells it.
    """
    queue = _deployed(environment, target).queue(name)
    with queue.held(limit) as held:
        events = [one.event for one in held]
    if as_json:
        found = [one.as_json() for one in events]
        click.echo(json.dumps({"region": queue.region, "queue": queue.name, "events": found}, indent=2))
        return
    for event in events:
        click.echo("\n".join(event.as_lines()))
    rest = "; there may be more (--limit)" if len(events) == limit else ""
    click.echo(f"{_count(held)} in {queue.name}, {queue.region}{rest}.", err=True)


@queues.command()
@name_argument
@where_option
@target_option
@yes_option
@json_option
def redrive(name: str, environment: str, target: str, *, yes: bool, as_json: bool) -> None:
    """Send what waits to its function again, then take it out; a schedule's ticks stay.

    Exit status 1 when an event does not say which function it is for: it stays, too.
    """
    place = _deployed(environment, target)
    queue = place.queue(name)
    with queue.held(EVERYTHING) as held:
        chosen = [one for one in held if not one.event.is_tick]
        if chosen:
            require_consent(f"Send {_count(chosen)} in {queue.name}, {queue.region}, again?", target, yes=yes)
        done = Redriver(place.clients("lambda", place.region), place.usual_function(name)).redrive(
            chosen, queue.delete
        )
    _report_redriven(done, queue, ticks=len(held) - len(chosen), as_json=as_json)


@queues.command()
@name_argument
@where_option
@target_option
@click.option("--ticks", is_flag=True, help="Discard only what a schedule sent.")
@yes_option
@json_option
def purge(name: str, environment: str, target: str, *, ticks: bool, yes: bool, as_json: bool) -> None:
    """Discard what waits, for good. Safe to run twice."""
    queue = _deployed(environment, target).queue(name)
    with queue.held(EVERYTHING) as held:
        chosen = [one for one in held if one.event.is_tick or not ticks]
        if chosen:
            require_consent(
                f"Discard {_count(chosen)} in {queue.name}, {queue.region}, for good?", target, yes=yes
            )
        queue.delete(chosen)
    if as_json:
        click.echo(
            json.dumps({"region": queue.region, "queue": queue.name, "discarded": len(chosen)}, indent=2)
        )
        return
    click.echo(f"{queue.name}, {queue.region}: {_count(chosen)} discarded, {len(held) - len(chosen)} left.")


@dataclass(frozen=True)
class _Place:
    """An environment's queues, and what leads to them."""

    environment: str
    outputs: dict[str, Any]
    clients: Clients

    @property
    def region(self) -> str:
        return str(self.outputs["region"])

    @property
    def queues(self) -> dict[str, str]:
        return dict(self.outputs["failed_event_queue_names"])

    def queue(self, name: str) -> EventQueue:
        """Return a queue by its name; a wrong one is a wrong use that lists those that there are."""
        try:
            return EventQueue(self.clients, self.region, queue_name(name, self.queues))
        except KeyError as error:
            raise click.BadParameter(
                f"envs/{self.environment} has no queue {name}. It has: {', '.join(sorted(self.queues))}.",
                click.get_current_context(),
                param_hint="NAME",
            ) from error

    def usual_function(self, name: str) -> str | None:
        """Return what events go to whose message does not say it: in the responder's queue, the responder."""
        if queue_name(name, self.queues) != self.queues.get("incidents"):
            return None
        return f"{self.outputs['incident_function_name']}:live"


def _deployed(environment: str, target: str) -> _Place:
    workspace = Workspace.from_environment()
    variables = process_variables(workspace, Target(target))
    outputs = operations.outputs(workspace, Environment(environment), variables)
    if "failed_event_queue_names" not in outputs:
        lacks = "was deployed before its outputs named its queues" if outputs else "is not deployed"
        raise HaError(f"envs/{environment} {lacks}.", f"Deploy it: make apply ENV={environment}")
    return _Place(environment, outputs, AwsClients(variables))


def _count(held: list[Held]) -> str:
    """Return how many events these are, and how many of them ticks."""
    ticks = sum(one.event.is_tick for one in held)
    told = f" ({ticks} of them a schedule's ticks)" if ticks else ""
    return f"{len(held)} {'event' if len(held) == 1 else 'events'}{told}"


def _report_redriven(done: Redriven, queue: EventQueue, *, ticks: int, as_json: bool) -> None:
    """Print what was sent; raise ViolationError when something could not be."""
    if as_json:
        told = {"region": queue.region, "queue": queue.name, **vars(done), "ticks": ticks}
        click.echo(json.dumps(told, indent=2))
    else:
        kept = f" A schedule's ticks stay ({ticks}): purge --ticks discards them." if ticks else ""
        click.echo(f"{queue.name}, {queue.region}: {done.sent} sent again.{kept}")
    if done.unknown:
        raise ViolationError(
            f"{queue.name}: of {done.unknown} nobody says which function they are for; they stay.",
            "Look at them (ha queues look), and do by hand what they ask for.",
        )
