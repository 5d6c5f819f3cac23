"""`ha state …`: what to do about a state after a run that ended badly."""

from __future__ import annotations

import click

from techmoda_ha.aws_clients import AwsClients
from techmoda_ha.bootstrap.lock import StateLock
from techmoda_ha.bootstrap.migration import objects_in
from techmoda_ha.cli_options import environment_option, require_consent, target_option
from techmoda_ha.environments import Environment, Target, Workspace, process_variables
from techmoda_ha.errors import HaError
from techmoda_ha.terraform import Terraform

PUSHED = ".pushed"


@click.group()
def state() -> None:
    """Mend an environment's Terraform state after a run that died."""


def _terraform(environment: str, target: str) -> Terraform:
    workspace = Workspace.from_environment()
    return Terraform(workspace, Environment(environment), process_variables(workspace, Target(target)))


@state.command()
@environment_option
@target_option
@click.option("--id", "wanted", default="", help="Release this lock only, the one that an error named.")
@click.option("--yes", is_flag=True, help="Do not ask (the local AWS never asks).")
def unlock(environment: str, target: str, wanted: str, *, yes: bool) -> None:
    """Release the lock that a run left behind when it was killed.

    Says who holds it, and asks: releasing the lock of a run that still goes on lets two change one state.
    """
    terraform = _terraform(environment, target)
    settings = terraform.backend.settings()
    s3 = AwsClients(terraform.variables)("s3", str(settings["region"]))
    lock = StateLock.of(settings, s3).read()
    if lock is None:
        click.echo(f"envs/{environment}: nobody holds the state.")
        return
    click.echo(f"envs/{environment} is held: {lock.holder} ({lock.id}).", err=True)
    if wanted and wanted != lock.id:
        raise HaError(
            f"Another run holds it by now, not {wanted}; nothing was touched.",
            "Wait until that one has ended.",
        )
    require_consent(
        "Has that run ended for good?", target, yes=yes, otherwise="Look for that run, then repeat."
    )
    terraform.init(settings)
    terraform.unlock_state(lock.id)
    click.echo(f"envs/{environment}: the lock is released.")


@state.command()
@environment_option
@target_option
def push(environment: str, target: str) -> None:
    """Put a state that its bucket did not take, and that was kept here, into the bucket."""
    terraform = _terraform(environment, target)
    file = terraform.backend.unwritten_state
    if not file.is_file():
        click.echo(f"envs/{environment}: no state waits here for its bucket.")
        return
    terraform.init()
    terraform.push_state(file)
    count = len(objects_in(terraform.pull_state()))
    file.replace(file.with_name(file.name + PUSHED))
    click.echo(f"envs/{environment}: the state with {count} resources is in its bucket.")
