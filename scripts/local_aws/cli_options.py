"""What the commands share: options, the running instance, and how a command fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from local_aws import instance, lifecycle
from local_aws.instance import Instance
from local_aws.settings import (
    DEFAULT_DNS_PORT,
    DEFAULT_PORT,
    DEFAULT_REGIONS,
    DEFAULT_TLS_PORT,
    Settings,
    SettingsError,
    default_state_dir,
    parse_regions,
)

F = TypeVar("F", bound=Callable[..., Any])


class CommandError(click.ClickException):
    """A command failed: one clear line, with the next step."""

    exit_code = 2


def state_dir_option(command: F) -> F:
    """Add --state-dir, an absolute path."""
    return click.option(
        "--state-dir",
        envvar="LOCAL_AWS_STATE_DIR",
        type=click.Path(file_okay=False, path_type=Path),
        default=default_state_dir,
        callback=lambda _context, _option, value: value.resolve(),
        help="Where the local AWS keeps its record, log and data (build/local).",
    )(command)


def settings_options(command: F) -> F:
    """Add an option for each setting; `read_settings` reads them."""
    options = [
        state_dir_option,
        click.option("--port", envvar="LOCAL_AWS_PORT", type=int, default=DEFAULT_PORT, show_default=True),
        click.option("--control-address", envvar="LOCAL_AWS_CONTROL_ADDRESS", default="127.0.0.1",
                     show_default=True, help="Serves the AWS APIs of all regions."),
        click.option("--regions", envvar="LOCAL_AWS_REGIONS", default=DEFAULT_REGIONS, show_default=True,
                     help="Each region with the loopback address of its data plane."),
        click.option("--domain", envvar="LOCAL_AWS_DOMAIN", default="techmoda.example", show_default=True,
                     help="A hosted zone of this name exists from the start."),
        click.option("--auth/--no-auth", envvar="LOCAL_AWS_AUTH", default=False,
                     help="Enforce IAM policies."),
        click.option("--dns-port", envvar="LOCAL_AWS_DNS_PORT", type=int, default=DEFAULT_DNS_PORT,
                     show_default=True, help="The DNS server's port at the control address."),
        click.option("--tls-port", envvar="LOCAL_AWS_TLS_PORT", type=int, default=DEFAULT_TLS_PORT,
                     show_default=True, help="The port of the regions' TLS, in place of 443."),
        click.option("--pace", envvar="LOCAL_AWS_PACE", type=float, default=1.0, show_default=True,
                     help="How many times as fast the minutes of burst and autoscaling pass."),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def read_settings(**values: Any) -> Settings:
    """The settings that the options ask for. Raises UsageError when they cannot be."""
    try:
        return Settings(**{**values, "regions": parse_regions(values["regions"])})
    except SettingsError as error:
        raise click.UsageError(str(error)) from error


def running(state_dir: Path) -> Instance:
    """The instance whose server runs. Raises CommandError when there is none."""
    return lifecycle.running(state_dir) or _not_running(state_dir)


def _not_running(state_dir: Path) -> NoReturn:
    lost = " any more: its process is gone" if instance.read(state_dir) else ""
    raise CommandError(f"the local AWS is not running{lost}. Start it: ha local up")
