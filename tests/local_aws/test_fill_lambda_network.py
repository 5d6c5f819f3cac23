"""What a function finds by name: the hosted zones' names, and the regions' APIs over HTTPS."""

from __future__ import annotations

import socket
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from tests.local_aws.deployer import Deployer
from tests.local_aws.dns_client import EAST, WEST, Dns, a_record, alias_of

from local_aws.fills import lambda_network
from local_aws.fills.lambda_network import Network
from local_aws.testing import LocalAws

_ASK = """
import json
import socket
import urllib.request

def handler(event, context):
    if "url" in event:
        with urllib.request.urlopen(event["url"], timeout=5) as answer:
            return {"status": answer.status, "body": answer.read().decode()}
    try:
        return socket.getaddrinfo(event["name"], 443, flags=socket.AI_CANONNAME, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return error.errno
"""
_HELLO = """
def handler(event, context):
    headers = {name.lower(): value for name, value in event["headers"].items()}
    return {"statusCode": 200, "body": headers["host"]}
"""


@pytest.fixture
def zone(aws: LocalAws) -> Iterator[Dns]:
    [zone] = aws.client("route53", EAST).list_hosted_zones()["HostedZones"]
    made = Dns(aws, zone["Id"])
    yield made
    made.clear()


@pytest.fixture
def name() -> str:
    return f"n{uuid.uuid4().hex[:6]}.techmoda.example"


@pytest.fixture(scope="module")
def asker(east: Deployer) -> str:
    """A function that looks names up."""
    return east.function(_ASK)


def system(host: Any, port: Any, *_rest: Any) -> Any:
    """In place of the system's look-ups: an address without them, and no other name."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, int(port or 0)))]


def network(aws: LocalAws) -> Network:
    settings = aws.settings
    ports = {settings.regions[WEST]: {443: settings.tls_port}}
    return Network((settings.control_address, settings.dns_port), ports, system)


def test_a_function_finds_a_name_of_the_zone_and_the_end_of_its_cnames(
    east: Deployer, asker: str, zone: Dns, name: str
) -> None:
    zone.create(a_record(f"end.{name}", "192.0.2.7"))
    zone.create(a_record(name, f"end.{name}", kind="CNAME"))
    [[_family, _kind, _protocol, canonical, address]] = east.invoke(asker, {"name": name})
    assert canonical == f"end.{name}"
    assert address == ["192.0.2.7", 443]


def test_a_function_sees_a_change_of_the_zone_at_its_next_look(
    east: Deployer, asker: str, zone: Dns, name: str
) -> None:
    assert east.invoke(asker, {"name": name}) == socket.EAI_NONAME
    zone.create(a_record(name, "192.0.2.8"))
    assert east.invoke(asker, {"name": name})[0][4][0] == "192.0.2.8"


def test_a_function_calls_the_other_regions_api_over_https(
    east: Deployer, west: Deployer, asker: str, zone: Dns, name: str
) -> None:
    api = west.api(west.function(_HELLO))
    zone.create({"Name": name, "Type": "A", "AliasTarget": alias_of(zone.aws, WEST, name, api)})
    answer = east.invoke(asker, {"url": f"https://{name}/v1/hello"})
    assert answer == {"status": 200, "body": name}  # The Host header names no port, as on AWS.


def test_only_port_443_of_a_region_is_led_elsewhere(aws: LocalAws, zone: Dns, name: str) -> None:
    zone.create(a_record(name, aws.settings.regions[WEST], "192.0.2.1"))
    look = network(aws).getaddrinfo
    assert {info[4] for info in look(name, 443)} == {
        (aws.settings.regions[WEST], aws.settings.tls_port),
        ("192.0.2.1", 443),
    }
    assert {info[4][1] for info in look(name, 80)} == {80}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "elsewhere.example.org", b"127.0.0.1"])
def test_what_is_not_in_a_zone_is_left_to_the_system(aws: LocalAws, host: str | bytes) -> None:
    assert network(aws).getaddrinfo(host, 443)[0][4] == (host, 443)


def test_a_name_of_the_zone_has_no_ipv6_address(aws: LocalAws, zone: Dns, name: str) -> None:
    zone.create(a_record(name, "192.0.2.1"))
    with pytest.raises(socket.gaierror):
        network(aws).getaddrinfo(name, 443, family=socket.AF_INET6)


def test_a_dns_server_that_does_not_answer_is_a_temporary_failure(
    monkeypatch: pytest.MonkeyPatch, unused_udp_port: int
) -> None:
    monkeypatch.setattr(lambda_network, "_DNS_SECONDS", 0.1)
    with pytest.raises(socket.gaierror) as failed:
        Network(("127.0.0.1", unused_udp_port), {}, system).getaddrinfo("a.techmoda.example", 443)
    assert failed.value.errno == socket.EAI_AGAIN


@pytest.fixture
def unused_udp_port() -> Iterator[int]:
    """A port at which a socket is bound that never answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        yield silent.getsockname()[1]


def test_a_process_without_the_variables_keeps_the_systems_look_ups(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", before)
    lambda_network.install({})
    assert socket.getaddrinfo is before
    lambda_network.install(lambda_network.variables(("127.0.0.1", 53), {"127.0.0.2": {443: 4443}}))
    assert socket.getaddrinfo != before
