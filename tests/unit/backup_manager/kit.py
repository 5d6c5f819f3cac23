"""What the tests of the backup manager share: tables on moto, a scripted AWS Backup, a clock."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError

from common.clock import rfc3339

REGION = "us-east-1"
TABLE, ERASURES, VAULT = "shop-products", "shop-erasures", "shop-vault"
TABLE_ARN = f"arn:aws:dynamodb:{REGION}:123456789012:table/{TABLE}"
POINT_ARN = f"arn:aws:backup:{REGION}:123456789012:recovery-point:1"
NOW = datetime(2025, 11, 28, 10, 0, tzinfo=UTC)
OLD = rfc3339(NOW - timedelta(hours=1))


class StoppedClock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.slept = 0.0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.slept)

    def monotonic(self) -> float:
        return self.slept

    def sleep(self, seconds: float) -> None:
        self.slept += seconds


def quiet_logger() -> Logger:
    logger = Logger(service="test", level="CRITICAL")
    logger.setLevel(logging.CRITICAL)
    return logger


def refusal(code: str) -> ClientError:
    """An error as botocore raises it."""
    return ClientError({"Error": {"Code": code, "Message": f"it says {code}"}}, "Operation")


@dataclass
class Pages:
    """A paginator whose pages are known."""

    pages: Iterable[Mapping[str, Any]]

    def paginate(self, **_arguments: Any) -> Iterator[Mapping[str, Any]]:
        return iter(self.pages)


@dataclass
class Backup:
    """AWS Backup with scripted answers; `calls` keeps what was asked."""

    answers: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def get_paginator(self, operation: str) -> Any:
        def paginate(**arguments: Any) -> Iterator[Any]:
            return iter([self._call(operation, arguments)])

        pages = Pages([])
        pages.paginate = paginate  # type: ignore[method-assign]
        return pages

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        return lambda **arguments: self._call(operation, arguments)

    def _call(self, operation: str, arguments: dict[str, Any]) -> Any:
        self.calls.append((operation, arguments))
        answer = self.answers[operation]
        if isinstance(answer, Exception):
            raise answer
        return answer(**arguments) if callable(answer) else answer

    def asked(self, operation: str) -> list[dict[str, Any]]:
        return [arguments for name, arguments in self.calls if name == operation]


def product(key: str, updated_at: str = OLD, **attributes: Any) -> dict[str, Any]:
    return {"id": {"S": key}, "category": {"S": "coats"}, "updated_at": {"S": updated_at}, **attributes}


def make_table(client: Any, name: str, items: Iterable[dict[str, Any]] = (), **settings: Any) -> str:
    """Make a table like the products table; its ARN."""
    index = {
        "IndexName": "by-category",
        "KeySchema": [
            {"AttributeName": "category", "KeyType": "HASH"},
            {"AttributeName": "id", "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": "ALL"},
    }
    keys = ("id", "category")
    request: dict[str, Any] = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in keys],
        "GlobalSecondaryIndexes": [index],
        **settings,
    }
    if not request["GlobalSecondaryIndexes"]:
        del request["GlobalSecondaryIndexes"]
        request["AttributeDefinitions"] = request["AttributeDefinitions"][:1]
    arn: str = client.create_table(**request)["TableDescription"]["TableArn"]
    for item in items:
        client.put_item(TableName=name, Item=item)
    return arn


def ids(client: Any, table: str) -> set[str]:
    return {item["id"]["S"] for item in client.scan(TableName=table)["Items"]}
