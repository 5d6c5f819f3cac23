"""Wrong use is one clear line and exit status 2; nothing is touched by it."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from click.testing import CliRunner

from techmoda_ha import cli
from techmoda_ha.environments import Environment, Target, Workspace, local_aws
from techmoda_ha.errors import HaError
from techmoda_ha.operations import write_token


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("HA_BUILD_DIR", str(tmp_path / "build"))
    monkeypatch.setenv("LOCAL_AWS_STATE_DIR", str(tmp_path / "local"))
    return CliRunner()


def test_every_command_has_help(run: CliRunner) -> None:
    for name, command in cli.main.commands.items():
        assert command.get_short_help_str(), name


@pytest.mark.parametrize("verb", ["plan", "apply", "destroy", "outputs"])
def test_an_unknown_environment_is_refused_naming_the_known_ones(run: CliRunner, verb: str) -> None:
    answer = run.invoke(cli.main, [verb, "--env", "staging"])
    assert answer.exit_code == 2
    assert "'staging' is not one of 'primary', 'dr'" in answer.output


def test_an_unknown_target_is_refused_naming_the_known_ones(run: CliRunner) -> None:
    answer = run.invoke(cli.main, ["apply", "--env", "primary", "--target", "azure"])
    assert answer.exit_code == 2
    assert "'azure' is not one of 'local', 'aws'" in answer.output


@pytest.mark.parametrize("arguments", [["apply", "--env", "primary"], ["smoke"], ["local", "env"]])
def test_without_a_local_aws_the_next_step_is_named(run: CliRunner, arguments: list[str]) -> None:
    answer = run.invoke(cli.main, arguments)
    assert answer.exit_code == 2
    assert "error: The local AWS is not running." in answer.output
    assert "make local-up" in answer.output
    assert "Traceback" not in answer.output


@pytest.mark.parametrize(
    ("arguments", "usage"),
    [
        (["--help"], "Usage: ha local [OPTIONS]"),
        (["up", "-h"], "Usage: ha local up [OPTIONS]"),
        (["fault", "--help"], "Usage: ha local fault [OPTIONS]"),
        (["region"], "Usage: ha local region [OPTIONS]"),
    ],
)
def test_the_local_aws_names_itself_as_it_was_called(
    run: CliRunner, capfd: pytest.CaptureFixture[str], arguments: list[str], usage: str
) -> None:
    run.invoke(cli.main, ["local", *arguments])
    said = capfd.readouterr()
    assert (said.out or said.err).startswith(usage)
    assert "local_aws" not in said.out + said.err


def test_the_local_aws_can_be_called_as_a_module(run: CliRunner) -> None:
    assert local_aws("status", "--help").stdout.startswith("Usage: python -m local_aws status [OPTIONS]")


def test_status_without_a_local_aws_names_make_and_ha(
    run: CliRunner, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run.invoke(cli.main, ["local", "status"]).exit_code == 1
    assert capfd.readouterr().out == "The local AWS is not running. Next: make local-up (or: ha local up)\n"


def test_writing_on_aws_needs_a_token_of_the_identity_provider(
    run: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HA_TOKEN", raising=False)
    with pytest.raises(HaError, match="HA_TOKEN is not set"):
        write_token(Workspace(tmp_path, tmp_path / "build"), Target.AWS)


def test_a_token_is_printed_alone_so_that_a_shell_can_use_it(run: CliRunner) -> None:
    answer = run.invoke(cli.main, ["token"])
    assert answer.exit_code == 0
    assert len(answer.stdout.split(".")) == 3
    assert len(answer.stdout.split()) == 1


def test_environments_are_the_folders_under_envs() -> None:
    folders = {path.name for path in (Workspace.from_environment().root / "envs").iterdir() if path.is_dir()}
    assert folders == {str(one) for one in Environment}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_is_passed_on_twice_stops_once(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    try:
        with pytest.raises(KeyboardInterrupt):
            cli._terminate(number, None)
        assert signal.getsignal(number) is signal.SIG_IGN
    finally:
        signal.signal(number, before)
