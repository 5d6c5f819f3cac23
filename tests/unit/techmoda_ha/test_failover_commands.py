"""`ha failover` as a person meets it: words, exit statuses, and JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result
from moto import mock_aws
from tests.unit.techmoda_ha import drill_kit

from techmoda_ha.cli import main
from techmoda_ha.failover import commands
from techmoda_ha.failover.service import Failover


@pytest.fixture(autouse=True)
def failover(monkeypatch: pytest.MonkeyPatch) -> Iterator[Failover]:
    names = {**drill_kit.ADDRESSES, "api.shop.example": "192.0.2.1"}
    network = drill_kit.FakeNetwork(None, 443, None, names=names)
    found = Failover(drill_kit.setup(), {}, network, drill_kit.clients)
    monkeypatch.setattr(commands, "open_failover", lambda *_arguments, **_options: found)
    monkeypatch.setattr(Failover, "health_problem", lambda _self, _site: "")
    monkeypatch.setattr(Failover, "replication_seconds", lambda _self, _source, _destination: 0.5)
    with mock_aws():
        drill_kit.make_tables()
        yield found


def ha(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["failover", *arguments])


def test_a_stop_needs_a_reason() -> None:
    answer = ha("stop")
    assert answer.exit_code == 2
    assert "--reason" in answer.output


def test_status_names_both_regions_while_one_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        Failover,
        "health_problem",
        lambda _self, site: "timed out" if site.region == drill_kit.PRIMARY else "",
    )
    answer = ha("status")
    assert "DNS leads clients to us-east-1, which is not well: timed out\n" in answer.output
    assert "us-east-1: timed out" in answer.output
    assert "us-west-2: healthy" in answer.output


@pytest.mark.parametrize(
    ("engaged", "said"),
    [
        (False, "Route 53 moves clients to us-west-2 within 110 s of the fault, if its checks fail too;"),
        (True, "STOP moves clients to us-west-2 within 90 s of its engaging;"),
    ],
)
def test_status_says_by_when_clients_leave_a_primary_region_that_is_not_well(
    monkeypatch: pytest.MonkeyPatch, *, engaged: bool, said: str
) -> None:
    assert "ask again" not in ha("status").output
    if engaged:
        ha("stop", "--reason", "outage")
    monkeypatch.setattr(Failover, "health_problem", lambda _self, _site: "does not answer (connection reset)")
    assert f"{said} ask again.\n" in ha("status").output


def test_status_says_when_the_latch_arms_itself() -> None:
    assert (
        "the latch arms itself once DNS leads to us-east-1 and STOP has not changed for 90 s.\n"
        in ha("status").output
    )


def test_status_claims_no_bound_that_the_deployment_does_not_tell(
    failover: Failover, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = replace(failover.setup, worst_case_failover_seconds=math.nan, worst_case_stop_seconds=math.nan)
    older = replace(failover, setup=setup)
    monkeypatch.setattr(commands, "open_failover", lambda *_arguments, **_options: older)
    monkeypatch.setattr(Failover, "health_problem", lambda _self, _site: "status 503")
    said = ha("status").output
    assert "Route 53 moves clients to us-west-2 soon" in said
    assert "arms itself once DNS leads to us-east-1.\n" in said


def test_status_says_so_when_dns_does_not(failover: Failover, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Failover, "_serving", lambda _self, _sites: "")
    assert "DNS does not say who serves clients." in ha("status").output


def test_a_stop_says_when_clients_will_have_moved() -> None:
    answer = ha("stop", "--reason", "exercise")
    assert answer.exit_code == 0
    assert "Clients move to us-west-2 within 90 s" in answer.output


def test_a_second_stop_says_since_when_by_whom_and_why() -> None:
    ha("stop", "--reason", "exercise")
    answer = ha("stop", "--reason", "again")
    assert answer.exit_code == 0
    assert "engaged already, since" in answer.output
    assert "exercise" in answer.output


def test_an_unsafe_resume_is_refused_with_status_1(monkeypatch: pytest.MonkeyPatch) -> None:
    ha("stop", "--reason", "outage")
    monkeypatch.setattr(Failover, "health_problem", lambda _self, _site: "status 503")
    answer = ha("resume", "--reason", "impatient")
    assert answer.exit_code == 1
    forced = ha("resume", "--reason", "impatient", "--force")
    assert forced.exit_code == 0
    assert "At risk: us-east-1 is not healthy: status 503" in forced.output


def test_status_is_words_for_a_person_and_json_for_a_program() -> None:
    ha("stop", "--reason", "exercise")
    assert "STOP is engaged since" in ha("status").output
    found = json.loads(ha("status", "--json").output)
    assert found["stop"]["engaged"] is True
    assert found["serving"] == "us-east-1"
