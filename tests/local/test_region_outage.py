"""What would break a failover is found before anything is broken, and what an outage costs is measured."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.local.conftest import Deployed

pytestmark = [pytest.mark.local, pytest.mark.slow]

PRIMARY = "us-east-1"


def drill(deployed: Deployed, *options: str) -> tuple[int, dict[str, Any], str]:
    """Run the drill shortened; return its exit status, its evidence and what it said."""
    answer = deployed.ha.run("drill", "region-outage", "--fast", "--json", *options, check=False)
    return answer.returncode, json.loads(answer.stdout or "{}"), answer.stderr


def records(deployed: Deployed, role: str) -> list[dict[str, Any]]:
    route53 = deployed.client("route53", deployed.deployment.primary)
    zone = deployed.deployment.primary.hosted_zone_id
    found = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return [one for one in found if one.get("Failover") == role and one["Type"] == "A"]


def change(deployed: Deployed, *changes: tuple[str, dict[str, Any]]) -> None:
    batch = [{"Action": action, "ResourceRecordSet": record} for action, record in changes]
    deployed.client("route53", deployed.deployment.primary).change_resource_record_sets(
        HostedZoneId=deployed.deployment.primary.hosted_zone_id, ChangeBatch={"Changes": batch}
    )


@contextmanager
def without_secondary(deployed: Deployed) -> Iterator[str]:
    (record,) = records(deployed, "SECONDARY")
    change(deployed, ("DELETE", record))
    try:
        yield "there is no SECONDARY record"
    finally:
        change(deployed, ("CREATE", record))


@contextmanager
def wrong_path(deployed: Deployed) -> Iterator[str]:
    route53 = deployed.client("route53", deployed.deployment.primary)
    check = deployed.deployment.primary.health_check_id
    # It answers 200 even while the region cannot serve, so only the configuration gives it away.
    route53.update_health_check(HealthCheckId=check, ResourcePath="/v1/openapi.json")
    try:
        yield "asks for ResourcePath /v1/openapi.json, not /v1/health"
    finally:
        route53.update_health_check(HealthCheckId=check, ResourcePath="/v1/health")


@contextmanager
def ttl_of_an_hour(deployed: Deployed) -> Iterator[str]:
    (alias,) = records(deployed, "PRIMARY")
    address = deployed.ha.aws.settings.regions[PRIMARY]
    plain = {name: value for name, value in alias.items() if name != "AliasTarget"}
    plain |= {"TTL": 3600, "ResourceRecords": [{"Value": address}]}
    change(deployed, ("UPSERT", plain))
    try:
        yield "is 3600 s, over 60 s"
    finally:
        change(deployed, ("UPSERT", alias))


@contextmanager
def broken_stop(deployed: Deployed) -> Iterator[str]:
    functions = deployed.client("lambda", deployed.deployment.dr)
    name = deployed.outputs["dr"]["failover_function_name"]
    before = functions.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions")
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    try:
        yield "/v1/failover/stop answers 5"
    finally:
        if before is None:
            functions.delete_function_concurrency(FunctionName=name)
        else:
            functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=before)


@pytest.mark.parametrize("fault", [without_secondary, wrong_path, ttl_of_an_hour, broken_stop])
def test_the_drill_finds_what_would_break_a_failover_before_it_breaks_anything(
    steady: Deployed, fault: Any
) -> None:
    with fault(steady) as words:
        status, evidence, said = drill(steady)
    assert status == 1, said
    assert evidence["passed"] is False
    assert words in evidence["violations"][0]
    assert "Disaster" not in said


def test_a_region_goes_dark_and_the_drill_measures_what_clients_met(steady: Deployed) -> None:
    status, evidence, said = drill(steady)
    assert status == 0, said
    measured = evidence["measurements"]
    assert 0 < measured["rto_seconds"] <= evidence["objectives"]["rto_seconds"]
    assert 0 <= measured["rpo_seconds"] <= evidence["objectives"]["rpo_seconds"]
    assert measured["lost_writes"] == 0
    assert measured["acknowledged_writes"] > 0
    assert measured["failed_requests_during_outage"] > 0
    assert 0 < measured["detection_seconds"] < measured["seed_detection_seconds"]
    assert any("Shortened run" in note for note in evidence["notes"])
    assert json.loads((steady.ha.build / "evidence" / "region-outage.json").read_text()) == evidence
