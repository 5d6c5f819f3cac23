"""The drill's customers: what they call acknowledged, how they edit, and how long they keep a DNS answer."""

from __future__ import annotations

import io
import json
from typing import Any

import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.resolver
import httpx
import pytest
from tests.unit.techmoda_ha.drill_kit import Clock

from techmoda_ha.drills import faults
from techmoda_ha.drills.clients import Editor, Log, Traffic
from techmoda_ha.drills.faults import TestBed
from techmoda_ha.errors import HaError
from techmoda_ha.network import Network


class FakeApi:
    """Answers what it is told to: a response, or an exception to raise."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[str, str, Any]] = []

    def request(self, method: str, path: str, body: object = None, **_headers: str) -> httpx.Response:
        self.sent.append((method, path, body))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """Nothing is open."""


def answer(status: int, region: str = "us-east-1", **body: Any) -> httpx.Response:
    return httpx.Response(status, json=body, headers={"X-Region": region})


@pytest.fixture
def traffic() -> Traffic:
    return Traffic(lambda: pytest.fail("no client is made"), Log(io.StringIO()), "drill-1", clock=Clock())


def test_only_a_created_product_is_an_acknowledged_write(traffic: Traffic) -> None:
    api = FakeApi(answer(201, id="p1"), answer(503), httpx.ReadTimeout("late"))
    for _ in range(3):
        traffic._write("writer-1", api)  # type: ignore[arg-type]
    acknowledged = [one.acknowledged is not None for one in traffic.log.writes]
    assert acknowledged == [True, False, False]
    assert (traffic.log.writes[0].product, traffic.log.writes[0].region) == ("p1", "us-east-1")
    assert [one.ok for one in traffic.log.observations] == [True, False, False]


def test_every_write_has_an_id_of_its_own(traffic: Traffic) -> None:
    api = FakeApi(*[answer(201, id=f"p{n}") for n in range(5)])
    for _ in range(5):
        traffic._write("writer-1", api)  # type: ignore[arg-type]
    assert len({one.id for one in traffic.log.writes}) == 5
    assert all(
        body["name"].endswith(write.id)
        for (_, _, body), write in zip(api.sent, traffic.log.writes, strict=True)
    )


def test_an_editor_writes_the_next_number_on_what_it_read(traffic: Traffic) -> None:
    editor = Editor(traffic)
    api = FakeApi(
        answer(201, id="p1"), answer(200, stock=0, version=1), answer(200), answer(200, stock=1, version=2),
        answer(503), answer(200, "us-west-2", stock=0, version=1), answer(200, "us-west-2"),
    )  # fmt: skip
    for _ in range(4):
        editor("editor-1", api)  # type: ignore[arg-type]
    assert [(one.number, one.saw, one.region) for one in traffic.log.edits] == [
        (1, 0, "us-east-1"), (3, 0, "us-west-2"),
    ]  # fmt: skip


def test_the_log_outlives_the_drill_line_by_line(traffic: Traffic) -> None:
    traffic._write("writer-1", FakeApi(answer(201, id="p1")))  # type: ignore[arg-type]
    assert isinstance(traffic.log.file, io.StringIO)
    lines = [json.loads(line) for line in traffic.log.file.getvalue().splitlines()]
    assert lines[0]["client"] == "writer-1"
    assert lines[1]["product"] == "p1"


def kept_for(network: Network, ttl: int) -> float:
    """Return for how long the network's resolver keeps an answer of that TTL."""
    name = dns.name.from_text("api.shop.example.")
    question, record = f"{name} IN A\n", f"{name} {ttl} IN A 192.0.2.1\n"
    text = f"id 1\nopcode QUERY\nrcode NOERROR\nflags QR AA\n;QUESTION\n{question};ANSWER\n{record}"
    message = dns.message.from_text(text)
    assert isinstance(message, dns.message.QueryMessage)
    found = dns.resolver.Answer(name, dns.rdatatype.A, dns.rdataclass.IN, message)
    before = found.expiration
    cache = network.resolver().cache
    assert cache is not None
    cache.put((name, dns.rdatatype.A, dns.rdataclass.IN), found)
    return ttl - (before - found.expiration)


def test_clients_keep_an_answer_for_its_ttl_and_a_part_of_it_in_a_shortened_run() -> None:
    assert kept_for(Network("127.0.0.1:53", 443, None), 60) == pytest.approx(60)
    assert kept_for(Network("127.0.0.1:53", 443, None, ttl_factor=0.1), 60) == pytest.approx(6)


def test_there_is_no_test_bed_where_the_variable_is_unset() -> None:
    assert TestBed.from_variables({}) is None
    assert TestBed.from_variables({faults.FAULT_URL_VARIABLE: "http://127.0.0.1:1/_local/"}) == TestBed(
        "http://127.0.0.1:1/_local"
    )


def test_a_test_bed_that_does_not_answer_is_an_error_with_a_next_step() -> None:
    with pytest.raises(HaError, match="did not do what the drill asked") as caught:
        TestBed("http://127.0.0.1:1/_local").set_speed(10)
    assert "ha local region" in caught.value.next_step
