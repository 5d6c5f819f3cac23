"""`python -m local_aws env`, `region` and `logs` tell and do what people and programs need."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.local_aws.command_line import CommandLine, ended_afterwards

from local_aws import settings


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


def test_env_gives_what_aws_tools_need(up: CommandLine) -> None:
    variables = json.loads(up("env", "--json").stdout)
    port = up.settings.port
    assert (
        variables
        | {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "111111111111",
            "AWS_REGION": "us-east-1",
            "HA_API_ENDPOINT_US_EAST_1": f"http://127.0.0.2:{port}",
            "HA_API_ENDPOINT_US_WEST_2": f"http://127.0.0.3:{port}",
            "TF_VAR_domain_name": "techmoda.example",
        }
        == variables
    )
    script = f'{up("env").stdout}\nprintf %s "$HA_STATE_DIR"'
    evaluated = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert evaluated.stdout == variables["HA_STATE_DIR"]


def test_env_when_nothing_runs_names_the_next_step(local: CommandLine) -> None:
    refused = local("env")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "Error: the local AWS is not running. Start it: ha local up\n"


def test_region_cuts_a_region_off_and_status_says_so(up: CommandLine) -> None:
    assert up("region", "us-east-1", "reset").returncode == 0
    assert up.status()["regions"] == {"us-east-1": "reset", "us-west-2": "up"}
    assert up("region", "us-east-1", "up").returncode == 0
    assert up.status()["regions"] == {"us-east-1": "up", "us-west-2": "up"}


@pytest.mark.parametrize("arguments", [("eu-west-1", "reset"), ("us-east-1", "broken"), ("us-east-1",)])
def test_region_refuses_what_it_does_not_know(up: CommandLine, arguments: tuple[str, ...]) -> None:
    assert up("region", *arguments).returncode == 2


def test_logs_prints_the_log_also_after_the_end(local: CommandLine) -> None:
    assert local("logs").returncode == 2
    local("up")
    local("down")
    assert "ready at" in local("logs").stdout


def test_the_state_folder_is_in_the_repository_wherever_the_command_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HA_BUILD_DIR", raising=False)
    monkeypatch.chdir(tmp_path)
    repository = Path(__file__).parents[2]
    assert settings.default_state_dir() == repository / "build" / "local"
    monkeypatch.setenv("HA_BUILD_DIR", str(tmp_path))
    assert settings.default_state_dir() == tmp_path / "local"
