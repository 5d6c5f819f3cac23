"""`python -m local_aws` starts one local AWS, finds it again and ends it, also after accidents."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from tests.local_aws.command_line import (
    CommandLine,
    deployer,
    ended_afterwards,
    invoke_one_function,
)

from local_aws import instance, testing
from local_aws.environment import INSTANCE_VARIABLE
from local_aws.testing import eventually


@pytest.fixture
def local(tmp_path: Path) -> Iterator[CommandLine]:
    """A command line whose local AWS is ended after the test, whatever happened."""
    with ended_afterwards(CommandLine(tmp_path)) as line:
        yield line


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """A command line whose local AWS runs, for the tests that leave it as it is."""
    with ended_afterwards(CommandLine(tmp_path_factory.mktemp("up"))) as line:
        assert line("up").returncode == 0
        yield line


def listening(process: psutil.Process) -> set[tuple[str, int]]:
    return {(c.laddr.ip, c.laddr.port) for c in process.net_connections() if c.status == psutil.CONN_LISTEN}


def test_up_returns_when_it_is_ready_and_listens_on_its_loopback_addresses_only(up: CommandLine) -> None:
    report = up.status()
    assert report["healthy"]
    settings = up.settings
    assert listening(psutil.Process(report["pid"])) == {
        ("127.0.0.1", settings.port),
        ("127.0.0.2", settings.port),
        ("127.0.0.3", settings.port),
        ("127.0.0.2", settings.tls_port),
        ("127.0.0.3", settings.tls_port),
        ("127.0.0.1", settings.dns_port),
    }


def test_a_second_up_says_that_it_runs_and_leaves_it_alone(up: CommandLine) -> None:
    pid = up.status()["pid"]
    again = up("up")
    assert (again.returncode, up.status()["pid"]) == (0, pid)
    assert "runs already" in again.stdout


def test_two_ups_at_once_start_one(local: CommandLine) -> None:
    with ThreadPoolExecutor(2) as executor:
        results = list(executor.map(lambda _: local("up"), range(2)))
    assert [result.returncode for result in results] == [0, 0]
    assert sorted("runs already" in result.stdout for result in results) == [False, True]


def test_up_with_other_settings_than_the_running_one_is_refused(up: CommandLine) -> None:
    other = up("up", "--auth")
    assert other.returncode == 2
    assert "LOCAL_AWS_AUTH=0 instead of 1" in other.stderr
    assert "ha local down" in other.stderr


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "127.0.0.3"])
def test_up_refuses_a_taken_port_with_the_next_step(local: CommandLine, address: str) -> None:
    with socket.create_server((address, local.settings.port)):
        refused = local("up")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert f"{address}:{local.settings.port} is taken" in refused.stderr
    assert f"LOCAL_AWS_PORT={local.settings.port + 1} ha local up" in refused.stderr


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--port", "70000", "not between 1 and 65535"),
        ("--control-address", "0.0.0.0", "not a loopback address"),  # noqa: S104
        ("--regions", "us-east-1", "not of the form region=address"),
        ("--regions", "us-east-1=127.0.0.1", "one address each"),
        ("--regions", "us-east-1=127.0.0.2,us-east-1=127.0.0.3", "named twice"),
        ("--regions", "", "no region is named"),
    ],
)
def test_wrong_settings_are_wrong_usage(local: CommandLine, option: str, value: str, message: str) -> None:
    refused = local("up", option, value)
    assert refused.returncode == 2
    assert message in refused.stderr


def test_down_ends_the_server_with_its_lambda_workers_and_frees_the_port(local: CommandLine) -> None:
    local("up")
    invoke_one_function(local)
    report = local.status()
    server = psutil.Process(report["pid"])
    workers = server.children(recursive=True)
    assert workers
    assert local("down").returncode == 0
    assert all(instance.has_ended(process) for process in [server, *workers])
    assert not Path(report["terraform_state"]).parent.exists()
    assert local("up").returncode == 0


def test_down_when_nothing_runs_is_no_error(local: CommandLine) -> None:
    down = local("down")
    assert (down.returncode, down.stdout) == (0, "The local AWS is not running.\n")


def test_a_killed_server_is_noticed_and_down_cleans_up_after_it(local: CommandLine) -> None:
    local("up")
    invoke_one_function(local)
    kill(local.status()["pid"])

    status = local("status")
    assert status.returncode == 1
    assert "is lost" in status.stdout
    assert local("env").returncode == 2
    assert local("down").returncode == 0
    assert local.processes() == []
    assert local.status() | {"running": False, "healthy": False} == local.status()
    assert "lost" not in local.status()


def test_up_after_a_loss_starts_anew_and_says_what_is_gone(local: CommandLine) -> None:
    local("up")
    lost = local.status()
    state = Path(lost["terraform_state"])
    assert state.exists()
    kill(lost["pid"])

    again = local("up")
    assert again.returncode == 0
    assert "was lost" in again.stderr
    assert not state.exists()
    assert local.status()["terraform_state"] != lost["terraform_state"]


def test_a_process_that_got_the_old_servers_id_is_left_alone(local: CommandLine) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as bystander:
        local.settings.state_dir.mkdir(exist_ok=True)
        start = psutil.Process(bystander.pid).create_time() - 60
        instance.Instance("0" * 12, bystander.pid, start, "2026-01-01T00:00:00+00:00", local.settings).write()
        assert local.status()["lost"]
        assert local("down").returncode == 0
        assert bystander.poll() is None


def test_a_damaged_record_does_not_stop_a_start(local: CommandLine) -> None:
    instance.record_path(local.settings.state_dir).write_text("{")
    assert local("up").returncode == 0


def test_an_interrupted_up_leaves_nothing_behind(local: CommandLine) -> None:
    with local.start("up") as starting:
        assert eventually(lambda: instance.read(local.settings.state_dir) is not None)
        starting.send_signal(signal.SIGINT)
        starting.communicate(timeout=30)
    assert starting.returncode != 0
    assert local.processes() == []
    assert not local.status()["running"]


def test_a_server_that_fails_to_start_is_reported_with_its_reason(local: CommandLine) -> None:
    broken = local("up", PYTHONPATH=str(broken_ministack(local.settings.state_dir)))
    assert broken.returncode == 2
    assert "fill 'server' needs ministack.app.app" in broken.stderr
    assert local.processes() == []


def test_sigterm_ends_the_server_with_its_lambda_workers(local: CommandLine) -> None:
    local("up")
    invoke_one_function(local)
    server = psutil.Process(local.status()["pid"])
    workers = server.children(recursive=True)
    server.terminate()
    assert eventually(lambda: all(instance.has_ended(process) for process in [server, *workers]))


def test_a_server_ends_with_its_parent_where_asked(local: CommandLine) -> None:
    parent_code = (
        "import subprocess, sys\n"
        "subprocess.run([sys.executable, '-m', 'local_aws', 'serve', '--exit-with-parent'])\n"
    )
    environment = {**os.environ, **local.settings.as_environment()}
    with subprocess.Popen(
        [sys.executable, "-c", parent_code], env=environment, stderr=subprocess.DEVNULL
    ) as parent:
        try:
            assert eventually(lambda: local.status()["healthy"])
            invoke_one_function(local)
        finally:
            parent.kill()
    assert eventually(lambda: local.processes() == [])


def test_the_functions_do_not_inherit_the_users_aws_credentials(local: CommandLine) -> None:
    local("up", AWS_PROFILE="production", AWS_SESSION_TOKEN="secret", AWS_ROLE_ARN="arn:aws:iam::1:role/x")
    source = "import os\ndef handler(event, context):\n    return {k: v for k, v in os.environ.items()}\n"
    seen = deployer(local).invoke(deployer(local).function(source))
    assert "AWS_PROFILE" not in seen
    assert "AWS_ROLE_ARN" not in seen
    assert seen["AWS_SESSION_TOKEN"] != "secret"
    assert seen["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


def test_a_test_helper_that_is_interrupted_leaves_nothing_behind(test_dir: Path) -> None:
    def interrupted() -> None:
        with testing.started(test_dir) as aws:
            started.append(aws)
            raise KeyboardInterrupt

    started: list[testing.LocalAws] = []
    with contextlib.suppress(KeyboardInterrupt):
        interrupted()
    assert started[0].process.poll() is not None
    assert not started[0].settings.state_dir.exists()


def kill(pid: int) -> None:
    process = psutil.Process(pid)
    process.kill()
    assert eventually(lambda: instance.has_ended(process))


def broken_ministack(folder: Path) -> Path:
    """A folder to import from, with a MiniStack that lacks everything."""
    package = folder / "broken" / "ministack"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    return package.parent


def test_the_workers_of_an_instance_are_found_by_its_id(up: CommandLine) -> None:
    invoke_one_function(up)
    recorded = instance.read(up.settings.state_dir)
    assert recorded
    assert [process.environ()[INSTANCE_VARIABLE] for process in recorded.workers()] == [recorded.id]
