"""A table with an index that tests of point-in-time recovery change and restore."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local_aws.testing import LocalAws

WAIT_SECONDS = 60


@dataclass
class Recoverable:
    """A table with an index, and what the tests do with it."""

    dynamodb: Any
    name: str

    def __post_init__(self) -> None:
        self.restored: list[str] = []

    def put(self, key: str, text: str) -> None:
        item = {"id": {"S": key}, "text": {"S": text}, "category": {"S": "shoes"}}
        self.dynamodb.put_item(TableName=self.name, Item=item)

    def enable(self, **settings: Any) -> dict[str, Any]:
        answer = self.dynamodb.update_continuous_backups(
            TableName=self.name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True, **settings},
        )
        return dict(answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"])

    def described(self) -> dict[str, Any]:
        answer = self.dynamodb.describe_continuous_backups(TableName=self.name)
        return dict(answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"])

    def moment(self) -> datetime:
        """A moment after all writes so far and before all later ones, once it can be restored."""
        time.sleep(0.01)
        moment = datetime.now(UTC)
        time.sleep(0.01)
        deadline = time.monotonic() + WAIT_SECONDS
        while self.described()["LatestRestorableDateTime"] < moment:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        return moment

    def start_restore(self, **request: Any) -> dict[str, Any]:
        target = request.pop("TargetTableName", f"restored-{uuid.uuid4().hex[:8]}")
        answer = self.dynamodb.restore_table_to_point_in_time(
            SourceTableName=self.name, TargetTableName=target, **request
        )
        self.restored.append(target)
        return dict(answer["TableDescription"])

    def restore(self, **request: Any) -> str:
        target: str = self.start_restore(**request)["TableName"]
        self.dynamodb.get_waiter("table_exists").wait(TableName=target, WaiterConfig={"Delay": 1})
        return target

    def discard(self, target: str) -> None:
        """Delete a restored table once its restore is over, unless it is gone."""
        with contextlib.suppress(self.dynamodb.exceptions.ResourceNotFoundException):
            self.dynamodb.describe_table(TableName=target)
            self.dynamodb.get_waiter("table_exists").wait(TableName=target, WaiterConfig={"Delay": 1})
            self.dynamodb.delete_table(TableName=target)

    def texts(self, table: str) -> dict[str, str]:
        items = self.dynamodb.scan(TableName=table, ConsistentRead=True)["Items"]
        return {item["id"]["S"]: item["text"]["S"] for item in items}


@contextmanager
def a_table(aws: LocalAws) -> Iterator[Recoverable]:
    """A table with provisioned capacity and a tag; it and what is restored of it are deleted at the end."""
    dynamodb = aws.client("dynamodb", "us-east-1")
    name = f"pitr-{uuid.uuid4().hex[:8]}"
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "category", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-category",
                "KeySchema": [{"AttributeName": "category", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
                "ProvisionedThroughput": {"ReadCapacityUnits": 7, "WriteCapacityUnits": 8},
            }
        ],
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 6},
        Tags=[{"Key": "team", "Value": "products"}],
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    made = Recoverable(dynamodb, name)
    yield made
    for restored in made.restored:
        made.discard(restored)
    dynamodb.delete_table(TableName=name)
