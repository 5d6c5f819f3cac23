"""Changes of records that Route 53 refuses."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.local_aws.dns_client import EAST, a_record

from local_aws.testing import LocalAws

ZONE = "techmoda.example"


class Records:
    """A group of records below a name that no other test uses."""

    def __init__(self, aws: LocalAws) -> None:
        self._route53 = aws.client("route53", EAST)
        [zone] = self._route53.list_hosted_zones_by_name(DNSName=ZONE, MaxItems="1")["HostedZones"]
        self.zone_id = zone["Id"].removeprefix("/hostedzone/")
        self.name = f"r{uuid.uuid4().hex[:6]}.{ZONE}"

    def change(self, *records: dict[str, Any], action: str = "CREATE") -> None:
        changes = [{"Action": action, "ResourceRecordSet": record} for record in records]
        self._route53.change_resource_record_sets(HostedZoneId=self.zone_id, ChangeBatch={"Changes": changes})

    def refusal(self, *records: dict[str, Any]) -> str:
        """Why the records are refused; it fails when they are not."""
        with pytest.raises(ClientError) as refused:
            self.change(*records)
        assert refused.value.response["Error"]["Code"] == "InvalidChangeBatch"
        assert not self.exists()
        return str(refused.value)

    def exists(self) -> bool:
        listed = self._route53.list_resource_record_sets(
            HostedZoneId=self.zone_id, StartRecordName=self.name, MaxItems="1"
        )["ResourceRecordSets"]
        return bool(listed) and listed[0]["Name"] == self.name + "."

    def failover(self, role: str, identifier: str = "", **fields: Any) -> dict[str, Any]:
        address = "192.0.2.1" if role == "PRIMARY" else "192.0.2.2"
        return a_record(self.name, address, Failover=role, SetIdentifier=identifier or role, **fields)


@pytest.fixture
def records(aws: LocalAws) -> Records:
    return Records(aws)


def test_a_pair_of_failover_records_is_taken(records: Records) -> None:
    pair = records.failover("PRIMARY"), records.failover("SECONDARY")
    records.change(*pair)
    assert records.exists()
    records.change(*pair, action="UPSERT")
    records.change(*pair, action="DELETE")
    assert not records.exists()


def test_a_name_outside_the_zone_is_refused(records: Records) -> None:
    assert "is not permitted in zone" in records.refusal(a_record("www.example.org", "192.0.2.1"))


def test_a_cname_at_the_apex_is_refused(records: Records) -> None:
    assert "not permitted at apex" in records.refusal(a_record(ZONE, "www.example.org", kind="CNAME"))


def test_a_cname_beside_another_record_is_refused(records: Records) -> None:
    beside = a_record(records.name, "192.0.2.1"), a_record(records.name, "www.example.org", kind="CNAME")
    assert "conflicts with other records" in records.refusal(*beside)


def test_a_record_of_another_routing_policy_is_refused(records: Records) -> None:
    weighted = a_record(records.name, "192.0.2.3", Weight=1, SetIdentifier="w")
    assert "another routing policy" in records.refusal(records.failover("PRIMARY"), weighted)
    assert "another routing policy" in records.refusal(
        records.failover("PRIMARY"), a_record(records.name, "192.0.2.3")
    )


def test_a_second_primary_is_refused(records: Records) -> None:
    two = records.failover("PRIMARY", "one"), records.failover("PRIMARY", "two")
    assert "a PRIMARY failover RRSet exists already" in records.refusal(*two)


def test_a_routing_policy_needs_a_set_identifier_and_the_other_way_round(records: Records) -> None:
    without = a_record(records.name, "192.0.2.1", Failover="PRIMARY")
    assert "Missing field 'SetIdentifier'" in records.refusal(without)
    alone = a_record(records.name, "192.0.2.1", SetIdentifier="x")
    assert "SetIdentifier is only valid with" in records.refusal(alone)


def test_a_health_check_that_does_not_exist_is_refused(records: Records) -> None:
    gone = str(uuid.uuid4())
    assert gone in records.refusal(records.failover("PRIMARY", HealthCheckId=gone))


def test_an_alias_needs_its_target_in_the_zone(records: Records) -> None:
    target = f"target-{records.name}"
    to = {"HostedZoneId": records.zone_id, "DNSName": target, "EvaluateTargetHealth": True}
    alias = {"Name": records.name, "Type": "A", "AliasTarget": to}
    assert "that target was not found" in records.refusal(alias)
    both = a_record(target, "192.0.2.1"), alias
    records.change(*both)
    assert records.exists()
    records.change(*both, action="DELETE")


def test_an_alias_has_no_ttl(records: Records) -> None:
    to = {"HostedZoneId": "Z1UJRXOUMOOFQ8", "DNSName": "d-1.execute-api.us-east-1.amazonaws.com"}
    alias = {
        "Name": records.name,
        "Type": "A",
        "TTL": 60,
        "AliasTarget": {**to, "EvaluateTargetHealth": False},
    }
    assert "neither TTL nor" in records.refusal(alias)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("A", "not-an-address"), ("A", "2001:db8::1"), ("AAAA", "192.0.2.1"), ("MX", "mail.example.org")],
)
def test_a_value_that_is_not_of_its_type_is_refused(records: Records, kind: str, value: str) -> None:
    refusal = records.refusal(a_record(records.name, value, kind=kind))
    assert f"'{value}' is not a value of type {kind}" in refusal
