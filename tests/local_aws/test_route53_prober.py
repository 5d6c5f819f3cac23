"""One health check request against real sockets on loopback."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from local_aws.health_checks import prober
from local_aws.health_checks.checker import Result
from local_aws.health_checks.config import HealthCheck
from local_aws.health_checks.prober import Prober
from local_aws.tls import Certificates

ADDRESS = "127.0.0.1"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

Behaviour = Callable[[socket.socket], None]


class Endpoint:
    """Accepts connections, and treats each as the test says."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._socket = socket.create_server((ADDRESS, 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                try:
                    self._behaviour(connection)
                except OSError:
                    continue

    def close(self) -> None:
        # Closing alone does not wake a thread that waits in accept().
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def endpoint() -> Iterator[Callable[[Behaviour], Endpoint]]:
    made: list[Endpoint] = []

    def make(behaviour: Behaviour) -> Endpoint:
        made.append(Endpoint(behaviour))
        return made[-1]

    yield make
    for one in made:
        one.close()


Make = Callable[[Behaviour], Endpoint]


def answering(response: bytes, received: list[bytes] | None = None) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        request = connection.recv(4096)
        if received is not None:
            received.append(request)
        connection.sendall(response)

    return behave


def probe(port: int, kind: str = "HTTP", search: str = "", *, sni: bool = True) -> Result:
    check = HealthCheck(
        "id-1",
        kind,
        domain_name="api.example.com",
        port=port,
        path="/v1/health",
        search_string=search,
        sni=sni,
    )
    return asyncio.run(Prober(lambda _name: [ADDRESS])(check))


@pytest.mark.parametrize("status", [b"200 OK", b"204 No Content", b"302 Found", b"399 Odd"])
def test_any_status_from_200_to_399_is_a_success(endpoint: Make, status: bytes) -> None:
    result = probe(endpoint(answering(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")).port)
    assert result.success
    assert result.text.startswith(f"HTTP Status Code {status[:3].decode()}, ")
    assert result.text.endswith(f"Resolved IP: {ADDRESS}")


@pytest.mark.parametrize("status", [b"400 Bad Request", b"404 Not Found", b"503 Service Unavailable"])
def test_any_other_status_is_a_failure(endpoint: Make, status: bytes) -> None:
    result = probe(endpoint(answering(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")).port)
    assert not result.success
    assert result.text == f"HTTP Status Code {status.decode().replace(' ', ', ', 1)}. Resolved IP: {ADDRESS}"


def test_the_request_is_what_route_53_sends(endpoint: Make) -> None:
    received: list[bytes] = []
    target = endpoint(answering(OK, received))
    assert probe(target.port).success
    lines = received[0].decode().split("\r\n")
    assert lines[0] == "GET /v1/health HTTP/1.1"
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
    assert headers["host"] == f"api.example.com:{target.port}"
    assert headers["user-agent"].startswith("Amazon-Route53-Health-Check-Service (ref id-1;")


def test_the_times_of_each_step_are_measured(endpoint: Make) -> None:
    def slow(connection: socket.socket) -> None:
        connection.recv(4096)
        time.sleep(1)
        connection.sendall(OK)

    result = probe(endpoint(slow).port)
    assert result.connect_ms is not None
    assert result.first_byte_ms is not None
    assert result.connect_ms < 1000 < result.first_byte_ms + 10
    assert result.tls_ms is None


def test_an_endpoint_that_answers_after_two_seconds_fails(
    endpoint: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert prober.RESPONSE_SECONDS == 2.0
    monkeypatch.setattr(prober, "RESPONSE_SECONDS", 0.2)

    def late(connection: socket.socket) -> None:
        connection.recv(4096)
        time.sleep(0.6)
        connection.sendall(OK)

    result = probe(endpoint(late).port)
    assert not result.success
    assert result.text.startswith("The endpoint did not respond within the time limit")


def test_an_endpoint_that_closes_the_connection_fails(endpoint: Make) -> None:
    result = probe(endpoint(lambda _connection: None).port)
    assert not result.success


def test_an_endpoint_that_does_not_speak_http_fails(endpoint: Make) -> None:
    result = probe(endpoint(answering(b"nonsense\r\n\r\n")).port)
    assert not result.success
    assert "not HTTP/1.1" in result.text


def test_a_port_where_nothing_listens_fails() -> None:
    with socket.create_server((ADDRESS, 0)) as closing:
        port = closing.getsockname()[1]
    result = probe(port)
    assert not result.success
    assert result.text.startswith("The health checker could not establish a connection: Connection refused")


def test_a_name_that_does_not_resolve_fails() -> None:
    check = HealthCheck("a", "HTTP", domain_name="nowhere.example.com", port=80)
    result = asyncio.run(Prober(lambda _name: [])(check))
    assert (result.success, result.text[:21]) == (False, "DNS resolution failed")


def test_nothing_beyond_loopback_is_ever_contacted() -> None:
    check = HealthCheck("a", "TCP", ip_address="192.0.2.1", port=80)
    result = asyncio.run(Prober(lambda _name: [])(check))
    assert not result.success
    assert "loopback addresses only" in result.text


class TestSearch:
    def test_the_string_must_be_in_the_body(self, endpoint: Make) -> None:
        port = endpoint(answering(OK)).port
        assert probe(port, "HTTP_STR_MATCH", "ok").success
        assert not probe(port, "HTTP_STR_MATCH", "OK").success

    def test_it_must_be_entirely_in_the_first_5120_bytes(self, endpoint: Make) -> None:
        def body(at: int) -> bytes:
            content = b"." * at + b"needle" + b"." * 100
            return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(content), content)

        assert probe(endpoint(answering(body(5114))).port, "HTTP_STR_MATCH", "needle").success
        assert not probe(endpoint(answering(body(5115))).port, "HTTP_STR_MATCH", "needle").success

    def test_a_failing_status_fails_whatever_the_body_says(self, endpoint: Make) -> None:
        port = endpoint(answering(b"HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nok")).port
        assert not probe(port, "HTTP_STR_MATCH", "ok").success


class TestTcp:
    def test_a_connection_is_enough(self, endpoint: Make) -> None:
        assert probe(endpoint(lambda _connection: None).port, "TCP").success


class TestHttps:
    @pytest.fixture
    def secure(self, endpoint: Make) -> tuple[Endpoint, list[str | None]]:
        """An HTTPS endpoint with a certificate that nobody trusts, and the server names it was asked for."""
        names: list[str | None] = []
        context = Certificates(lambda _region: []).context("us-east-1")
        context.sni_callback = lambda _connection, name, _context: names.append(name)

        def behave(connection: socket.socket) -> None:
            with context.wrap_socket(connection, server_side=True) as tls:
                answering(OK)(tls)

        return endpoint(behave), names

    def test_certificates_are_not_validated(self, secure: tuple[Endpoint, list[str | None]]) -> None:
        result = probe(secure[0].port, "HTTPS")
        assert result.success
        assert result.tls_ms is not None

    def test_the_name_is_sent_in_the_handshake_only_with_sni(
        self, secure: tuple[Endpoint, list[str | None]]
    ) -> None:
        target, names = secure
        probe(target.port, "HTTPS")
        probe(target.port, "HTTPS", sni=False)
        assert names == ["api.example.com", None]

    def test_a_refused_handshake_fails_with_the_alert(self, endpoint: Make) -> None:
        context = Certificates(lambda _region: []).context("us-east-1")
        refuse = int(ssl.ALERT_DESCRIPTION_HANDSHAKE_FAILURE)
        context.sni_callback = lambda *_arguments: refuse

        def behave(connection: socket.socket) -> None:
            with context.wrap_socket(connection, server_side=True):
                pass

        result = probe(endpoint(behave).port, "HTTPS")
        assert not result.success
        assert "handshake_failure" in result.text

    def test_an_endpoint_without_tls_fails(self, endpoint: Make) -> None:
        assert not probe(endpoint(answering(OK)).port, "HTTPS").success
