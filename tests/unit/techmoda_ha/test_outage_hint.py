"""Who asks AWS what there is learns at once that a region which Terraform asks is out."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from techmoda_ha.environments import Environment, Workspace
from techmoda_ha.outage_hint import asked_elsewhere, tell_of_outage
from techmoda_ha.terraform import Terraform

ROOT = Path(__file__).resolve().parents[3]
EAST, WEST, IRELAND = "us-east-1", "us-west-2", "eu-west-1"


@pytest.mark.parametrize(
    ("environment", "own", "dr", "asked"),
    [
        (Environment.DR, WEST, WEST, {EAST: "IAM and Route 53"}),
        (Environment.DR, EAST, EAST, {}),
        (Environment.PRIMARY, EAST, WEST, {WEST: "the replicas"}),
        (Environment.PRIMARY, IRELAND, WEST, {EAST: "IAM and Route 53", WEST: "the replicas"}),
        (Environment.PRIMARY, WEST, EAST, {EAST: "IAM and Route 53, the replicas"}),
    ],
)
def test_dr_asks_only_for_what_is_global_and_the_primary_for_its_replicas(
    environment: Environment, own: str, dr: str, asked: dict[str, str]
) -> None:
    assert asked_elsewhere(environment, own, dr) == asked


def told(command: str, *, environment: Environment = Environment.DR, silent: str = EAST) -> str:
    said = io.StringIO()
    terraform = Terraform(Workspace(ROOT, ROOT / "build"), environment, {"HA_STATE_DIR": "none"})
    console = Console(file=said, width=80)
    tell_of_outage(terraform, console, command, lambda region: "connection reset" if region == silent else "")
    return said.getvalue()


@pytest.mark.parametrize("command", ["plan", "apply", "validate"])
def test_a_refresh_that_will_hang_is_told_with_the_way_around_it(command: str) -> None:
    said = told(command)
    assert said.startswith(
        "us-east-1 does not answer (connection reset). Terraform asks for IAM and Route 53"
    )
    assert f"ha {command} --env dr --no-refresh\n" in said


def test_drift_cannot_be_told_by_the_state_alone() -> None:
    assert "What drifted can be told when it answers again." in told("drift")
    assert "--no-refresh" not in told("drift")


def test_while_all_regions_answer_nothing_is_said() -> None:
    assert told("plan", silent="") == ""
    assert told("plan", silent=WEST) == ""  # its own: that is an error before
    assert told("plan", environment=Environment.PRIMARY, silent=WEST).startswith("us-west-2 does not answer")
