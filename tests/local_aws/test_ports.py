"""The ports of DNS and TLS: settings, what is taken, and what clients are told."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from local_aws import environment, preflight, testing
from local_aws.dns import server
from local_aws.settings import Settings, SettingsError


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return testing.on_free_ports(tmp_path)


@pytest.mark.parametrize(
    ("kind", "address", "port", "variable"),
    [
        (socket.SOCK_STREAM, "127.0.0.1", "dns_port", "LOCAL_AWS_DNS_PORT"),
        (socket.SOCK_DGRAM, "127.0.0.1", "dns_port", "LOCAL_AWS_DNS_PORT"),
        (socket.SOCK_STREAM, "127.0.0.3", "tls_port", "LOCAL_AWS_TLS_PORT"),
        (socket.SOCK_STREAM, "127.0.0.2", "port", "LOCAL_AWS_PORT"),
    ],
)
def test_a_port_that_is_taken_is_named_with_the_variable_that_changes_it(
    settings: Settings, kind: socket.SocketKind, address: str, port: str, variable: str
) -> None:
    preflight.require_addresses(settings)
    with socket.socket(type=kind) as other:
        other.bind((address, getattr(settings, port)))
        if kind is socket.SOCK_STREAM:
            other.listen()
        with pytest.raises(preflight.PreflightError) as refused:
            preflight.require_addresses(settings)
    assert f"{address}:{getattr(settings, port)} is taken by another program" in str(refused.value)
    assert f"{variable}={getattr(settings, port) + 1} ha local up" in str(refused.value)


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_dns_server_that_cannot_bind_leaves_neither_socket_open(
    settings: Settings, kind: socket.SocketKind
) -> None:
    address = settings.control_address, settings.dns_port
    with socket.socket(type=kind) as other:
        other.bind(address)
        with pytest.raises(server.PortTakenError, match="LOCAL_AWS_DNS_PORT"):
            server.bind(*address)
    server.bind(*address).close()


def test_a_port_that_a_neighbour_takes_at_the_last_moment_is_left_to_it(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose, chosen = testing.on_free_ports, list[Settings]()

    def taken_at_first(state_dir: Path) -> Settings:
        chosen.append(choose(state_dir) if chosen else replace(settings, state_dir=state_dir))
        return chosen[-1]

    monkeypatch.setattr(testing, "on_free_ports", taken_at_first)
    neighbour = socket.create_server((settings.regions["us-west-2"], settings.port))
    with neighbour, testing.started(tmp_path / "started") as aws:
        assert aws.settings == chosen[1]
    assert not any((tmp_path / "started").iterdir())


def test_ports_must_differ(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="different"):
        Settings(tmp_path, port=4566, dns_port=4566)


def test_clients_are_told_where_dns_and_tls_are(settings: Settings) -> None:
    told = environment.for_clients(settings, settings.state_dir)
    assert told["HA_DNS_SERVER"] == f"127.0.0.1:{settings.dns_port}"
    assert told["HA_TLS_PORT"] == str(settings.tls_port)
    assert Path(told["HA_CA_BUNDLE"]) == settings.ca_bundle
