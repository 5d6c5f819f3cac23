"""A global table in the making, and what tests do with it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from local_aws.testing import LocalAws

HOME, AWAY = "us-east-1", "us-west-2"
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}


@dataclass(frozen=True)
class GlobalTable:
    """A provisioned table with an index in us-east-1, and what tests do with it."""

    aws: LocalAws
    name: str

    def dynamodb(self, region: str = HOME) -> Any:
        return self.aws.client("dynamodb", region)

    def described(self, region: str = HOME) -> dict[str, Any]:
        return dict(self.dynamodb(region).describe_table(TableName=self.name)["Table"])

    def autoscale_writes(self, *resources: str) -> None:
        scaling = self.aws.client("application-autoscaling", HOME)
        for resource in resources:
            kind = "index" if "/index/" in resource else "table"
            target = {
                "ServiceNamespace": "dynamodb",
                "ResourceId": resource,
                "ScalableDimension": f"dynamodb:{kind}:WriteCapacityUnits",
            }
            scaling.register_scalable_target(**target, MinCapacity=5, MaxCapacity=50)
            scaling.put_scaling_policy(
                **target,
                PolicyName="writes",
                PolicyType="TargetTrackingScaling",
                TargetTrackingScalingPolicyConfiguration={
                    "TargetValue": 70.0,
                    "PredefinedMetricSpecification": {
                        "PredefinedMetricType": "DynamoDBWriteCapacityUtilization"
                    },
                },
            )

    def autoscale_all_writes(self) -> None:
        self.autoscale_writes(f"table/{self.name}", f"table/{self.name}/index/by-category")

    def update(self, region: str = HOME, **changes: Any) -> None:
        self.dynamodb(region).update_table(TableName=self.name, **changes)
        for waited in (HOME, AWAY):
            if waited in (HOME, *self.replicas()):
                self.dynamodb(waited).get_waiter("table_exists").wait(TableName=self.name)

    def add_replica(self, **details: Any) -> None:
        self.update(ReplicaUpdates=[{"Create": {"RegionName": AWAY, **details}}])

    def replicas(self) -> dict[str, dict[str, Any]]:
        return {replica["RegionName"]: replica for replica in self.described().get("Replicas", [])}

    def delete(self) -> None:
        if AWAY in self.replicas():
            self.dynamodb(AWAY).update_table(TableName=self.name, DeletionProtectionEnabled=False)
            self.update(ReplicaUpdates=[{"Delete": {"RegionName": AWAY}}])
        self.dynamodb().delete_table(TableName=self.name)


@pytest.fixture
def table(aws: LocalAws) -> Iterator[GlobalTable]:
    made = GlobalTable(aws, f"global-{uuid.uuid4().hex[:8]}")
    made.dynamodb().create_table(
        TableName=made.name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "category", "AttributeType": "S"},
        ],
        ProvisionedThroughput=UNITS,
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-category",
                "KeySchema": [{"AttributeName": "category", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
                "ProvisionedThroughput": UNITS,
            }
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    made.dynamodb().get_waiter("table_exists").wait(TableName=made.name)
    yield made
    made.delete()
