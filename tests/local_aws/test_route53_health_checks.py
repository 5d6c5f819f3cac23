"""Health checks of a running local AWS: failover between two real APIs, reports, metrics, the API."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError
from tests.local_aws.deployer import Deployer
from tests.local_aws.dns_client import EAST, WEST, Dns, a_record, alias_of, health_check, reported

from local_aws import client, testing
from local_aws.testing import LocalAws, eventually

_HEALTH = """
def handler(event, context):
    good = event["path"].endswith("/health")
    return {"statusCode": 200 if good else 500, "body": "{}"}
"""


@pytest.fixture(scope="module")
def own(test_dir: Path) -> Iterator[LocalAws]:
    """A local AWS whose regions these tests cut off."""
    with testing.started(test_dir) as running:
        client.call(running.settings, "PUT", "health-checks", {"speed": 50})
        yield running


@pytest.fixture
def zone(own: LocalAws) -> Iterator[Dns]:
    [zone] = own.client("route53", EAST).list_hosted_zones()["HostedZones"]
    made = Dns(own, zone["Id"])
    yield made
    made.clear()


@pytest.fixture
def name() -> str:
    return f"n{uuid.uuid4().hex[:6]}.techmoda.example"


@dataclass(frozen=True)
class Failover:
    """One public name over an API in each region, and the health check of the primary's own name."""

    name: str
    primary_check: str


@pytest.fixture(scope="module")
def apis(own: LocalAws) -> dict[str, str]:
    """An API with a health path in each region, by region."""
    deployers = [Deployer(own, region) for region in (EAST, WEST)]
    return {deployer.region: deployer.api(deployer.function(_HEALTH)) for deployer in deployers}


@pytest.fixture
def failover(own: LocalAws, zone: Dns, apis: dict[str, str], name: str) -> Iterator[Failover]:
    checks = {}
    for region, role in ((EAST, "PRIMARY"), (WEST, "SECONDARY")):
        regional = f"{region}-{name}"
        target = alias_of(own, region, regional, apis[region])
        zone.create({"Name": regional, "Type": "A", "AliasTarget": target})
        checks[region] = health_check(own, regional)
        public = {
            "Name": name,
            "Type": "A",
            "SetIdentifier": region,
            "Failover": role,
            "HealthCheckId": checks[region],
            "AliasTarget": alias_of(own, region, name, apis[region]),
        }
        zone.create(public)
    yield Failover(name, checks[EAST])
    for check in checks.values():
        own.client("route53", EAST).delete_health_check(HealthCheckId=check)


@pytest.mark.parametrize("mode", ["reset", "hang", "unavailable"])
def test_a_region_that_is_cut_off_loses_its_clients_to_the_other_until_it_is_back(
    own: LocalAws, zone: Dns, failover: Failover, mode: str
) -> None:
    regions = own.settings.regions
    assert eventually(lambda: reported(own, failover.primary_check, "Success"))
    assert zone.addresses(failover.name) == [regions[EAST]]
    assert zone.ask(failover.name).answer[0].ttl == 60
    with own.cut_off(EAST, mode):
        # Not even Route 53's own API, which is in us-east-1, can be asked or is needed meanwhile.
        assert eventually(lambda: zone.addresses(failover.name) == [regions[WEST]], 60)
    assert eventually(lambda: zone.addresses(failover.name) == [regions[EAST]], 60)


def test_a_health_check_of_a_wrong_path_fails_with_the_status(
    own: LocalAws, zone: Dns, apis: dict[str, str], name: str
) -> None:
    zone.create({"Name": name, "Type": "A", "AliasTarget": alias_of(own, EAST, name, apis[EAST])})
    check = health_check(own, name, ResourcePath="/v1/wrong")
    assert eventually(
        lambda: reported(own, check, "Failure: HTTP Status Code 500, Internal Server Error"), 10
    )
    route53 = own.client("route53", EAST)
    route53.update_health_check(HealthCheckId=check, ResourcePath="/v1/health")
    assert eventually(lambda: reported(own, check, "Success: HTTP Status Code 200, OK"), 60)
    reasons = route53.get_health_check_last_failure_reason(HealthCheckId=check)["HealthCheckObservations"]
    assert all("HTTP Status Code 500" in reason["StatusReport"]["Status"] for reason in reasons)
    assert {reason["Region"] for reason in reasons} >= {"us-east-1", "sa-east-1"}


def test_a_domain_that_the_region_does_not_have_fails(own: LocalAws, zone: Dns, name: str) -> None:
    zone.create(a_record(name, own.settings.regions[EAST]))
    check = health_check(own, name)
    assert eventually(lambda: reported(own, check, "Failure: HTTP Status Code 403, Forbidden"), 60)


def test_a_name_without_an_address_fails(own: LocalAws, name: str) -> None:
    check = health_check(own, name)
    assert eventually(lambda: reported(own, check, "Failure: DNS resolution failed"), 60)


def test_the_stop_switch_of_a_calculated_check_moves_clients(own: LocalAws, zone: Dns, name: str) -> None:
    switch = health_check(own, name, Disabled=True)
    calculated = {"Type": "CALCULATED", "ChildHealthChecks": [switch], "HealthThreshold": 1}
    route53 = own.client("route53", EAST)
    check = route53.create_health_check(CallerReference=name, HealthCheckConfig=calculated)["HealthCheck"][
        "Id"
    ]
    for role, address, fields in (
        ("PRIMARY", "192.0.2.1", {"HealthCheckId": check}),
        ("SECONDARY", "192.0.2.2", {}),
    ):
        zone.create(a_record(name, address, Failover=role, SetIdentifier=role, **fields))
    assert zone.addresses(name) == ["192.0.2.1"]
    route53.update_health_check(HealthCheckId=switch, Inverted=True)
    assert zone.addresses(name) == ["192.0.2.2"]
    assert (
        route53.get_health_check(HealthCheckId=switch)["HealthCheck"]["HealthCheckConfig"]["Inverted"] is True
    )
    route53.update_health_check(HealthCheckId=switch, Inverted=False)
    assert zone.addresses(name) == ["192.0.2.1"]
    with pytest.raises(ClientError, match="does not monitor an endpoint"):
        route53.get_health_check_status(HealthCheckId=check)


def test_health_is_published_in_us_east_1_and_nowhere_else(own: LocalAws, name: str) -> None:
    check = health_check(own, name)
    now = datetime.now(UTC)

    def points(metric: str, region: str) -> list[dict[str, Any]]:
        answer = own.client("cloudwatch", region).get_metric_statistics(
            Namespace="AWS/Route53",
            MetricName=metric,
            Dimensions=[{"Name": "HealthCheckId", "Value": check}],
            StartTime=now - timedelta(minutes=5),
            EndTime=now + timedelta(minutes=5),
            Period=60,
            Statistics=["Minimum"],
        )
        return list(answer["Datapoints"])

    def unhealthy() -> bool:
        published = [points(metric, EAST) for metric in ("HealthCheckStatus", "HealthCheckPercentageHealthy")]
        return all(data and data[-1]["Minimum"] == 0 for data in published)

    assert eventually(unhealthy, 60)
    assert points("HealthCheckStatus", WEST) == []


def test_a_check_of_an_alarm_follows_the_metric_and_not_what_the_alarm_was_set_to(
    own: LocalAws, zone: Dns, name: str
) -> None:
    cloudwatch = own.client("cloudwatch", WEST)
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Test",
        MetricName=name,
        Statistic="Maximum",
        Period=10,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    route53 = own.client("route53", EAST)
    config = {
        "Type": "CLOUDWATCH_METRIC",
        "AlarmIdentifier": {"Region": WEST, "Name": name},
        "InsufficientDataHealthStatus": "LastKnownStatus",
    }
    check = route53.create_health_check(CallerReference=name, HealthCheckConfig=config)["HealthCheck"]["Id"]
    for role, address in (("PRIMARY", "192.0.2.1"), ("SECONDARY", "192.0.2.2")):
        fields = {"HealthCheckId": check} if role == "PRIMARY" else {}
        zone.create(a_record(name, address, Failover=role, SetIdentifier=role, **fields))
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="by hand")
    assert zone.addresses(name) == ["192.0.2.1"]
    datum = {"MetricName": name, "Value": 1.0, "StorageResolution": 1}
    cloudwatch.put_metric_data(Namespace="Test", MetricData=[datum])
    assert eventually(lambda: zone.addresses(name) == ["192.0.2.2"], 60)
    with own.cut_off(WEST, "reset"):
        # Without data, the last known status stays.
        assert zone.addresses(name) == ["192.0.2.2"]
    route53.delete_health_check(HealthCheckId=check)


@pytest.mark.parametrize(
    "config",
    [
        {"RequestInterval": 20},
        {"FailureThreshold": 11},
        {"Regions": ["us-east-1", "us-west-1"]},
        {"Regions": ["us-east-1", "us-west-1", "eu-south-2"]},
        {"IPAddress": "127.0.0.1"},
        {"IPAddress": "10.0.0.1"},
        {"Type": "HTTPS_STR_MATCH"},
    ],
)
def test_what_route_53_cannot_check_is_refused(own: LocalAws, name: str, config: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as refused:
        health_check(own, name, **config)
    assert refused.value.response["Error"]["Code"] == "InvalidInput"


def test_an_update_of_an_old_version_is_refused(own: LocalAws, name: str) -> None:
    check = health_check(own, name, Disabled=True)
    route53 = own.client("route53", EAST)
    updated = route53.update_health_check(HealthCheckId=check, HealthCheckVersion=1, ResourcePath="/new")
    assert updated["HealthCheck"]["HealthCheckVersion"] == 2
    with pytest.raises(ClientError) as refused:
        route53.update_health_check(HealthCheckId=check, HealthCheckVersion=1, ResourcePath="/newer")
    assert refused.value.response["Error"]["Code"] == "HealthCheckVersionMismatch"
    reset = route53.update_health_check(HealthCheckId=check, ResetElements=["ResourcePath"])
    assert "ResourcePath" not in reset["HealthCheck"]["HealthCheckConfig"]


def test_the_status_of_a_check_that_does_not_exist_is_not_found(own: LocalAws) -> None:
    with pytest.raises(ClientError) as refused:
        own.client("route53", EAST).get_health_check_status(HealthCheckId=str(uuid.uuid4()))
    assert refused.value.response["Error"]["Code"] == "NoSuchHealthCheck"


@pytest.mark.parametrize("body", [{"speed": 0}, {"speed": 1000}, {"speed": "fast"}, {}])
def test_a_speed_that_cannot_be_is_refused(own: LocalAws, body: dict[str, Any]) -> None:
    answer = httpx.put(f"{own.settings.endpoint_url}/_local/health-checks", json=body, trust_env=False)
    assert answer.status_code == 400
