"""`ha plan` and `ha apply` tell a person what is looked at next, and a machine everything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from techmoda_ha import change_commands, operations
from techmoda_ha.cli import main
from techmoda_ha.delivery.service import Delivery
from techmoda_ha.errors import HaError
from techmoda_ha.terraform import Terraform
from techmoda_ha.terraform_run import PLAN_HAS_CHANGES, Run

DIFFERENCE = '  ~ resource "aws_lambda_function" "this" {\n      ~ memory_size = 256 -> 512\n    }'
OUTPUTS = {
    "api_url": "https://api.techmoda.example/v1",
    "regional_api_url": "https://api-us-east-1.techmoda.example/v1",
    "dashboard_name": "techmoda-api-us-east-1",
    "alarm_names": ["one", "two"],
}


class Planned:
    """A Terraform whose plan changes one resource; keeps what it was asked, and the saved plan's mode."""

    def __init__(self) -> None:
        self.run = Run(
            PLAN_HAS_CHANGES,
            summary={"add": 0, "change": 1, "remove": 0},
            planned=[{"action": "update", "address": "aws_lambda_function.this"}],
        )
        self.asked: dict[str, Any] = {}
        self.shown: Path | None = None
        self.mode = 0

    def plan(self, _listener: Any, **options: Any) -> Run:
        self.asked = options
        return self.run

    def show(self, file: Path) -> str:
        self.shown, self.mode = file, file.stat().st_mode & 0o777 if file.exists() else 0
        return DIFFERENCE


@pytest.fixture
def planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Planned:
    found = Planned()
    monkeypatch.setenv("HA_BUILD_DIR", str(tmp_path / "build"))
    monkeypatch.setattr(change_commands, "process_variables", lambda *_: {})
    monkeypatch.setattr(operations, "package", lambda *_: [])
    monkeypatch.setattr(operations, "outputs", lambda *_: OUTPUTS)
    monkeypatch.setattr(Delivery, "apply", lambda *_, **__: Run())
    monkeypatch.setattr(Terraform, "init", lambda *_: None)
    monkeypatch.setattr(Terraform, "outputs", lambda _: {})
    monkeypatch.setattr(Terraform, "plan", found.plan)
    monkeypatch.setattr(Terraform, "show_plan", found.show)
    return found


def ha(*arguments: object) -> Result:
    ended = CliRunner().invoke(main, [str(one) for one in arguments], catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    return ended


@pytest.mark.parametrize(
    ("options", "command"),
    [
        ([], "ha plan --env primary --full"),
        (["--target", "aws"], "ha plan --env primary --target aws --full"),
        (["--no-refresh"], "ha plan --env primary --no-refresh --full"),
    ],
)
def test_a_plan_ends_with_how_to_see_old_and_new_values(
    planned: Planned, options: list[str], command: str
) -> None:
    said = ha("plan", "--env", "primary", *options).stdout.splitlines()
    assert said[0] == "update   aws_lambda_function.this"
    assert said[-1] == f"Old and new values: {command}"
    assert planned.shown is None


def test_a_plan_without_changes_has_nothing_more_to_show(planned: Planned) -> None:
    planned.run = Run()
    assert ha("plan", "--env", "dr").stdout == "envs/dr: no changes.\n"


def test_in_full_a_plan_shows_terraforms_whole_difference(planned: Planned) -> None:
    said = ha("plan", "--env", "primary", "--full").stdout
    assert said.startswith(DIFFERENCE)
    assert "Old and new values" not in said
    assert said.splitlines()[-1].startswith("envs/primary: ")


def test_what_is_shown_in_full_is_a_file_for_nobody_else_and_gone_afterwards(
    planned: Planned, tmp_path: Path
) -> None:
    ha("plan", "--env", "primary", "--full")
    assert planned.shown is not None
    assert planned.asked["out"] == planned.shown
    assert planned.shown.is_relative_to(tmp_path / "build")
    assert planned.mode == 0o600
    assert not planned.shown.exists()


def test_the_file_is_gone_when_showing_it_fails(
    planned: Planned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_terraform: Terraform, file: Path) -> str:
        assert file.is_file()
        raise HaError("terraform show failed.", "Plan again.")

    monkeypatch.setattr(Terraform, "show_plan", fail)
    assert CliRunner().invoke(main, ["plan", "--env", "primary", "--full"]).exit_code == 2
    assert planned.asked
    assert list((tmp_path / "build").rglob("*.tfplan")) == []


def test_a_plan_that_is_saved_is_the_one_that_is_shown_and_stays(planned: Planned, tmp_path: Path) -> None:
    file = tmp_path / "saved.tfplan"
    file.write_text("a plan")
    ha("plan", "--env", "primary", "--full", "--out", file)
    assert planned.shown == planned.asked["out"] == file
    assert file.is_file()


def test_a_machine_gets_the_difference_in_its_document(planned: Planned) -> None:
    short, full = (json.loads(ha("plan", "--env", "dr", "--json", *more).stdout) for more in ([], ["--full"]))
    assert short == {"changes": True, "planned": planned.run.planned, "summary": planned.run.summary}
    assert full == {**short, "difference": DIFFERENCE}


@pytest.mark.usefixtures("planned")
def test_an_apply_tells_a_person_where_the_api_answers_and_where_the_rest_is() -> None:
    assert ha("apply", "--env", "primary", "--target", "aws").stdout.splitlines() == [
        "api_url           https://api.techmoda.example/v1",
        "regional_api_url  https://api-us-east-1.techmoda.example/v1",
        "dashboard_name    techmoda-api-us-east-1",
        "All outputs: ha outputs --env primary --target aws",
    ]


@pytest.mark.usefixtures("planned")
def test_an_apply_gives_a_machine_all_outputs() -> None:
    assert json.loads(ha("apply", "--env", "primary", "--json").stdout) == OUTPUTS
