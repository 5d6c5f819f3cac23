"""A local AWS for tests: on free ports, in a folder of its own, ended whatever happens to the tests.

    with local_aws.testing.started(Path("build/test/smoke")) as aws:
        aws.client("sts", "us-east-1").get_caller_identity()

The server is a direct child that ends with its parent, so not even a killed test run leaves it behind.
"""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_aws import client, environment, instance, preflight
from local_aws.lifecycle import START_SECONDS, log_path
from local_aws.settings import SECRET_ACCESS_KEY, Settings

_END_SECONDS = 10.0
_TEST_PORTS = range(20_000, 32_000)
_PORT_CHOICES = 20
_START_TRIES = 5
_PORT_TAKEN = (os.strerror(errno.EADDRINUSE), "is taken")  # as the system and the server say it
_SHORTEST_PAUSE, _LONGEST_PAUSE, _PAUSE_SHARE = 0.02, 1.0, 0.05  # seconds, and of the time waited so far


class NotStartedError(RuntimeError):
    """The server ended, or was not ready in time; the message holds the end of its log."""


class _PortTakenError(NotStartedError):
    """Another program had one of its ports."""


@dataclass(frozen=True)
class LocalAws:
    """A running local AWS."""

    settings: Settings
    process: subprocess.Popen[bytes]

    @property
    def environment(self) -> dict[str, str]:
        """The variables for AWS tools, as `env` prints them."""
        return environment.for_clients(self.settings, self.terraform_state)

    @property
    def terraform_state(self) -> Path:
        """The folder for Terraform state that `env` names, too."""
        served = instance.read(self.settings.state_dir)
        return served.terraform_state if served else self.settings.state_dir / "terraform"

    def client(self, service: str, region: str, *, keys: tuple[str, str] | None = None, **config: Any) -> Any:
        """A boto3 client that fails fast: no retries, ten seconds to answer.

        `keys` are access key id and secret of the caller, else it is the account's root; `config` are
        further options of botocore's Config.
        """
        import boto3
        from botocore.config import Config

        make_client: Callable[..., Any] = boto3.client
        options = {"retries": {"max_attempts": 0}, "connect_timeout": 2, "read_timeout": 10, **config}
        key_id, secret = keys or (self.settings.account_id, SECRET_ACCESS_KEY)
        return make_client(
            service,
            region_name=region,
            endpoint_url=self.settings.endpoint_url,
            aws_access_key_id=key_id,
            aws_secret_access_key=secret,
            config=Config(**options),
        )

    @contextlib.contextmanager
    def cut_off(self, region: str, mode: str) -> Iterator[None]:
        """Cut the region off ("reset", "hang" or "unavailable") while the block runs."""
        client.set_region(self.settings, region, mode)
        try:
            yield
        finally:
            client.set_region(self.settings, region, "up")

    @contextlib.contextmanager
    def failing(self, service: str, region: str, *modes: str, share: float = 1.0) -> Iterator[None]:
        """Let that share of the calls to a service fail in a region while the block runs.

        The modes are those of local_aws.service_faults; with several, each failing call meets one of them.
        """
        client.set_service(self.settings, service, region, modes, share)
        try:
            yield
        finally:
            client.set_service(self.settings, service, region, ["up"])

    def log(self) -> str:
        """The server's log so far."""
        return log_path(self.settings.state_dir).read_text(errors="replace")


@contextlib.contextmanager
def started(
    parent_dir: Path, variables: Mapping[str, str] | None = None, **settings: Any
) -> Iterator[LocalAws]:
    """Start a local AWS in a new folder under `parent_dir`, and end and remove it afterwards.

    `variables` are put into its environment (LOCAL_AWS_RESTORE_SECONDS, for example); `settings` are
    fields of Settings that shall differ from the defaults; the ports are free ones.
    Raises NotStartedError.
    """
    parent_dir.mkdir(parents=True, exist_ok=True)
    state_dir = Path(tempfile.mkdtemp(prefix="local-aws-", dir=parent_dir)).resolve()
    try:
        running = _started_on_free_ports(state_dir, variables or {}, settings)
        try:
            yield running
        finally:
            _end(running.process)
    finally:
        shutil.rmtree(state_dir, ignore_errors=True)


def _started_on_free_ports(
    state_dir: Path, variables: Mapping[str, str], settings: Mapping[str, Any]
) -> LocalAws:
    """Start it, on other ports when a neighbour took one between the look and the server's bind."""
    for _ in range(_START_TRIES - 1):
        with contextlib.suppress(_PortTakenError):
            return _start(on_free_ports(state_dir, **settings), variables)
    return _start(on_free_ports(state_dir, **settings), variables)


def _start(wanted: Settings, variables: Mapping[str, str]) -> LocalAws:
    """Start it and wait until it is ready; end it when it does not come to that."""
    with log_path(wanted.state_dir).open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local_aws", "serve", "--exit-with-parent"],
            env={**_inherited(), **variables, **wanted.as_environment()},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    running = LocalAws(wanted, process)
    try:
        _wait_until_ready(running)
    except BaseException:
        _end(process)
        raise
    return running


def eventually(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Whether the condition becomes true, given the patience that a busy machine needs.

    The longer that or a look takes, the seldomer it looks: what is waited for shall have the processor.
    """
    started = time.monotonic()
    while (looked := time.monotonic()) - started < seconds:
        if condition():
            return True
        took, waited = time.monotonic() - looked, looked - started
        time.sleep(min(max(_SHORTEST_PAUSE, took, waited * _PAUSE_SHARE), _LONGEST_PAUSE))
    return condition()


def on_free_ports(state_dir: Path, **settings: Any) -> Settings:
    """Settings with ports that are free at present, where `settings` name none.

    They lie below the range from which systems choose the port of an outgoing connection: such a
    connection of a neighbour could otherwise take one before the server binds it.
    Raises preflight.PreflightError when the machine lacks an address, or none of many choices was free.
    """
    names = ("port", "dns_port", "tls_port")
    for _ in range(_PORT_CHOICES):
        ports = random.SystemRandom().sample(_TEST_PORTS, len(names))
        chosen = Settings(state_dir, **{**dict(zip(names, ports, strict=True)), **settings})
        with contextlib.suppress(preflight.PreflightError):
            preflight.require_addresses(chosen)
            break
    else:
        preflight.require_addresses(chosen)
    return chosen


def _inherited() -> dict[str, str]:
    """The environment, without what could make the server another instance than the one asked for."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("LOCAL_AWS_") and name != environment.INSTANCE_VARIABLE
    }


def _wait_until_ready(aws: LocalAws) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and aws.process.poll() is None:
        served = instance.read(aws.settings.state_dir)
        with contextlib.suppress(client.ControlError):
            answer = client.status(aws.settings, timeout=1)
            if served and answer["ready"] and answer["instance"] == served.id:
                return
        time.sleep(0.05)
    said = aws.log()[-2000:]
    failure = _PortTakenError if any(words in said for words in _PORT_TAKEN) else NotStartedError
    raise failure("the local AWS did not start:\n" + said)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
