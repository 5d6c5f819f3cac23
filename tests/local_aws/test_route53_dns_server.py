"""The DNS server of a running local AWS."""

from __future__ import annotations

import socket
import uuid
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import pytest
from tests.local_aws.dns_client import EAST, Dns, a_record

from local_aws.dns.resolver import Answer
from local_aws.dns.server import respond
from local_aws.testing import LocalAws


@pytest.fixture
def zone(aws: LocalAws) -> Iterator[Dns]:
    [zone] = aws.client("route53", EAST).list_hosted_zones()["HostedZones"]
    made = Dns(aws, zone["Id"])
    yield made
    made.clear()


@pytest.fixture
def name() -> str:
    return f"n{uuid.uuid4().hex[:6]}.techmoda.example"


@pytest.mark.parametrize("tcp", [False, True])
def test_the_zone_of_the_account_answers_over_udp_and_tcp(zone: Dns, tcp: bool) -> None:
    response = zone.ask("techmoda.example", "SOA", tcp=tcp)
    assert response.rcode() == dns.rcode.NOERROR
    assert response.flags & dns.flags.AA
    assert len(response.answer) == 1


def test_a_records_life_is_visible_at_once(zone: Dns, name: str) -> None:
    assert zone.ask(name).rcode() == dns.rcode.NXDOMAIN
    record = a_record(name, "192.0.2.1")
    zone.change("CREATE", record)
    assert zone.ask(name.upper()).answer[0].ttl == 30
    assert zone.addresses(name) == ["192.0.2.1"]
    changed = a_record(name, "192.0.2.2")
    zone.change("UPSERT", changed)
    assert zone.addresses(name) == ["192.0.2.2"]
    zone.change("DELETE", changed)
    assert zone.ask(name).rcode() == dns.rcode.NXDOMAIN


def test_a_zones_life_is_visible_at_once(aws: LocalAws, zone: Dns) -> None:
    domain = f"z{uuid.uuid4().hex[:6]}.example"
    assert zone.ask(domain, "SOA").rcode() == dns.rcode.REFUSED
    route53 = aws.client("route53", EAST)
    zone_id = route53.create_hosted_zone(Name=domain, CallerReference=domain)["HostedZone"]["Id"]
    assert zone.ask(domain, "SOA").rcode() == dns.rcode.NOERROR
    route53.delete_hosted_zone(Id=zone_id)
    assert zone.ask(domain, "SOA").rcode() == dns.rcode.REFUSED


def test_an_answer_too_long_for_udp_is_cut_and_whole_over_tcp(zone: Dns, name: str) -> None:
    zone.create(a_record(name, *(f'"{number:0>200}"' for number in range(20)), kind="TXT"))
    cut = zone.ask(name, "TXT")
    assert cut.flags & dns.flags.TC
    assert cut.answer == []
    assert len(zone.ask(name, "TXT", tcp=True).answer[0]) == 20


def test_a_question_that_cannot_be_answered_is_answered_with_a_failure() -> None:
    def fail(_name: str, _kind: str) -> Answer:
        raise ValueError

    wire = respond(dns.message.make_query("www.example.com", "A").to_wire(), fail)
    assert wire
    assert dns.message.from_wire(wire).rcode() == dns.rcode.SERVFAIL


def test_nonsense_is_answered_with_a_format_error(aws: LocalAws) -> None:
    settings = aws.settings
    with socket.socket(type=socket.SOCK_DGRAM) as connection:
        connection.settimeout(5)
        connection.sendto(
            b"\x12\x34" + b"\x01\x00" + b"\xff" * 20, (settings.control_address, settings.dns_port)
        )
        answer = connection.recv(512)
    assert answer[:2] == b"\x12\x34"
    assert answer[3] & 0x0F == dns.rcode.FORMERR
