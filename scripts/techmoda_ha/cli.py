"""The `ha` command: one thin click command per verb."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import click
from rich.console import Console

from techmoda_ha import checks, operations
from techmoda_ha.backups.commands import backup
from techmoda_ha.benchmark import bench_api, bench_recovery
from techmoda_ha.bootstrap.commands import bootstrap
from techmoda_ha.bootstrap.state_commands import state
from techmoda_ha.capacity_command import capacity
from techmoda_ha.change_commands import apply, plan
from techmoda_ha.cli_options import environment_option, json_option, target_option
from techmoda_ha.dashboard.commands import dashboard
from techmoda_ha.delivery.commands import audit, bake, drift, pipeline, rollback
from techmoda_ha.demo import Demo
from techmoda_ha.deployment import Deployment
from techmoda_ha.documentation.commands import docs
from techmoda_ha.drills.commands import drill
from techmoda_ha.environments import Environment, Target, Workspace, process_variables
from techmoda_ha.errors import HaError, ViolationError
from techmoda_ha.failover.commands import failover
from techmoda_ha.fuzz.command import fuzz
from techmoda_ha.hints import program, typeable
from techmoda_ha.load.command import load_test
from techmoda_ha.logs.commands import logs
from techmoda_ha.queues.commands import queues
from techmoda_ha.recovery.commands import recover
from techmoda_ha.report.commands import report
from techmoda_ha.requirements import lock_requirements
from techmoda_ha.slo.commands import slo
from techmoda_ha.smoke.runner import run_smoke
from techmoda_ha.teardown import destroy_environment
from techmoda_ha.validation.benchmark import bench_validate
from techmoda_ha.validation.checkov import checkov_plan
from techmoda_ha.validation.commands import list_rules, validate

console = Console(stderr=True)


class HaGroup(click.Group):
    """Shows every HaError as one clear line and the next step, with its exit status."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; turn errors into words."""
        try:
            return super().invoke(ctx)
        except HaError as error:
            if error.detail:
                console.print(error.detail, markup=False, highlight=False)
            console.print(
                f"error: {error.message}", style="bold red", markup=False, highlight=False, soft_wrap=True
            )
            advice = typeable(error.next_step, self.commands, program())
            console.print(f"next:  {advice}", markup=False, highlight=False, soft_wrap=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            console.print("Interrupted.")
            ctx.exit(130)


def _terminate(number: int, _frame: FrameType | None) -> None:
    # Once: make passes a signal on that its whole group has got, and at a second one Terraform is killed.
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


@click.group(cls=HaGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="techmoda-ha")
def main() -> None:
    """Deploy, prove and recover TechModa's two-region product API."""
    signal.signal(signal.SIGTERM, _terminate)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup sets it
        signal.signal(signal.SIGHUP, _terminate)  # A terminal that is closed must not leave a run behind.


@main.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def local(arguments: tuple[str, ...]) -> None:
    """Run the local AWS: up, down, status, logs, region, fault, env (`ha local --help`)."""
    if arguments[:1] == ("env",) and not {"-h", "--help"} & set(arguments):
        _print_local_environment(as_json="--json" in arguments)
        return
    named = {**os.environ, "LOCAL_AWS_PROGRAM": "ha local"}  # as its usage and its refusals call it
    command = [sys.executable, "-m", "local_aws", *arguments]
    sys.exit(subprocess.run(command, check=False, env=named).returncode)


def _print_local_environment(*, as_json: bool) -> None:
    variables = process_variables(Workspace.from_environment(), Target.LOCAL)
    del variables["TF_IN_AUTOMATION"]  # for a person's own terraform
    variables["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    if as_json:
        click.echo(json.dumps(variables, indent=2))
        return
    for name, value in variables.items():
        click.echo(f"export {name}={shlex.quote(value)}")


@main.command()
def setup() -> None:
    """Check Terraform and Python, and install everything again that is needed."""
    script = Workspace.from_environment().root / "scripts" / "setup_toolchain.py"
    sys.exit(subprocess.run([sys.executable, script, "--force"], check=False).returncode)


@main.command()
@target_option
@click.option("--architecture", default="arm64", show_default=True, type=click.Choice(["arm64", "x86_64"]),
              help="What the zips are built for (TARGET=local: always this machine).")  # fmt: skip
@json_option
def package(target: str, architecture: str, *, as_json: bool) -> None:
    """Build the Lambda zips, reproducibly."""
    built = operations.package(Workspace.from_environment(), Target(target), console, architecture, anew=True)
    if as_json:
        click.echo(json.dumps([vars(one) for one in built], indent=2, default=str))
        return
    for one in built:
        click.echo(f"{one.sha256}  {one.file.name}  {one.size_bytes:,} bytes")


@main.command()
@environment_option
@target_option
@click.option("--yes", is_flag=True, help="Do not ask (the local AWS never asks).")
def destroy(environment: str, target: str, *, yes: bool) -> None:
    """Destroy one environment, after naming what it touches. Destroy dr before primary."""
    workspace, where = Workspace.from_environment(), Environment(environment)
    variables = process_variables(workspace, Target(target))
    destroy_environment(workspace, where, variables, console, ask=target == "aws" and not yes)


@main.command()
@environment_option
@target_option
def outputs(environment: str, target: str) -> None:
    """Print one environment's outputs as JSON."""
    workspace = Workspace.from_environment()
    variables = process_variables(workspace, Target(target))
    click.echo(json.dumps(operations.outputs(workspace, Environment(environment), variables), indent=2))


@main.command()
@target_option
@click.option("--only", default="", help="Run the checks whose names match, e.g. 'recovery or alarm'.")
@json_option
def smoke(target: str, only: str, *, as_json: bool) -> None:
    """Smoke-test both regions of a deployment (on AWS, HA_TOKEN holds a token that may write)."""
    workspace = Workspace.from_environment()
    variables = process_variables(workspace, Target(target))
    deployment = Deployment.read(workspace, variables)
    token = operations.write_token(workspace, Target(target))
    result = run_smoke(workspace, deployment, variables, token, quiet=as_json, only=only)
    if as_json:
        click.echo(json.dumps(result.as_json(), indent=2))
    if result.failures:
        raise ViolationError(
            f"{len(result.failures)} of {len(result.checks)} smoke checks failed.",
            "Each failure is shown above; build/evidence/smoke.json keeps them.",
        )


@main.command()
@click.option("--scope", default="products:write", show_default=True, help="What the token allows.")
@click.option("--subject", default="demo", show_default=True, help="Whom it names.")
@click.option(
    "--minutes", default=60, show_default=True, type=click.IntRange(1, 1440), help="How long it is valid."
)
def token(scope: str, subject: str, minutes: int) -> None:
    """Print a token for the local deployment, signed with build/keys/token-signing.pem."""
    lifetime = timedelta(minutes=minutes)
    click.echo(
        operations.mint_token(Workspace.from_environment(), scope=scope, subject=subject, valid_for=lifetime)
    )


@main.command()
@click.option("--short", is_flag=True, help="Do not replay the three incidents (4 minutes instead of 12).")
def demo(*, short: bool) -> None:
    """Deploy both regions on the local AWS, replay the three incidents, and report what was measured."""
    Demo(Workspace.from_environment(), Console()).run(with_incidents=not short)


@main.command()
@click.option("--only", "names", multiple=True, help="Run only the named check (repeatable); see --list.")
@click.option("--list", "list_only", is_flag=True, help="List the checks.")
def test(names: tuple[str, ...], *, list_only: bool) -> None:
    """Run every check that CI runs; needs nothing running, leaves nothing running."""
    workspace = Workspace.from_environment()
    chosen = checks.select(checks.all_checks(workspace), names)
    if list_only:
        for check in chosen:
            click.echo(f"{check.name:24} {check.purpose}")
        return
    checks.run_all(workspace, chosen, Console())


def _check_command(name: str, purpose: str, *check_names: str) -> Callable[[], None]:
    @main.command(name, help=purpose)
    def command() -> None:
        workspace = Workspace.from_environment()
        checks.run_all(
            workspace, checks.select(checks.all_checks(workspace), check_names), Console(), verbose=True
        )

    return command


_check_command(
    "lint", "Check style and types of Python and Terraform.", "ruff", "format", "mypy", "terraform-fmt"
)
_check_command("checkov", "Check the Terraform for compliance.", "checkov")


@main.command()
def lock() -> None:
    """Resolve the requirements anew and lock them with hashes."""
    lock_requirements(Workspace.from_environment(), console)


@main.command()
def fmt() -> None:
    """Format Python and Terraform in place."""
    checks.format_in_place(Workspace.from_environment())


main.add_command(plan)
main.add_command(apply)
main.add_command(dashboard)
main.add_command(failover)
main.add_command(slo)
main.add_command(logs)
main.add_command(queues)
main.add_command(drill)
main.add_command(recover)
main.add_command(backup)
main.add_command(fuzz)
main.add_command(bench_api)
main.add_command(bench_recovery)
main.add_command(bootstrap)
main.add_command(state)
for one in (bake, rollback, drift, audit, pipeline):
    main.add_command(one)
main.add_command(capacity)
main.add_command(load_test)
main.add_command(validate)
main.add_command(list_rules)
main.add_command(bench_validate)
main.add_command(checkov_plan)
main.add_command(report)
main.add_command(docs)
