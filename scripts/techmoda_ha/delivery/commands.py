"""`ha bake`, `ha rollback`, `ha drift`, `ha audit` and `ha pipeline run-local`."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console

from techmoda_ha.cli_options import environment_option, json_option, target_option
from techmoda_ha.delivery.audit import audit_requirements
from techmoda_ha.delivery.rollback import apply_previous_commit
from techmoda_ha.delivery.run_local import read_stages, run_stages, stages_between
from techmoda_ha.delivery.run_record import RunRecord
from techmoda_ha.delivery.service import Delivery
from techmoda_ha.environments import Environment, Target, Workspace, process_variables
from techmoda_ha.errors import ViolationError

BAKE_SECONDS = 600  # twice the longest evaluation of the paging alarms (5 minutes)
LOCAL_BAKE_SECONDS = 15


def _delivery(environment: str, target: str) -> Delivery:
    workspace = Workspace.from_environment()
    variables = process_variables(workspace, Target(target))
    return Delivery(workspace, Environment(environment), variables, Console(stderr=True))


@click.command()
@environment_option
@target_option
@click.option("--seconds", default=BAKE_SECONDS, show_default=True, type=click.IntRange(1),
              envvar="BAKE_SECONDS", help="How long to watch.")  # fmt: skip
def bake(environment: str, target: str, seconds: int) -> None:
    """Watch an environment's alarms after a release. Exit status 1 as soon as one is raised."""
    before = _delivery(environment, target).bake(seconds)
    if before:
        click.echo(f"In alarm already before the release, so not counted: {', '.join(before)}")
    click.echo(f"envs/{environment}: no alarm was raised in {seconds} s.")


@click.command()
@environment_option
@target_option
@click.option("--with-terraform", is_flag=True, help="Also apply the commit that was deployed before.")
@json_option
def rollback(environment: str, target: str, *, with_terraform: bool, as_json: bool) -> None:
    """Take the last release of an environment back: its aliases to the versions that they served before."""
    delivery = _delivery(environment, target)
    moves = delivery.rollback()
    if with_terraform:
        apply_previous_commit(delivery.workspace, delivery.environment, target, delivery.release())
    if as_json:
        click.echo(json.dumps([asdict(move) for move in moves], indent=2))
        return
    for move in moves:
        click.echo(f"{move.alias}: version {move.was} -> {move.now}")
    if not moves:
        click.echo(f"envs/{environment}: every alias serves what it served before the last release.")


@click.command()
@environment_option
@target_option
@json_option
def drift(environment: str, target: str, *, as_json: bool) -> None:
    """Compare what is deployed with what this checkout says. Exit status 1 when something differs."""
    run = _delivery(environment, target).drift()
    if as_json:
        click.echo(json.dumps({"drift": run.has_changes, "planned": run.planned}, indent=2))
    else:
        for change in run.planned:
            click.echo(f"{change['action']:8} {change['address']}")
    if run.has_changes:
        raise ViolationError(
            f"envs/{environment} is not what this checkout says: {len(run.planned)} resources differ.",
            "Somebody changed it by hand, a release is due, or it was applied with other variables "
            f"(TF_VAR_…, aws.tfvars): make plan ENV={environment}",
        )


@click.command()
@json_option
def audit(*, as_json: bool) -> None:
    """Look every locked requirement up for known vulnerabilities. Exit status 1 when there is one."""
    report = audit_requirements(Workspace.from_environment(), Console(stderr=True))
    if as_json:
        click.echo(json.dumps(report, indent=2))


@click.group()
def pipeline() -> None:
    """The delivery pipeline: validate, plan, approve, DR first, then the primary region."""


@pipeline.command("run-local")
@target_option
@click.option("--bake-seconds", default=LOCAL_BAKE_SECONDS, show_default=True, type=click.IntRange(1),
              help="How long each region's alarms are watched.")  # fmt: skip
@click.option("--from", "first", default="", help="Begin with this stage; see pipeline/stages.yaml.")
@click.option("--until", "last", default="", help="End with this stage.")
@click.option("--yes", is_flag=True, help="Approve without asking (the local AWS never asks).")
def run_local(target: str, bake_seconds: int, first: str, last: str, *, yes: bool) -> None:
    """Run every stage here, with the very buildspecs that CodeBuild runs; stop at the first that fails."""
    workspace, console = Workspace.from_environment(), Console(stderr=True)
    every = read_stages(workspace.root)
    stages = stages_between(every, first, last)
    record = RunRecord(target, [one.name for one in stages], [one.name for one in every if one not in stages])

    def say(line: str) -> None:
        at = record.take(line).at.strftime("%H:%M:%S")
        console.print(f"{at}  {line}", style="bold", markup=False, highlight=False, soft_wrap=True)

    def approve(name: str) -> bool:
        return target == Target.LOCAL or yes or click.confirm(f"{name}: go on?", err=True)

    tools = str(Path(sys.executable).parent)
    variables = {
        **os.environ,
        "TARGET": target,
        "BAKE_SECONDS": str(bake_seconds),
        "PATH": os.pathsep.join([tools, os.environ.get("PATH", "")]),
    }
    failed = run_stages(workspace.root, stages, variables, say, approve)
    record.evidence(failed.name if failed else None).write(workspace.build / "evidence")
    if failed:
        raise ViolationError(
            f"The pipeline stopped at stage {failed.name}; no later stage has run.", "The cause stands above."
        )
    say("all stages passed")
