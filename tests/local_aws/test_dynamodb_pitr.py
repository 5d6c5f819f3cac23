"""Restores to a point in time. On AWS these tests pass as well, given its lag of five minutes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.local_aws.recoverable import Recoverable, a_table

from local_aws.testing import LocalAws


@pytest.fixture
def table(aws: LocalAws) -> Iterator[Recoverable]:
    with a_table(aws) as made:
        yield made


def test_a_table_is_restored_as_it_was_at_the_moment_asked_for(table: Recoverable) -> None:
    table.enable()
    table.put("changed", "before")
    table.put("deleted", "before")
    moment = table.moment()
    table.put("changed", "after")
    table.put("created", "after")
    table.dynamodb.delete_item(TableName=table.name, Key={"id": {"S": "deleted"}})
    target = table.restore(RestoreDateTime=moment)
    assert table.texts(target) == {"changed": "before", "deleted": "before"}
    assert table.texts(table.name) == {"changed": "after", "created": "after"}


def test_every_kind_of_write_is_undone(table: Recoverable) -> None:
    table.enable()
    for key in ("put", "updated", "batch", "transaction", "statement"):
        table.put(key, "before")
    moment = table.moment()
    table.put("put", "after")
    update = {
        "TableName": table.name,
        "UpdateExpression": "SET #t = :t",
        "ExpressionAttributeNames": {"#t": "text"},
        "ExpressionAttributeValues": {":t": {"S": "after"}},
    }
    table.dynamodb.update_item(Key={"id": {"S": "updated"}}, **update)
    deletion = {"DeleteRequest": {"Key": {"id": {"S": "batch"}}}}
    table.dynamodb.batch_write_item(RequestItems={table.name: [deletion]})
    table.dynamodb.transact_write_items(
        TransactItems=[{"Update": {"Key": {"id": {"S": "transaction"}}, **update}}]
    )
    table.dynamodb.execute_statement(
        Statement=f"DELETE FROM \"{table.name}\" WHERE id = 'statement'"  # noqa: S608 - PartiQL of the test's own
    )
    target = table.restore(RestoreDateTime=moment)
    assert set(table.texts(target).values()) == {"before"}
    assert len(table.texts(target)) == 5


def test_the_latest_restorable_time_holds_all_writes_up_to_it(table: Recoverable) -> None:
    table.enable()
    table.put("a", "before")
    table.moment()
    assert table.texts(table.restore(UseLatestRestorableTime=True)) == {"a": "before"}


def test_a_restored_table_keeps_keys_indexes_and_capacity_and_answers_queries(table: Recoverable) -> None:
    table.enable()
    table.put("a", "before")
    table.moment()
    target = table.restore(UseLatestRestorableTime=True)
    source, restored = (
        table.dynamodb.describe_table(TableName=name)["Table"] for name in (table.name, target)
    )
    assert restored["KeySchema"] == source["KeySchema"]
    [index] = restored["GlobalSecondaryIndexes"]
    assert (index["IndexName"], index["IndexStatus"]) == ("by-category", "ACTIVE")
    assert index["ProvisionedThroughput"]["WriteCapacityUnits"] == 8
    assert restored["ProvisionedThroughput"]["WriteCapacityUnits"] == 6
    found = table.dynamodb.query(
        TableName=target,
        IndexName="by-category",
        KeyConditionExpression="category = :c",
        ExpressionAttributeValues={":c": {"S": "shoes"}},
    )
    assert [item["id"]["S"] for item in found["Items"]] == ["a"]


def test_a_restored_table_lacks_what_a_restore_drops(table: Recoverable) -> None:
    table.dynamodb.update_table(
        TableName=table.name,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    ttl = {"Enabled": True, "AttributeName": "expires_at"}
    table.dynamodb.update_time_to_live(TableName=table.name, TimeToLiveSpecification=ttl)
    table.enable()
    table.dynamodb.update_table(TableName=table.name, DeletionProtectionEnabled=True)
    target = table.restore(UseLatestRestorableTime=True)
    restored = table.dynamodb.describe_table(TableName=target)["Table"]
    assert "StreamSpecification" not in restored
    assert restored["DeletionProtectionEnabled"] is False
    assert table.dynamodb.list_tags_of_resource(ResourceArn=restored["TableArn"])["Tags"] == []
    live = table.dynamodb.describe_time_to_live(TableName=target)["TimeToLiveDescription"]
    assert live["TimeToLiveStatus"] == "DISABLED"
    assert Recoverable(table.dynamodb, target).described()["PointInTimeRecoveryStatus"] == "DISABLED"
    table.dynamodb.update_table(TableName=table.name, DeletionProtectionEnabled=False)


def test_overrides_change_billing_and_leave_indexes_out(table: Recoverable) -> None:
    table.enable()
    target = table.restore(
        UseLatestRestorableTime=True, BillingModeOverride="PAY_PER_REQUEST", GlobalSecondaryIndexOverride=[]
    )
    restored = table.dynamodb.describe_table(TableName=target)["Table"]
    assert restored["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert not restored.get("GlobalSecondaryIndexes")


def test_a_restore_that_is_over_tells_what_it_was_made_of(table: Recoverable) -> None:
    table.enable()
    table.put("a", "before")
    moment = table.moment()
    target = table.restore(RestoreDateTime=moment)
    summary = table.dynamodb.describe_table(TableName=target)["Table"]["RestoreSummary"]
    assert summary["RestoreInProgress"] is False
    assert abs(summary["RestoreDateTime"] - moment) < timedelta(seconds=1)
    assert summary["SourceTableArn"].endswith(f"table/{table.name}")


def test_a_native_backup_is_restored_with_the_items_it_was_taken_with(table: Recoverable) -> None:
    table.put("a", "before")
    backup = table.dynamodb.create_backup(TableName=table.name, BackupName="native")["BackupDetails"]
    table.put("a", "after")
    target = f"{table.name}-restored"
    answer = table.dynamodb.restore_table_from_backup(TargetTableName=target, BackupArn=backup["BackupArn"])
    table.restored.append(target)
    assert answer["TableDescription"]["RestoreSummary"]["SourceBackupArn"] == backup["BackupArn"]
    table.dynamodb.get_waiter("table_exists").wait(TableName=target, WaiterConfig={"Delay": 1})
    assert table.texts(target) == {"a": "before"}


def test_a_restore_with_a_key_of_its_own_is_encrypted_with_that_key(
    table: Recoverable, aws: LocalAws
) -> None:
    key = aws.client("kms", "us-east-1").create_key()["KeyMetadata"]["Arn"]
    table.enable()
    specification = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    target = table.restore(UseLatestRestorableTime=True, SSESpecificationOverride=specification)
    sse = table.dynamodb.describe_table(TableName=target)["Table"]["SSEDescription"]
    assert (sse["Status"], sse["KMSMasterKeyArn"]) == ("ENABLED", key)
