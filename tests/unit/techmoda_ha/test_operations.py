"""Planning and applying without asking AWS what there is, for a region whose neighbour is gone."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from techmoda_ha import operations
from techmoda_ha.environments import Environment, Workspace
from techmoda_ha.terraform import Terraform
from techmoda_ha.terraform_run import Event, Listener, Run

ZONE = "TF_VAR_hosted_zone_id"
Asked = list[tuple[dict[str, str], dict[str, Any]]]
Warned = list[str]


@pytest.fixture(autouse=True)
def warned(monkeypatch: pytest.MonkeyPatch) -> Warned:
    """Keep for which commands it was looked whether a region is out; none is."""
    found: Warned = []
    monkeypatch.setattr(
        operations, "tell_of_outage", lambda _terraform, _console, command: found.append(command)
    )
    return found


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Let Terraform only keep what it was asked: its variables and its options."""
    found: Asked = []

    def run(terraform: Terraform, listener: Listener, **options: Any) -> Run:
        found.append((dict(terraform.variables), options))
        listener({"type": "refresh_start"})
        return Run()

    monkeypatch.setattr(Terraform, "init", lambda *_: None)
    monkeypatch.setattr(Terraform, "outputs", lambda _: {"hosted_zone_id": "Z1"})
    monkeypatch.setattr(Terraform, "apply", run)
    monkeypatch.setattr(Terraform, "plan", run)
    monkeypatch.delenv(ZONE, raising=False)
    return found


def apply(folder: Path, *, variables: dict[str, str] | None = None, **options: Any) -> None:
    workspace, console = Workspace(folder, folder / "build"), Console(file=io.StringIO())
    operations.apply(workspace, Environment.DR, variables or {}, console, **options)


def test_usually_aws_is_asked_what_there_is(tmp_path: Path, asked: Asked) -> None:
    apply(tmp_path)
    assert asked == [({}, {})]


def test_without_a_refresh_the_hosted_zone_is_the_one_in_the_state(tmp_path: Path, asked: Asked) -> None:
    apply(tmp_path, refresh=False)
    workspace, console = Workspace(tmp_path, tmp_path / "build"), Console(file=io.StringIO())
    operations.plan(workspace, Environment.DR, {}, console, refresh=False)
    assert [variables for variables, _ in asked] == [{ZONE: "Z1"}, {ZONE: "Z1"}]
    assert all(options["refresh"] is False for _, options in asked)


def test_a_hosted_zone_that_somebody_gives_goes_first(
    tmp_path: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(tmp_path, variables={ZONE: "Z2"}, refresh=False)
    monkeypatch.setenv(ZONE, "Z3")
    apply(tmp_path, refresh=False)
    assert [variables.get(ZONE) for variables, _ in asked] == ["Z2", None]


def test_who_listens_hears_every_event(tmp_path: Path, asked: Asked) -> None:
    heard: list[Event] = []
    apply(tmp_path, listener=heard.append)
    assert heard == [{"type": "refresh_start"}]
    assert asked


def test_only_who_asks_aws_is_warned_of_a_region_that_is_out(
    tmp_path: Path, asked: Asked, warned: Warned
) -> None:
    workspace, console = Workspace(tmp_path, tmp_path / "build"), Console(file=io.StringIO())
    apply(tmp_path, refresh=False)
    operations.plan(workspace, Environment.DR, {}, console, refresh=False)
    assert warned == []
    apply(tmp_path)
    operations.plan(workspace, Environment.DR, {}, console)
    operations.plan(workspace, Environment.DR, {}, console, command="validate")
    assert warned == ["apply", "plan", "validate"]
    assert len(asked) == 5
