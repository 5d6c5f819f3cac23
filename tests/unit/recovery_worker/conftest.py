"""AWS in memory: moto's DynamoDB and S3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from tests.unit.recovery_worker.kit import Shop


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    make: Any = boto3.client
    with mock_aws():
        made = Shop(make("dynamodb", region_name="us-east-1"), make("s3", region_name="us-east-1"))
        made.open()
        yield made
