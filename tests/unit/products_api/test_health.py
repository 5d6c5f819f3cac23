"""Deep health: this region's table, briefly remembered."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from tests.unit.products_api.fakes import StoppedClock

from products_api.health import CACHE_SECONDS, HealthCheck


class FakeTable:
    """Answers or fails, and remembers what it was asked."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.failure: Exception | None = None

    def get_item(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request)
        if self.failure:
            raise self.failure
        return {}


@pytest.fixture
def table() -> FakeTable:
    return FakeTable()


@pytest.fixture
def health(table: FakeTable, clock: StoppedClock) -> HealthCheck:
    return HealthCheck(lambda: table, "products", "us-west-2", clock)  # type: ignore[arg-type,return-value]


def test_a_table_that_answers_makes_the_region_healthy(health: HealthCheck) -> None:
    verdict = health.verdict()
    assert (verdict.healthy, verdict.region) == (True, "us-west-2")
    assert verdict.checked_at == "2025-11-28T10:00:00.000Z"


def test_the_read_is_consistent_because_writes_need_the_same_partition_leader(
    health: HealthCheck, table: FakeTable
) -> None:
    health.verdict()
    assert [(one["TableName"], one["ConsistentRead"]) for one in table.requests] == [("products", True)]


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (ReadTimeoutError(endpoint_url="https://dynamodb"), "ReadTimeoutError"),
        (EndpointConnectionError(endpoint_url="https://dynamodb"), "EndpointConnectionError"),
        (ClientError({"Error": {"Code": "ThrottlingException"}}, "GetItem"), "ThrottlingException"),
        (ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetItem"), "ResourceNotFound"),
        (ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetItem"), "AccessDenied"),
    ],
)
def test_a_table_that_fails_makes_the_region_unhealthy_and_is_quoted(
    health: HealthCheck, table: FakeTable, failure: Exception, reason: str
) -> None:
    table.failure = failure
    verdict = health.verdict()
    assert not verdict.healthy
    assert reason in verdict.reason


def test_an_answer_is_remembered_for_a_few_seconds_and_then_asked_anew(
    health: HealthCheck, table: FakeTable, clock: StoppedClock
) -> None:
    health.verdict()
    table.failure = ReadTimeoutError(endpoint_url="https://dynamodb")
    clock.advance(CACHE_SECONDS - 0.1)
    assert health.verdict().healthy
    clock.advance(0.1)
    assert not health.verdict().healthy


def test_a_failure_is_remembered_no_longer_than_a_success(
    health: HealthCheck, table: FakeTable, clock: StoppedClock
) -> None:
    table.failure = ReadTimeoutError(endpoint_url="https://dynamodb")
    health.verdict()
    assert not health.verdict().healthy
    assert len(table.requests) == 1, "a failing table must not make every health request wait"
    table.failure = None
    clock.advance(CACHE_SECONDS)
    assert health.verdict().healthy
