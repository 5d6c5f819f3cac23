"""The steady state finds, before anything is broken, what would make the failover fail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from moto import mock_aws
from tests.unit.techmoda_ha import drill_kit
from tests.unit.techmoda_ha.drill_kit import DR, PRIMARY

from techmoda_ha.drills import steady_state
from techmoda_ha.drills.stage import Region, Stage
from techmoda_ha.failover.service import Failover
from techmoda_ha.failover.switch import StopState
from techmoda_ha.network import DnsAnswer


@dataclass(frozen=True)
class Zone:
    """A hosted zone of moto with complete failover records."""

    route53: Any
    id: str
    checks: tuple[str, str]

    def change(self, action: str, record: dict[str, Any]) -> None:
        self.route53.change_resource_record_sets(
            HostedZoneId=self.id,
            ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": record}]},
        )

    def record(self, role: str, check: str | None) -> dict[str, Any]:
        found = {
            "Name": "api.shop.example.", "Type": "A", "SetIdentifier": role, "Failover": role, "TTL": 60,
            "ResourceRecords": [{"Value": "192.0.2.1"}],
        }  # fmt: skip
        return found if check is None else {**found, "HealthCheckId": check}


def calculated(route53: Any, *children: str) -> str:
    config = {"Type": "CALCULATED", "HealthThreshold": len(children), "ChildHealthChecks": list(children)}
    made = route53.create_health_check(CallerReference="-".join(children), HealthCheckConfig=config)
    return str(made["HealthCheck"]["Id"])


def make_check(route53: Any, region: str, path: str = "/v1/health", *, inverted: bool = False) -> str:
    made = route53.create_health_check(
        CallerReference=f"{region}{path}",
        HealthCheckConfig={
            "Type": "HTTPS", "Port": 443, "FullyQualifiedDomainName": f"api-{region}.shop.example",
            "ResourcePath": path, "RequestInterval": 10, "FailureThreshold": 3, "Inverted": inverted,
        },
    )  # fmt: skip
    return str(made["HealthCheck"]["Id"])


@pytest.fixture
def zone() -> Iterator[Zone]:
    with mock_aws():
        route53 = drill_kit.clients("route53", PRIMARY)
        zone_id = route53.create_hosted_zone(Name="shop.example", CallerReference="one")["HostedZone"]["Id"]
        checks = make_check(route53, PRIMARY), make_check(route53, DR)
        zone = Zone(route53, zone_id.rpartition("/")[2], checks)
        in_service = calculated(
            route53, checks[0], make_check(route53, DR, "/v1/failover/stop", inverted=True)
        )
        zone.change("CREATE", zone.record("PRIMARY", in_service))
        zone.change("CREATE", zone.record("SECONDARY", checks[1]))
        yield zone


@pytest.fixture
def stage(zone: Zone, tmp_path: Path) -> Stage:
    drill_kit.make_tables()
    return drill_kit.make_stage(tmp_path, zone=zone.id, checks=zone.checks)


def test_complete_records_are_fine(stage: Stage) -> None:
    assert steady_state.failover_records_are_complete(stage) == ""


def test_a_missing_secondary_record_is_found(stage: Stage, zone: Zone) -> None:
    zone.change("DELETE", zone.record("SECONDARY", zone.checks[1]))
    assert steady_state.failover_records_are_complete(stage) == "there is no SECONDARY record"


def test_a_primary_record_without_a_health_check_is_found(stage: Stage, zone: Zone) -> None:
    zone.change("UPSERT", zone.record("PRIMARY", None))
    assert "would never fail over" in steady_state.failover_records_are_complete(stage)


def test_a_primary_record_that_does_not_heed_the_stop_switch_is_found(stage: Stage, zone: Zone) -> None:
    zone.change("UPSERT", zone.record("PRIMARY", zone.checks[0]))
    assert "does not heed the STOP switch" in steady_state.failover_records_are_complete(stage)


def test_a_health_check_of_the_wrong_path_is_found(stage: Stage, zone: Zone) -> None:
    wrong = make_check(zone.route53, PRIMARY, "/v1/openapi.json")
    faulty = replace(stage, primary=replace(stage.primary, health_check_id=wrong))
    assert "/v1/openapi.json, not /v1/health" in steady_state.failover_records_are_complete(faulty)


def test_a_ttl_of_an_hour_is_found(stage: Stage, tmp_path: Path) -> None:
    assert steady_state.answers_are_short_lived(stage) == ""
    slow = drill_kit.make_stage(tmp_path, ttl=3600)
    assert "TTL of api.shop.example is 3600 s" in steady_state.answers_are_short_lived(slow)


def test_a_name_that_leads_elsewhere_is_found(stage: Stage, tmp_path: Path) -> None:
    assert steady_state.dns_leads_to_primary(stage) == ""
    astray = drill_kit.make_stage(tmp_path, serving=DR)
    assert (
        steady_state.dns_leads_to_primary(astray) == "DNS leads api.shop.example to us-west-2, not us-east-1"
    )


class OneTable:
    """A DynamoDB client that knows of one table and its replicas."""

    def __init__(self, *replicas: str) -> None:
        self._replicas = [{"RegionName": one, "ReplicaStatus": "ACTIVE"} for one in replicas]

    def describe_table(self, TableName: str) -> Any:  # noqa: N803 - boto3's name
        return {"Table": {"TableName": TableName, "Replicas": self._replicas}}


def test_replicas_of_each_other_are_fine(stage: Stage) -> None:
    both = replace(stage, clients=lambda _service, region: OneTable(DR if region == PRIMARY else PRIMARY))
    assert steady_state.replica_exists(both) == ""


def test_a_missing_replica_is_found(stage: Stage) -> None:
    alone = replace(stage, clients=lambda _service, _region: OneTable())
    assert "has no active replica in us-west-2" in steady_state.replica_exists(alone)


def test_a_missing_table_is_found(stage: Stage) -> None:
    assert "there is no table shop-products in us-west-2" in steady_state.replica_exists(stage)


def test_slow_replication_is_found(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    times = {PRIMARY: 0.6, DR: 3.0}
    monkeypatch.setattr(Failover, "replication_seconds", lambda _self, source, _to: times[source])
    assert steady_state.replication_is_fast(stage) == "replication from us-west-2 to us-east-1 takes over 2 s"


class Visitor:
    """A client of a region's own name, with one answer for everything."""

    def __init__(self, status: int, body: Any = None) -> None:
        self._answer = httpx.Response(status, json=body)

    def request(self, _method: str, _path: str) -> httpx.Response:
        return self._answer


def answering(monkeypatch: pytest.MonkeyPatch, status: int, body: Any = None) -> None:
    monkeypatch.setattr(Stage, "visitor", lambda _self, _region: Visitor(status, body))


def test_a_working_stop_switch_is_fine(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, 404, {"stopped": False})
    assert steady_state.stop_switch_works(stage) == ""


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, {"error": "the switch cannot be read"}),
        (403, {"message": "Forbidden"}),
        (200, {"stopped": True}),
    ],
)
def test_a_stop_endpoint_that_says_otherwise_is_found(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, status: int, body: Any
) -> None:
    answering(monkeypatch, status, body)
    assert f"/v1/failover/stop answers {status}" in steady_state.stop_switch_works(stage)


def test_a_stop_switch_without_a_table_is_found(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, 404, {"stopped": False})
    stage.clients("dynamodb", DR).delete_table(TableName=drill_kit.STOP_TABLE)
    assert "table shop-failover does not exist" in steady_state.stop_switch_works(stage)


def test_a_latch_that_is_not_armed_is_found(stage: Stage) -> None:
    assert "the latch is not armed" in steady_state.latch_is_armed(stage)
    armed = StopState(armed=True, version=1).as_item("stop")
    stage.clients("dynamodb", DR).put_item(TableName=drill_kit.STOP_TABLE, Item=armed)
    assert steady_state.latch_is_armed(stage) == ""


def test_an_engaged_stop_is_no_steady_state(stage: Stage) -> None:
    stage.failover.switch.engage("exercise", "operator:ana")
    assert "by operator:ana: exercise" in steady_state.stop_switch_works(stage)


def test_a_region_that_answers_badly_is_named(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def visitor(_self: Stage, region: Region) -> Visitor:
        return Visitor(503 if region.name == DR else 200)

    monkeypatch.setattr(Stage, "visitor", visitor)
    assert steady_state.regions_answer(stage) == "api-us-west-2.shop.example/v1/health answers 503"


def test_what_settles_by_itself_gets_time_to(stage: Stage) -> None:
    looks = iter(["not yet", "not yet", ""])
    assert steady_state.within(lambda _stage: next(looks), stage, 10) == ""
    assert steady_state.within(lambda _stage: "never", stage, 10) == "never"


def test_an_address_keeps_its_region_when_the_answer_changes(stage: Stage) -> None:
    whereabouts = stage.whereabouts
    assert whereabouts.region_of("api.shop.example") == PRIMARY
    assert isinstance(stage.network.look_up("api.shop.example"), DnsAnswer)
    assert whereabouts.known == {"192.0.2.1": PRIMARY, "192.0.2.2": DR}
