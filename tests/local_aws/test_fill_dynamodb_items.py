"""DynamoDB's contract for recovery settings, transactions and conditions. On AWS these tests pass as well."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.local_aws.global_table import AWAY, HOME, GlobalTable, table

__all__ = ["table"]


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
