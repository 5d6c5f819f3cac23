"""`ha bootstrap`."""

from __future__ import annotations

import json

import click

from techmoda_ha.bootstrap.migration import migrate_state
from techmoda_ha.cli_options import environment_option, json_option, target_option
from techmoda_ha.environments import Environment, Target, Workspace, process_variables
from techmoda_ha.terraform import Terraform


@click.command()
@environment_option
@target_option
@click.option("--migrate-state", is_flag=True, help="Move the state from this machine to the bucket.")
@json_option
def bootstrap(environment: str, target: str, *, migrate_state: bool, as_json: bool) -> None:
    """Make the bucket that keeps an environment's state, in that environment's region. Safe to run again."""
    workspace = Workspace.from_environment()
    terraform = Terraform(workspace, Environment(environment), process_variables(workspace, Target(target)))
    backend = terraform.backend
    bucket = backend.bucket()
    done = backend.ensure(bucket)
    settings = backend.keep(bucket.location)
    moved = _move(terraform, settings) if migrate_state else None
    if as_json:
        click.echo(json.dumps({"done": done, "backend": settings, "moved": moved}, indent=2))
        return
    for one in done:
        click.echo(f"made   {one}")
    if not done:
        click.echo("Everything is as it must be.")
    click.echo(f"The state of envs/{environment}: s3://{bucket.location.bucket}/{bucket.location.object_key}")
    click.echo(f"Backend settings: {backend.file}")
    if migrate_state:
        click.echo(f"Moved {moved['resources']} resources; the former file is {moved['kept_as']}"
                   if moved else "No state lies on this machine; nothing to move.")  # fmt: skip


def _move(terraform: Terraform, settings: dict[str, object]) -> dict[str, object] | None:
    moved = migrate_state(terraform, settings)
    return {"resources": moved.resources, "kept_as": str(moved.kept_as)} if moved else None
