"""DynamoDB's contract for global tables and point-in-time recovery. On AWS these tests pass as well."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.testing import LocalAws, eventually

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


def keys_in_both_regions(aws: LocalAws) -> dict[str, str]:
    return {region: aws.client("kms", region).create_key()["KeyMetadata"]["Arn"] for region in (HOME, AWAY)}


def test_a_provisioned_table_gets_no_replica_before_its_writes_are_autoscaled(table: GlobalTable) -> None:
    with pytest.raises(ClientError) as error:
        table.add_replica()
    assert error.value.response["Error"]["Code"] == "ValidationException"
    assert "write capacity should either be Pay-Per-Request or AutoScaled" in str(error.value)
    assert table.replicas() == {}


def test_the_writes_of_its_indexes_must_be_autoscaled_as_well(table: GlobalTable) -> None:
    table.autoscale_writes(f"table/{table.name}")
    with pytest.raises(ClientError) as error:
        table.add_replica()
    assert error.value.response["Error"]["Code"] == "ValidationException"


def test_an_autoscaled_table_gets_a_replica(table: GlobalTable) -> None:
    table.autoscale_all_writes()
    table.add_replica()
    replica = table.replicas()[AWAY]
    assert replica["ReplicaStatus"] == "ACTIVE"
    assert [index["IndexName"] for index in replica["GlobalSecondaryIndexes"]] == ["by-category"]


def test_an_on_demand_table_gets_a_replica_at_once(table: GlobalTable) -> None:
    table.update(BillingMode="PAY_PER_REQUEST")
    table.add_replica()
    assert AWAY in table.replicas()


def test_a_replica_has_the_key_that_it_was_given(aws: LocalAws, table: GlobalTable) -> None:
    keys = keys_in_both_regions(aws)
    table.autoscale_all_writes()
    table.update(SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": keys[HOME]})
    table.add_replica(KMSMasterKeyId=keys[AWAY])
    assert table.described()["SSEDescription"]["KMSMasterKeyArn"] == keys[HOME]
    assert table.described(AWAY)["SSEDescription"]["KMSMasterKeyArn"] == keys[AWAY]
    assert table.replicas()[AWAY]["KMSMasterKeyId"] == keys[AWAY]


def test_a_replica_of_an_encrypted_table_without_a_key_has_the_managed_key(
    aws: LocalAws, table: GlobalTable
) -> None:
    table.autoscale_all_writes()
    table.update(SSESpecification={"Enabled": True, "SSEType": "KMS"})
    table.add_replica()
    managed = aws.client("kms", AWAY).describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]["Arn"]
    assert table.described(AWAY)["SSEDescription"]["KMSMasterKeyArn"] == managed


def test_a_key_of_another_region_is_refused(aws: LocalAws, table: GlobalTable) -> None:
    table.autoscale_all_writes()
    with pytest.raises(ClientError) as error:
        table.add_replica(KMSMasterKeyId=keys_in_both_regions(aws)[HOME])
    assert error.value.response["Error"]["Code"] == "ValidationException"


def test_an_index_added_later_appears_in_the_replica(table: GlobalTable) -> None:
    table.autoscale_all_writes()
    table.add_replica()
    table.dynamodb().put_item(
        TableName=table.name, Item={"id": {"S": "1"}, "brand": {"S": "acme"}, "category": {"S": "hats"}}
    )
    table.update(
        AttributeDefinitions=[{"AttributeName": "brand", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[
            {
                "Create": {
                    "IndexName": "by-brand",
                    "KeySchema": [{"AttributeName": "brand", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                    "ProvisionedThroughput": UNITS,
                }
            }
        ],
    )
    indexes = {index["IndexName"]: index for index in table.described(AWAY)["GlobalSecondaryIndexes"]}
    assert indexes["by-brand"]["IndexArn"].startswith(f"arn:aws:dynamodb:{AWAY}:")

    def found_away() -> int:
        found = table.dynamodb(AWAY).query(
            TableName=table.name,
            IndexName="by-brand",
            KeyConditionExpression="brand = :brand",
            ExpressionAttributeValues={":brand": {"S": "acme"}},
        )
        return int(found["Count"])

    assert eventually(lambda: found_away() == 1)


def test_the_billing_mode_is_the_same_everywhere(table: GlobalTable) -> None:
    table.autoscale_all_writes()
    table.add_replica()
    table.update(BillingMode="PAY_PER_REQUEST")
    for region in (HOME, AWAY):
        described = table.described(region)
        assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        [index] = described["GlobalSecondaryIndexes"]
        assert described["ProvisionedThroughput"]["WriteCapacityUnits"] == 0
        assert index["ProvisionedThroughput"]["WriteCapacityUnits"] == 0


def test_ceilings_of_on_demand_throughput_are_changed_and_shared(table: GlobalTable) -> None:
    table.update(BillingMode="PAY_PER_REQUEST")
    table.add_replica()
    limits = {"MaxReadRequestUnits": 100, "MaxWriteRequestUnits": 50}
    index_limits = {"IndexName": "by-category", "OnDemandThroughput": {"MaxReadRequestUnits": 70}}
    table.update(OnDemandThroughput=limits, GlobalSecondaryIndexUpdates=[{"Update": index_limits}])
    for region in (HOME, AWAY):
        described = table.described(region)
        [index] = described["GlobalSecondaryIndexes"]
        assert described["OnDemandThroughput"] == limits
        assert index["OnDemandThroughput"] == {"MaxReadRequestUnits": 70, "MaxWriteRequestUnits": -1}


def test_a_provisioned_table_has_no_ceilings_of_on_demand_throughput(table: GlobalTable) -> None:
    table.update(BillingMode="PAY_PER_REQUEST", OnDemandThroughput={"MaxReadRequestUnits": 100})
    table.update(
        BillingMode="PROVISIONED",
        ProvisionedThroughput=UNITS,
        GlobalSecondaryIndexUpdates=[
            {"Update": {"IndexName": "by-category", "ProvisionedThroughput": UNITS}}
        ],
    )
    assert "OnDemandThroughput" not in table.described()


def test_write_capacity_is_shared_and_read_capacity_is_not(table: GlobalTable) -> None:
    table.autoscale_all_writes()
    table.add_replica()
    table.update(ProvisionedThroughput={"ReadCapacityUnits": 9, "WriteCapacityUnits": 8})
    away = table.described(AWAY)["ProvisionedThroughput"]
    assert (away["ReadCapacityUnits"], away["WriteCapacityUnits"]) == (5, 8)


def test_a_replica_protected_against_deletion_stays(table: GlobalTable) -> None:
    table.autoscale_all_writes()
    table.add_replica()
    table.update(AWAY, DeletionProtectionEnabled=True)
    with pytest.raises(ClientError) as error:
        table.update(ReplicaUpdates=[{"Delete": {"RegionName": AWAY}}])
    assert error.value.response["Error"]["Code"] == "ValidationException"
    assert AWAY in table.replicas()


def test_time_to_live_is_the_same_everywhere(table: GlobalTable) -> None:
    table.autoscale_all_writes()
    table.add_replica()
    table.dynamodb().update_time_to_live(
        TableName=table.name,
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"},
    )
    described = table.dynamodb(AWAY).describe_time_to_live(TableName=table.name)
    assert described["TimeToLiveDescription"]["AttributeName"] == "expires_at"


def recovery(table: GlobalTable, region: str = HOME) -> dict[str, Any]:
    answer = table.dynamodb(region).describe_continuous_backups(TableName=table.name)
    return dict(answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"])


def enable_recovery(table: GlobalTable, region: str = HOME, **settings: int) -> None:
    table.dynamodb(region).update_continuous_backups(
        TableName=table.name,
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True, **settings},
    )


def test_recovery_covers_35_days_unless_told_otherwise(table: GlobalTable) -> None:
    enable_recovery(table)
    assert recovery(table)["RecoveryPeriodInDays"] == 35
    enable_recovery(table, RecoveryPeriodInDays=7)
    assert recovery(table)["RecoveryPeriodInDays"] == 7


def test_recovery_starts_when_it_is_enabled(table: GlobalTable) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    enable_recovery(table)
    earliest = recovery(table)["EarliestRestorableDateTime"]
    assert before <= earliest <= datetime.now(UTC) + timedelta(seconds=1)
    enable_recovery(table, RecoveryPeriodInDays=7)
    assert recovery(table)["EarliestRestorableDateTime"] == earliest


def test_a_recovery_period_beyond_35_days_is_refused(table: GlobalTable) -> None:
    with pytest.raises(ClientError) as error:
        enable_recovery(table, RecoveryPeriodInDays=36)
    assert error.value.response["Error"]["Code"] == "ValidationException"


def test_each_replica_has_recovery_of_its_own(table: GlobalTable) -> None:
    table.autoscale_all_writes()
    enable_recovery(table)
    table.add_replica()
    assert recovery(table, AWAY)["PointInTimeRecoveryStatus"] == "DISABLED"
    enable_recovery(table, AWAY, RecoveryPeriodInDays=3)
    assert recovery(table, AWAY)["RecoveryPeriodInDays"] == 3
    assert recovery(table, HOME)["RecoveryPeriodInDays"] == 35


def test_a_transaction_sent_twice_with_one_token_is_done_once(table: GlobalTable) -> None:
    table.dynamodb().put_item(TableName=table.name, Item={"id": {"S": "1"}, "stock": {"N": "5"}})
    take_one = {
        "Update": {
            "TableName": table.name,
            "Key": {"id": {"S": "1"}},
            "UpdateExpression": "SET stock = stock - :one",
            "ConditionExpression": "stock >= :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    }
    token = uuid.uuid4().hex
    for _ in range(2):
        table.dynamodb().transact_write_items(TransactItems=[take_one], ClientRequestToken=token)
    item = table.dynamodb().get_item(TableName=table.name, Key={"id": {"S": "1"}})["Item"]
    assert item["stock"] == {"N": "4"}


def test_a_token_with_another_transaction_is_refused(table: GlobalTable) -> None:
    token = uuid.uuid4().hex
    for stock in ("1", "2"):
        put = {"Put": {"TableName": table.name, "Item": {"id": {"S": "1"}, "stock": {"N": stock}}}}
        if stock == "1":
            table.dynamodb().transact_write_items(TransactItems=[put], ClientRequestToken=token)
            continue
        with pytest.raises(ClientError) as error:
            table.dynamodb().transact_write_items(TransactItems=[put], ClientRequestToken=token)
        assert error.value.response["Error"]["Code"] == "IdempotentParameterMismatchException"


def test_consumed_capacity_is_returned_for_reads_writes_and_indexes(table: GlobalTable) -> None:
    put = table.dynamodb().put_item(
        TableName=table.name,
        Item={"id": {"S": "1"}, "category": {"S": "hats"}},
        ReturnConsumedCapacity="INDEXES",
    )["ConsumedCapacity"]
    assert put["CapacityUnits"] == 2.0
    assert put["GlobalSecondaryIndexes"]["by-category"]["CapacityUnits"] == 1.0
    get = table.dynamodb().get_item(
        TableName=table.name, Key={"id": {"S": "1"}}, ReturnConsumedCapacity="TOTAL"
    )["ConsumedCapacity"]
    assert get["CapacityUnits"] == 0.5


def test_a_failed_condition_returns_the_item_when_asked(table: GlobalTable) -> None:
    table.dynamodb().put_item(TableName=table.name, Item={"id": {"S": "1"}, "version": {"N": "3"}})
    with pytest.raises(ClientError) as error:
        table.dynamodb().put_item(
            TableName=table.name,
            Item={"id": {"S": "1"}, "version": {"N": "4"}},
            ConditionExpression="attribute_not_exists(id) OR version = :seen",
            ExpressionAttributeValues={":seen": {"N": "2"}},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert error.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert error.value.response["Item"]["version"] == {"N": "3"}  # type: ignore[typeddict-item]
