"""The time budget, with botocore's real retries and a store that answers as the test says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.endpoint
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from tests.unit.products_api.fakes import StoppedClock

from products_api.clients import HEALTH, KEYS, STORE, Budget, ClientFactory
from products_api.deadline import RESERVE_SECONDS, Deadline
from products_api.errors import StoreUnavailableError


class Body:
    """The raw body of an answer."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> list[bytes]:
        return [self._content]


class Store:
    """Stands where the network begins; every attempt takes `seconds` and gets a throttle."""

    def __init__(self, clock: StoppedClock, seconds: float) -> None:
        self.attempts = 0
        self._clock = clock
        self._seconds = seconds

    def __call__(self, **_event: Any) -> AWSResponse:
        self.attempts += 1
        self._clock.advance(self._seconds)
        throttle = b'{"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException"}'
        return AWSResponse("https://dynamodb", 400, HTTPHeaders(), Body(throttle))


@pytest.fixture
def deadline(clock: StoppedClock) -> Deadline:
    return Deadline(clock)


@pytest.fixture
def connect(
    clock: StoppedClock, deadline: Deadline, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Budget, float], tuple[Any, Store]]:
    """Return a maker of a client and the store behind it; waiting moves the clock and takes no time."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setattr(botocore.endpoint.time, "sleep", clock.advance)  # type: ignore[attr-defined]

    def make(budget: Budget, seconds_per_attempt: float) -> tuple[Any, Store]:
        client: Any = ClientFactory("us-east-1", deadline).dynamodb(budget)
        store = Store(clock, seconds_per_attempt)
        client.meta.events.register_last("before-send.dynamodb", store)
        return client, store

    return make


def get(client: Any) -> None:
    client.get_item(TableName="products", Key={"id": {"S": "x"}})


def test_a_throttle_is_retried_as_often_as_the_budget_says(
    connect: Callable[..., tuple[Any, Store]], deadline: Deadline
) -> None:
    client, store = connect(STORE, 0.01)
    deadline.restart(60_000)
    with pytest.raises(ClientError, match="Throttling"):
        get(client)
    assert store.attempts == STORE.attempts


def test_no_attempt_starts_that_could_outlast_the_invocation(
    connect: Callable[..., tuple[Any, Store]], deadline: Deadline
) -> None:
    client, store = connect(STORE, STORE.attempt)
    deadline.restart(int((STORE.attempt * 2 + RESERVE_SECONDS) * 1000) - 100)
    with pytest.raises(StoreUnavailableError):
        get(client)
    assert store.attempts == 1
    assert deadline.remaining_seconds() >= 0, "the reserve for answering must be left"


def test_an_invocation_that_is_out_of_time_does_not_even_begin(
    connect: Callable[..., tuple[Any, Store]], deadline: Deadline
) -> None:
    client, store = connect(STORE, 0.01)
    deadline.restart(1_000)
    with pytest.raises(StoreUnavailableError):
        get(client)
    assert store.attempts == 0


def test_the_next_invocation_has_its_own_time(
    connect: Callable[..., tuple[Any, Store]], deadline: Deadline
) -> None:
    client, store = connect(STORE, 0.01)
    deadline.restart(0)
    deadline.restart(10_000)
    with pytest.raises(ClientError):
        get(client)
    assert store.attempts == STORE.attempts


def test_a_health_check_asks_once_within_a_second(connect: Callable[..., tuple[Any, Store]]) -> None:
    client, store = connect(HEALTH, 0.01)
    with pytest.raises(ClientError):
        get(client)
    assert store.attempts == 1
    assert HEALTH.attempt <= 1.0


@pytest.mark.parametrize("budget", [STORE, HEALTH, KEYS])
def test_a_client_waits_no_longer_than_its_budget(
    connect: Callable[..., tuple[Any, Store]], budget: Budget
) -> None:
    client, _store = connect(budget, 0.01)
    assert (client.meta.config.connect_timeout, client.meta.config.read_timeout) == (
        budget.connect,
        budget.read,
    )
