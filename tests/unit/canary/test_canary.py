"""The function as the schedule calls it: its settings, its metrics, and a real connection to a server."""

from __future__ import annotations

import io
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics

from canary.application import Application, build
from canary.connection import ConnectionFailedError, HttpsConnection
from canary.environment import Environment
from canary.visit import Visit, Visitor
from common.clock import SystemClock
from common.environment import SettingError

SETTINGS = {
    "AWS_REGION": "us-west-2",
    "TARGETS": '{"public": "https://api.example.com/v1", "dr": "https://api-us-west-2.example.com/v1"}',
}


class Outcomes(Visitor):
    """Visits that go as they were told to, by URL."""

    def __init__(self, outcomes: dict[str, Visit]) -> None:
        self._outcomes = outcomes

    def visit(self, url: str) -> Visit:
        """Return the visit's outcome."""
        return self._outcomes[url]


def application(outcomes: dict[str, Visit], log: io.StringIO) -> Application:
    settings = Environment.from_environ(SETTINGS)
    return Application(
        Outcomes(outcomes),
        settings.targets,
        EphemeralMetrics(namespace=settings.metrics_namespace, service=settings.service),
        Logger(service=f"canary-{id(log)}", stream=log),
    )


def published(text: str) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, text.splitlines()) if "_aws" in line]


def test_each_target_has_its_own_availability_and_latency(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = {
        "https://api.example.com/v1": Visit(40.0),
        "https://api-us-west-2.example.com/v1": Visit(5000.0, "list", "TimeoutError: timed out"),
    }
    log = io.StringIO()
    assert application(outcomes, log).handle() == {"public": True, "dr": False}
    by_target = {line["target"]: line for line in published(capsys.readouterr().out)}
    assert {target: (line["Available"], line["Latency"]) for target, line in by_target.items()} == {
        "public": ([1.0], [40.0]),
        "dr": ([0.0], [5000.0]),
    }
    for line in by_target.values():
        (metrics,) = line["_aws"]["CloudWatchMetrics"]
        assert metrics["Namespace"] == "TechModa/Canary"
        assert sorted(metrics["Dimensions"][0]) == ["service", "target"]
        assert line["service"] == "canary"


def test_a_failed_visit_says_where_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = {
        "https://api.example.com/v1": Visit(40.0),
        "https://api-us-west-2.example.com/v1": Visit(5000.0, "list", "TimeoutError: timed out"),
    }
    log = io.StringIO()
    application(outcomes, log).handle()
    (line,) = map(json.loads, log.getvalue().splitlines())
    assert (line["target"], line["step"], line["reason"]) == ("dr", "list", "TimeoutError: timed out")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_each_setting_is_required(name: str) -> None:
    with pytest.raises(SettingError, match=name):
        Environment.from_environ({key: value for key, value in SETTINGS.items() if key != name})


@pytest.mark.parametrize(
    "targets",
    [
        "api.example.com",
        "[]",
        "{}",
        '{"public": "http://api.example.com"}',
        '{"public": 1}',
        '{"a": "https://"}',
    ],
)
def test_targets_that_cannot_be_visited_are_refused(targets: str) -> None:
    with pytest.raises(SettingError, match=r"TARGETS|target"):
        Environment.from_environ(SETTINGS | {"TARGETS": targets})


def test_the_application_is_built_out_of_the_settings() -> None:
    assert dict(build(Environment.from_environ(SETTINGS), SystemClock()).targets) == json.loads(
        SETTINGS["TARGETS"]
    )


class Page(BaseHTTPRequestHandler):
    """Answers what it was asked for."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Echo the path and the ETag."""
        body = f"{self.path} {self.headers.get('If-None-Match', '-')}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"1"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextmanager
def serving(context: ssl.SSLContext) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Page)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def shop(authority: trustme.CA) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with serving(context) as url:
        yield url


def test_one_connection_carries_all_steps_of_a_visit(
    shop: str, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    connection = HttpsConnection(shop)
    first = connection.get("/products?limit=1", {})
    second = connection.get("/health", {"If-None-Match": '"1"'})
    connection.close()
    assert (first.status, first.body, first.headers["etag"]) == (200, b"/v1/products?limit=1 -", '"1"')
    assert second.body == b'/v1/health "1"'


def test_a_certificate_of_nobody_we_trust_is_a_failed_connection(shop: str) -> None:
    connection = HttpsConnection(shop)
    with pytest.raises(ConnectionFailedError, match="SSLCertVerificationError"):
        connection.get("/health", {})
    connection.close()


def test_a_refused_connection_is_a_failed_connection() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{unused.getsockname()[1]}/v1"
    with pytest.raises(ConnectionFailedError, match="ConnectionRefusedError"):
        HttpsConnection(url).get("/health", {})
