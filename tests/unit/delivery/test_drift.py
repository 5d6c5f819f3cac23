"""Drift is judged by this checkout's code too, not by zips that an earlier build left behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

from techmoda_ha import operations
from techmoda_ha.cli import main
from techmoda_ha.delivery import commands, service
from techmoda_ha.delivery.service import Delivery
from techmoda_ha.environments import Environment, Target, Workspace
from techmoda_ha.terraform import Terraform
from techmoda_ha.terraform_run import PLAN_HAS_CHANGES, Run


def test_the_functions_are_packaged_before_drift_is_planned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def package(_workspace: Workspace, target: Target, _console: Console) -> None:
        done.append(f"package for {target}")

    def plan(_self: Terraform, *_arguments: Any, lock: bool) -> Run:
        done.append("plan with a lock" if lock else "plan")
        return Run()

    monkeypatch.setattr(operations, "package", package)
    monkeypatch.setattr(Terraform, "init", lambda _self: done.append("init"))
    monkeypatch.setattr(Terraform, "plan", plan)
    monkeypatch.setattr(
        service, "tell_of_outage", lambda _terraform, _console, command: done.append(f"outage in {command}?")
    )

    Delivery(
        Workspace(tmp_path, tmp_path / "build"), Environment.DR, {"HA_TARGET": "aws"}, Console(stderr=True)
    ).drift()

    assert done == ["package for aws", "init", "outage in drift?", "plan"]


def test_what_may_have_made_the_difference_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(PLAN_HAS_CHANGES, planned=[{"action": "update", "address": "aws_lambda_function.this"}])
    monkeypatch.setattr(Delivery, "drift", lambda _self: run)
    monkeypatch.setattr(commands, "process_variables", lambda *_: {})
    ended = CliRunner().invoke(main, ["drift", "--env", "dr"])
    assert ended.exit_code == 1
    for words in ("changed it by hand", "a release is due", "it was applied with other variables"):
        assert words in ended.output
