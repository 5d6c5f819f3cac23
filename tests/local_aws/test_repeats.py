"""A call repeated because its answer got lost gets that answer; anything else is done anew."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from local_aws import repeats
from local_aws.asgi import Call, Message, Receive, Scope, Send, with_call
from local_aws.faults import Faults, Mode
from local_aws.repeats import Repeats

REGION = "us-east-1"


class Counting:
    """An app that counts its calls, answers each with its number, and can withhold its answer."""

    def __init__(self, status: int = 200) -> None:
        self.calls, self.status, self.withholds = 0, status, False

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        self.calls += 1
        if not self.withholds:
            await send({"type": "http.response.start", "status": self.status, "headers": []})
            await send({"type": "http.response.body", "body": str(self.calls).encode()})


class Client:
    """Sends calls to the app as an SDK does, and returns the bodies of the answers."""

    def __init__(self, app: Counting) -> None:
        self.now, self.faults = 0.0, Faults({REGION: "127.0.0.2"})
        self._app = Repeats(app, self.faults, lambda: self.now)

    def __call__(self, invocation: str, attempt: int = 1, service: str = "dynamodb") -> bytes:
        headers = [
            (b"amz-sdk-invocation-id", invocation.encode()),
            (b"amz-sdk-request", f"attempt={attempt}; max=25".encode()),
        ]
        scope: dict[str, Any] = {"type": "http", "headers": headers}
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"{}"}

        async def send(message: Message) -> None:
            sent.append(message)

        asyncio.run(self._app(with_call(scope, Call("1", REGION, service)), receive, send))
        return b"".join(message.get("body", b"") for message in sent)


def test_a_repeated_call_gets_the_answer_that_was_sent() -> None:
    app = Counting()
    client = Client(app)
    assert [client("a"), client("a", attempt=2), client("a", attempt=3)] == [b"1", b"1", b"1"]
    assert app.calls == 1


def test_each_invocation_is_done_once() -> None:
    client = Client(Counting())
    assert [client("a"), client("b"), client("b", attempt=2)] == [b"1", b"2", b"2"]


def test_a_first_attempt_is_always_done() -> None:
    client = Client(Counting())
    assert [client("a"), client("a")] == [b"1", b"2"]


@pytest.mark.parametrize("status", [400, 429, 500, 503])
def test_a_call_that_failed_is_done_again(status: int) -> None:
    client = Client(Counting(status))
    assert [client("a"), client("a", attempt=2)] == [b"1", b"2"]


def test_a_call_whose_answer_was_withheld_is_done_again() -> None:
    app = Counting()
    client = Client(app)
    app.withholds = True
    assert client("a") == b""
    app.withholds = False
    assert client("a", attempt=2) == b"2"


def test_a_region_that_is_cut_off_repeats_nothing() -> None:
    app = Counting()
    client = Client(app)
    client("a")
    client.faults.set(REGION, Mode.RESET)
    client("a", attempt=2)
    assert app.calls == 2


def test_answers_are_forgotten_after_a_while() -> None:
    client = Client(Counting())
    client("a")
    client.now = repeats.KEPT_SECONDS + 1
    assert client("a", attempt=2) == b"2"


def test_only_the_newest_answers_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "MOST_KEPT", 2)
    client = Client(Counting())
    for invocation in "abc":
        client(invocation)
    assert [client("c", attempt=2), client("a", attempt=2)] == [b"3", b"4"]


def test_calls_of_the_data_plane_are_left_alone() -> None:
    client = Client(Counting())
    assert [client("a", service=""), client("a", attempt=2, service="")] == [b"1", b"2"]
