"""The command line: `python -m local_aws`, which `ha local` forwards to.

Exit codes: 0 done, 1 `status` when nothing healthy runs, 2 wrong usage or a failed command. This module
imports nothing slow, as `env` and `status` run often.
"""

from __future__ import annotations

import json
import os
import shlex
import time
import uuid
from pathlib import Path
from typing import Any

import click
import psutil

from local_aws import cli_behaviour, client, environment, instance, lifecycle
from local_aws.cli_options import (
    CommandError,
    read_settings,
    running,
    settings_options,
    state_dir_option,
)
from local_aws.faults import Mode
from local_aws.instance import Instance
from local_aws.preflight import PreflightError, require_addresses

_PROGRESS_AFTER_SECONDS = 2.0
_FOLLOW_SECONDS = 0.2
_START_IT = "Next: make local-up (or: ha local up)"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """A local AWS with two regions, on loopback addresses. State lives as long as the process."""


@main.command()
@settings_options
def up(**values: Any) -> None:
    """Start it in the background and return when it is ready."""
    settings = read_settings(**values)
    try:
        with _Progress("starting the local AWS") as progress:
            started = lifecycle.up(settings, progress.show_when_slow)
    except (PreflightError, lifecycle.LifecycleError) as error:
        raise CommandError(str(error)) from error
    if started.lost:
        click.echo(
            f"The one started {started.lost.started_at} was lost; what was deployed to it is gone, and so is "
            "the Terraform state that described it.",
            err=True,
        )
    verb = "is up" if started.new else "runs already"
    click.echo(
        f"The local AWS {verb} at {started.instance.settings.endpoint_url} (pid {started.instance.pid})."
    )


@main.command()
@state_dir_option
def down(state_dir: Path) -> None:
    """End it, with every process that it started. What was deployed to it is gone."""
    try:
        ended = lifecycle.down(state_dir)
    except lifecycle.LifecycleError as error:
        raise CommandError(str(error)) from error
    click.echo(f"The local AWS (pid {ended.pid}) is down." if ended else "The local AWS is not running.")


@main.command()
@state_dir_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(state_dir: Path, *, as_json: bool) -> None:
    """Say what runs; exit code 1 when nothing does or it is not healthy."""
    recorded = instance.read(state_dir)
    report = _report(recorded, state_dir)
    click.echo(json.dumps(report, indent=2) if as_json else _in_words(report))
    if not report["healthy"]:
        raise SystemExit(1)


@main.command()
@state_dir_option
@click.option("-f", "--follow", is_flag=True, help="Go on until interrupted.")
def logs(state_dir: Path, *, follow: bool) -> None:
    """Print the log of the running local AWS, or of the last one."""
    path = lifecycle.log_path(state_dir)
    if not path.exists():
        raise CommandError(f"there is no log at {path}. Start the local AWS: ha local up")
    with path.open(errors="replace") as log:
        while True:
            click.echo(log.read(), nl=False)
            if not follow:
                return
            time.sleep(_FOLLOW_SECONDS)


@main.command()
@state_dir_option
@click.argument("name", metavar="REGION")
@click.argument("mode", type=click.Choice([*map(str, Mode), "up"]))
def region(state_dir: Path, name: str, mode: str) -> None:
    """Cut a region off, or heal it.

    reset closes connections without an answer, hang never answers, unavailable answers 503, up heals.
    """
    try:
        regions = client.set_region(running(state_dir).settings, name, mode)
    except client.ControlError as error:
        raise CommandError(str(error)) from error
    click.echo(", ".join(f"{region_name} is {state}" for region_name, state in regions.items()))


@main.command()
@state_dir_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def env(state_dir: Path, *, as_json: bool) -> None:
    """Print the variables that make AWS tools use it: eval "$(ha local env)"."""
    served = running(state_dir)
    variables = environment.for_clients(served.settings, served.terraform_state)
    if as_json:
        click.echo(json.dumps(variables, indent=2))
        return
    click.echo("unset AWS_PROFILE AWS_SESSION_TOKEN")
    for name, value in variables.items():
        click.echo(f"export {name}={shlex.quote(value)}")


main.add_command(cli_behaviour.replication)
main.add_command(cli_behaviour.health_checks)
main.add_command(cli_behaviour.fault)


@main.command()
@settings_options
@click.option("--exit-with-parent", is_flag=True, help="End when the process that started this one is gone.")
def serve(*, exit_with_parent: bool, **values: Any) -> None:
    """Run it in the foreground until interrupted."""
    settings = read_settings(**values)
    instance_id = os.environ.setdefault(environment.INSTANCE_VARIABLE, uuid.uuid4().hex[:12])
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    other = lifecycle.running(settings.state_dir)
    if other and other.id != instance_id:
        raise CommandError(f"a local AWS runs already (pid {other.pid}). End it first: ha local down")
    try:
        require_addresses(settings)
    except PreflightError as error:
        raise CommandError(str(error)) from error
    _serve(Instance.of_process(instance_id, psutil.Process(), settings), exit_with_parent=exit_with_parent)


def _serve(served: Instance, *, exit_with_parent: bool) -> None:
    from local_aws import fills, server

    served.terraform_state.mkdir(parents=True)
    served.write()
    try:
        server.run(served, exit_with_parent=exit_with_parent)
    except (server.StartError, fills.MissingInternalError, OSError) as error:
        raise CommandError(str(error)) from error
    finally:
        served.remove_folder()
        served.forget()


def _report(recorded: Instance | None, state_dir: Path) -> dict[str, Any]:
    is_running = bool(recorded and recorded.process())
    report: dict[str, Any] = {
        "running": is_running,
        "healthy": False,
        "state_dir": str(state_dir),
        "log": str(lifecycle.log_path(state_dir)),
    }
    if recorded is None:
        return report
    report |= {
        "lost": not is_running,
        "instance": recorded.id,
        "pid": recorded.pid,
        "started_at": recorded.started_at,
        "endpoint_url": recorded.settings.endpoint_url,
        "region_urls": {name: recorded.settings.region_url(name) for name in recorded.settings.regions},
        "domain": recorded.settings.domain,
        "auth": recorded.settings.auth,
        "terraform_state": str(recorded.terraform_state),
    }
    if is_running:
        try:
            answer = client.status(recorded.settings)
        except client.ControlError as error:
            report["problem"] = str(error)
        else:
            report["healthy"] = answer["ready"] and answer["instance"] == recorded.id
            report |= {name: answer[name] for name in ("regions", "fills", "uptime_seconds")}
    return report


def _in_words(report: dict[str, Any]) -> str:
    if not report["running"]:
        if report.get("lost"):
            return f"The local AWS of {report['started_at']} is lost: its process is gone. {_START_IT}"
        return f"The local AWS is not running. {_START_IT}"
    if not report["healthy"]:
        problem = report.get("problem", "it is still starting")
        return f"The local AWS (pid {report['pid']}) is not healthy: {problem}. Its log: {report['log']}"
    lines = [f"The local AWS is up at {report['endpoint_url']} (pid {report['pid']})."]
    lines += [f"  {name}: {state}, its API at {report['region_urls'][name]}"
              for name, state in report["regions"].items()]  # fmt: skip
    return "\n".join(lines)


class _Progress:
    """A spinner on the terminal, once something takes longer than a moment."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._since = time.monotonic()
        self._status: Any = None

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._status:
            self._status.stop()

    def show_when_slow(self) -> None:
        """Call it again and again while waiting."""
        if self._status is None and time.monotonic() - self._since > _PROGRESS_AFTER_SECONDS:
            from rich.console import Console

            self._status = Console(stderr=True).status(f"{self._text} …")
            self._status.start()
