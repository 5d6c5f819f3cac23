"""A fuzz run sends what was asked for, fails on a broken contract, and clears away what it created."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from rich.console import Console

from techmoda_ha.deployment import Deployment, RegionDeployment, Route
from techmoda_ha.errors import HaError
from techmoda_ha.fuzz.round import Round, play
from techmoda_ha.fuzz.run import Fuzz, Limits
from techmoda_ha.fuzz.settings import LEFT_OUT, configuration

PRODUCT = {
    "type": "object",
    "required": ["stock"],
    "additionalProperties": False,
    "properties": {"stock": {"type": "integer", "minimum": 0}},
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "stub", "version": "1"},
    "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    "paths": {
        "/products": {
            "get": {
                "operationId": "listProducts",
                "parameters": [{"in": "query", "name": "limit", "schema": {"type": "integer", "minimum": 1}}],
                "responses": {
                    "200": {
                        "description": "products",
                        "content": {"application/json": {"schema": {"type": "array"}}},
                    },
                    "400": {"description": "wrong"},
                },
            },
            "post": {
                "operationId": "createProduct",
                "security": [{"token": []}],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": PRODUCT}},
                },
                "responses": {
                    "201": {"description": "made"},
                    "400": {"description": "wrong"},
                    "401": {"description": "no token"},
                    "415": {"description": "no JSON"},
                },
            },
        }
    },
}


class Stub(BaseHTTPRequestHandler):
    """An API that keeps to DOCUMENT, but for what a test breaks."""

    list_answer: ClassVar[tuple[int, bytes]] = (200, b"[]")
    bodies: ClassVar[list[bytes]] = []
    deleted: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        if self.path.endswith("/openapi.json"):
            self._answer(200, json.dumps(DOCUMENT).encode())
        elif "limit" in self.path and not re.search(r"[?]limit=0*[1-9][0-9]*$", self.path):
            self._answer(400, b"{}")
        else:
            self._answer(*type(self).list_answer)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        type(self).bodies.append(body)
        if self.headers.get("authorization") != "Bearer token":
            self._answer(401, b"{}")
        elif self.headers.get("content-type") != "application/json":
            self._answer(415, b"{}")
        else:
            self._answer(201 if _is_product(body) else 400, b"{}", location="/v1/products/made")

    def do_DELETE(self) -> None:
        type(self).deleted.append(self.path)
        self._answer(204, b"")

    def _no_such_method(self) -> None:
        self._answer(404, b"{}")

    do_PUT = do_PATCH = do_TRACE = do_OPTIONS = do_QUERY = _no_such_method  # noqa: N815

    def log_message(self, *_arguments: Any) -> None:
        """Be silent."""

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content-type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _is_product(body: bytes) -> bool:
    try:
        found = json.loads(body)
    except ValueError:
        return False
    # As draft 4 has it, 2.0 is no integer.
    return (
        isinstance(found, dict)
        and set(found) == {"stock"}
        and type(found["stock"]) is int
        and found["stock"] >= 0
    )


@contextmanager
def served(list_answer: tuple[int, bytes] = (200, b"[]")) -> Iterator[str]:
    stub = type("OneStub", (Stub,), {"list_answer": list_answer, "bodies": [], "deleted": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), stub)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()


def played(url: str, examples: int = 3) -> Round:
    settings = configuration(Route(url, "api.example"), "token", examples=examples, coverage=True, seed=1)
    return play(DOCUMENT, settings, lambda _round: True)


def test_an_api_that_keeps_to_its_document_passes() -> None:
    with served() as url:
        found = played(url)
    assert found.violations == []
    assert found.cases > 20
    assert found.checks > found.cases
    assert {200, 201, 400, 401} <= set(found.answers)
    assert found.created == {"/v1/products/made"}


@pytest.mark.parametrize(
    ("answer", "violation"),
    [
        ((500, b"{}"), "not_a_server_error"),
        ((503, b"{}"), "not_a_server_error"),
        ((404, b"{}"), "status_code_conformance"),
        ((200, b"{}"), "response_schema_conformance"),
        ((200, b"not json"), "response_schema_conformance"),
    ],
)
def test_an_answer_that_the_document_does_not_know_is_a_violation(
    answer: tuple[int, bytes], violation: str
) -> None:
    with served(answer) as url:
        found = played(url)
    assert violation in {text.partition(":")[0] for text in found.violations}


def test_an_api_that_is_not_there_ends_the_run() -> None:
    with served() as url:
        pass
    with pytest.raises(HaError, match="ended early"):
        played(url)


def test_every_check_that_is_left_out_has_its_reason_and_is_a_check() -> None:
    from schemathesis.checks import CHECKS

    assert set(LEFT_OUT) <= set(CHECKS.get_all_names())
    assert all(len(reason) > 20 for reason in LEFT_OUT.values())


@dataclass
class Player:
    """Plays rounds that are made up: `cases` in each, on a clock that goes on by `seconds`."""

    cases: int
    seconds: float = 1.0
    violations: list[str] = field(default_factory=list)
    settings: list[Mapping[str, Any]] = field(default_factory=list)
    now: float = 0.0

    def __call__(
        self, _document: Mapping[str, Any], settings: Mapping[str, Any], said: Callable[[Round], bool]
    ) -> Round:
        self.settings.append(settings)
        self.now += self.seconds
        answers = Counter({200: self.cases})
        made = Round(self.cases, answers, self.cases, list(self.violations), {"/v1/products/made"})
        said(made)
        return made


def region(environment: str, url: str) -> RegionDeployment:
    texts = {
        name: "any"
        for name, kind in RegionDeployment.__annotations__.items()
        if kind == "str" and name not in {"environment", "region", "regional_api_url"}
    }
    return RegionDeployment(
        environment=environment,
        region=environment,
        regional_api_url=url,
        alarm_names=(),
        deletion_protection=False,
        **texts,
    )


def run(player: Player, url: str, folder: Path, *, cases: int = 100, seconds: float = 60) -> Any:
    fuzz = Fuzz(
        Deployment(region("primary", url), region("dr", url)),
        {"HA_TARGET": "local"},
        "token",
        Limits(cases, seconds, seed=1),
        Console(quiet=True),
        play=player,
        clock=lambda: player.now,
    )
    return fuzz.run(folder)


def test_rounds_go_on_until_each_region_had_its_share(tmp_path: Path) -> None:
    player = Player(cases=20)
    with served() as url:
        evidence = run(player, url, tmp_path)
    assert evidence.passed
    assert evidence.measurements["cases"] == 120
    assert evidence.details["cases_by_region"] == {"primary": 60, "dr": 60}
    assert json.loads((tmp_path / "fuzz-api.json").read_text())["passed"] is True
    assert [settings["seed"] for settings in player.settings] == [1, 2, 3] * 2
    coverage = [settings["phases"]["coverage"]["enabled"] for settings in player.settings]
    assert coverage == [True, False, False, False, False, False]


def test_a_violation_is_in_the_evidence_which_then_fails(tmp_path: Path) -> None:
    with served() as url:
        evidence = run(Player(cases=50, violations=["broken"]), url, tmp_path)
    assert not evidence.passed
    assert evidence.details["violations"] == ["broken", "broken"]


def test_fewer_requests_than_asked_for_are_no_pass(tmp_path: Path) -> None:
    with served() as url, pytest.raises(HaError, match="Only 20 of 50 requests were sent to primary in 1 s"):
        run(Player(cases=20, seconds=2), url, tmp_path, seconds=1)
    assert list(tmp_path.iterdir()) == []


def test_a_round_without_requests_is_no_pass(tmp_path: Path) -> None:
    with served() as url, pytest.raises(HaError, match="No request was generated"):
        run(Player(cases=0), url, tmp_path)


def test_an_api_without_its_document_is_no_pass(tmp_path: Path) -> None:
    with served() as url:
        pass
    with pytest.raises(HaError, match="does not answer"):
        run(Player(cases=20), url, tmp_path)
