"""The API on a store in memory: everything but DynamoDB is real."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws
from tests.unit.products_api.fakes import (
    Answer,
    Context,
    MemoryRepository,
    StoppedClock,
    quiet_logger,
    request,
)

from products_api.cursor import CursorCodec
from products_api.health import Verdict
from products_api.routes import Routes
from products_api.service import ProductService

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Call = Callable[..., Answer]


class FixedHealth:
    """A health check whose verdict is set by the test."""

    def __init__(self) -> None:
        self.now = Verdict(True, "us-east-1", "the products table answers", "2025-11-28T10:00:00.000Z")

    def verdict(self) -> Verdict:
        return self.now


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def repository() -> MemoryRepository:
    return MemoryRepository()


@pytest.fixture
def service(repository: MemoryRepository, clock: StoppedClock) -> ProductService:
    return ProductService(repository, CursorCodec(lambda: b"a key for tests"), clock)


@pytest.fixture
def health() -> FixedHealth:
    return FixedHealth()


@pytest.fixture
def routes(service: ProductService, health: Any) -> Routes:
    return Routes(
        service,
        health,
        quiet_logger(),
        allowed_origin="https://shop.techmoda.example",
        region="us-east-1",
    )


@pytest.fixture
def call(routes: Routes) -> Call:
    """Send one request through the whole HTTP face."""

    def send(method: str, path: str, *arguments: Any, **named: Any) -> Answer:
        answer, _facts = routes.answer(request(method, path, *arguments, **named), Context())  # type: ignore[arg-type]
        return Answer(answer)

    return send


@pytest.fixture(scope="session")
def offline() -> DynamoDBClient:
    """Return a client that was never connected: making one takes longer than a test."""
    return boto3.client(
        "dynamodb",
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.fixture
def client(offline: DynamoDBClient) -> Iterator[DynamoDBClient]:
    with mock_aws():
        offline.create_table(
            TableName="products",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "category", "AttributeType": "S"},
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by-category",
                    "KeySchema": [
                        {"AttributeName": "category", "KeyType": "HASH"},
                        {"AttributeName": "id", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
        offline.create_table(
            TableName="receipts",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )
        yield offline
