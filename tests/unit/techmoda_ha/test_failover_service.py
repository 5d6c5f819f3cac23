"""`ha failover`: stop needs the DR region only; resume is refused while it is not safe."""

from __future__ import annotations

import math
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws
from tests.unit.techmoda_ha import drill_kit

from techmoda_ha.errors import HaError, ViolationError
from techmoda_ha.failover.replication import ReplicationProbe
from techmoda_ha.failover.service import Failover, FailoverSetup


class Health:
    """What the regions' /health says, by region; "" is healthy."""

    def __init__(self) -> None:
        self.problems: dict[str, str] = {}
        self.lags: dict[tuple[str, str], float] = {}


@pytest.fixture
def health(monkeypatch: pytest.MonkeyPatch) -> Health:
    found = Health()
    monkeypatch.setattr(Failover, "health_problem", lambda _self, site: found.problems.get(site.region, ""))
    monkeypatch.setattr(
        Failover, "replication_seconds", lambda _self, *way: found.lags.get((way[0], way[1]), 0.5)
    )
    return found


def clients_without_primary(service: str, region: str) -> Any:
    if region == drill_kit.PRIMARY:
        raise AssertionError("the primary region was asked")
    return drill_kit.clients(service, region)


@pytest.fixture
def failover(health: Health) -> Iterator[Failover]:
    names = {**drill_kit.ADDRESSES, "api.shop.example": "192.0.2.2"}
    network = drill_kit.FakeNetwork(None, 443, None, names=names)
    with mock_aws():
        drill_kit.make_tables()
        yield Failover(drill_kit.setup(), {}, network, drill_kit.clients)


def test_status_says_who_serves_and_how_each_region_is(failover: Failover, health: Health) -> None:
    health.problems[drill_kit.PRIMARY] = "status 503"
    found = failover.status().as_json()
    assert found["serving"] == drill_kit.DR
    assert found["health"] == {drill_kit.PRIMARY: "status 503", drill_kit.DR: "healthy"}
    assert found["stop"]["engaged"] is False


def test_stop_asks_nothing_of_the_primary_region(failover: Failover) -> None:
    blind = replace(failover, clients=clients_without_primary)
    assert blind.stop("us-east-1 is gone").made
    assert blind.status().stop.engaged


def test_resume_puts_the_primary_back_when_all_is_well(failover: Failover) -> None:
    failover.stop("exercise")
    change, risks = failover.resume("done")
    assert change.made
    assert risks == []
    assert not failover.switch.read().engaged


def test_resume_is_refused_while_the_primary_is_unhealthy(failover: Failover, health: Health) -> None:
    failover.stop("outage")
    health.problems[drill_kit.PRIMARY] = "status 503"
    with pytest.raises(ViolationError, match="us-east-1 is not healthy: status 503"):
        failover.resume("impatient")
    assert failover.switch.read().engaged


@pytest.mark.parametrize("way", [(drill_kit.PRIMARY, drill_kit.DR), (drill_kit.DR, drill_kit.PRIMARY)])
def test_resume_is_refused_while_replication_lags_either_way(
    failover: Failover, health: Health, way: tuple[str, str]
) -> None:
    failover.stop("outage")
    health.lags[way] = math.inf
    with pytest.raises(ViolationError, match=f"replication from {way[0]} to {way[1]}"):
        failover.resume("impatient")
    assert failover.switch.read().engaged


def test_a_forced_resume_goes_ahead_and_names_what_is_at_risk(failover: Failover, health: Health) -> None:
    failover.stop("outage")
    health.problems[drill_kit.PRIMARY] = "status 503"
    change, risks = failover.resume("the CTO says so", force=True)
    assert change.made
    assert risks == ["us-east-1 is not healthy: status 503; clients would get errors"]


def test_resume_without_stop_changes_nothing(failover: Failover) -> None:
    change, risks = failover.resume("nothing to do")
    assert not change.made
    assert risks == []


def test_without_a_stop_table_there_is_no_failover() -> None:
    with pytest.raises(HaError, match="no output stop_table_name"):
        FailoverSetup.from_outputs({"region": drill_kit.DR})


def test_what_is_known_of_the_primary_region_stands_in_the_state_of_the_dr_region() -> None:
    outputs = {
        "region": drill_kit.DR, "regional_api_url": "https://api-us-west-2.shop.example/v1",
        "primary_region": drill_kit.PRIMARY, "primary_regional_api_url": "https://api-us-east-1.shop.example/v1",
        "api_url": "https://api.shop.example/v1",
        "stop_table_name": drill_kit.STOP_TABLE, "idempotency_table_name": drill_kit.IDEMPOTENCY_TABLE,
        "worst_case_seconds": {"detection": 50, "rto": 110, "stop": 90},
    }  # fmt: skip
    assert FailoverSetup.from_outputs(outputs) == drill_kit.setup()


def test_a_region_whose_connection_breaks_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    variables = {"HA_API_ENDPOINT_US_EAST_1": f"http://127.0.0.1:{port}"}
    found = Failover(drill_kit.setup(), variables, drill_kit.FakeNetwork(None, 443, None), drill_kit.clients)
    assert found.health_problem(drill_kit.setup().primary) == "does not answer (connection refused)"


def test_a_marker_that_arrives_measures_replication() -> None:
    clock = drill_kit.Clock()
    with mock_aws():
        drill_kit.make_tables()
        here = drill_kit.clients("dynamodb", drill_kit.DR)
        probe = ReplicationProbe(here, here, drill_kit.IDEMPOTENCY_TABLE, clock, clock, clock.sleep)
        assert probe.seconds(5) < 1


def test_a_marker_that_does_not_arrive_is_infinitely_late() -> None:
    clock = drill_kit.Clock()
    with mock_aws():
        drill_kit.make_tables()
        here, there = (drill_kit.clients("dynamodb", one) for one in (drill_kit.DR, drill_kit.PRIMARY))
        probe = ReplicationProbe(here, there, drill_kit.IDEMPOTENCY_TABLE, clock, clock, clock.sleep)
        assert probe.seconds(5) == math.inf
        assert clock.now >= 5


def test_a_region_that_cannot_be_reached_counts_as_behind() -> None:
    class CutOff:
        def put_item(self, **_arguments: object) -> None:
            raise EndpointConnectionError(endpoint_url="https://dynamodb.us-east-1.amazonaws.com")

    assert ReplicationProbe(CutOff(), CutOff(), drill_kit.IDEMPOTENCY_TABLE).seconds(5) == math.inf
