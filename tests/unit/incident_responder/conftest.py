"""A table of incidents on moto's DynamoDB, whose conditions hold as AWS's do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from moto import mock_aws
from tests.unit.incident_responder.kit import SESSION, StoppedClock

from incident_responder.store import IncidentStore

TABLE = "shop-incidents"


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def dynamodb() -> Iterator[Any]:
    with mock_aws():
        client: Any = SESSION.create_client(
            "dynamodb", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
        client.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client


@pytest.fixture
def store(dynamodb: Any, clock: StoppedClock) -> IncidentStore:
    return IncidentStore(dynamodb, TABLE, clock, keep=timedelta(days=400))
