"""Point-in-time recovery's contract. On AWS these tests pass as well, given its lag of five minutes."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.backup.timing import Timing, TimingError
from local_aws.testing import LocalAws

WAIT_SECONDS = 20


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

    def texts(self, table: str) -> dict[str, str]:
        items = self.dynamodb.scan(TableName=table, ConsistentRead=True)["Items"]
        return {item["id"]["S"]: item["text"]["S"] for item in items}


@pytest.fixture
def table(aws: LocalAws) -> Iterator[Recoverable]:
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
        dynamodb.get_waiter("table_exists").wait(TableName=restored, WaiterConfig={"Delay": 1})
        dynamodb.delete_table(TableName=restored)
    dynamodb.delete_table(TableName=name)


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


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


def test_an_index_that_the_source_lacks_is_refused(table: Recoverable) -> None:
    table.enable()
    index = {
        "IndexName": "by-text",
        "KeySchema": [{"AttributeName": "text", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    with pytest.raises(ClientError) as error:
        table.start_restore(UseLatestRestorableTime=True, GlobalSecondaryIndexOverride=[index])
    assert code(error) == "ValidationException"


def test_a_table_is_creating_and_out_of_reach_until_its_restore_is_over(table: Recoverable) -> None:
    table.enable()
    table.put("a", "before")
    moment = table.moment()
    described = table.start_restore(RestoreDateTime=moment)
    target = described["TableName"]
    assert described["TableStatus"] == "CREATING"
    assert described["RestoreSummary"]["RestoreInProgress"] is True
    with pytest.raises(ClientError) as reading:
        table.dynamodb.get_item(TableName=target, Key={"id": {"S": "a"}})
    assert code(reading) == "ResourceNotFoundException"
    with pytest.raises(ClientError) as writing:
        table.dynamodb.batch_write_item(RequestItems={target: [{"PutRequest": {"Item": {"id": {"S": "b"}}}}]})
    assert code(writing) == "ResourceNotFoundException"
    with pytest.raises(ClientError) as deleting:
        table.dynamodb.delete_table(TableName=target)
    assert code(deleting) == "ResourceInUseException"
    with pytest.raises(ClientError) as enabling:
        Recoverable(table.dynamodb, target).enable()
    assert code(enabling) == "ContinuousBackupsUnavailableException"
    table.dynamodb.get_waiter("table_exists").wait(TableName=target, WaiterConfig={"Delay": 1})
    summary = table.dynamodb.describe_table(TableName=target)["Table"]["RestoreSummary"]
    assert summary["RestoreInProgress"] is False
    assert abs(summary["RestoreDateTime"] - moment) < timedelta(seconds=1)
    assert summary["SourceTableArn"].endswith(f"table/{table.name}")


@pytest.mark.parametrize(
    "times", [{}, {"UseLatestRestorableTime": False}, {"UseLatestRestorableTime": True, "RestoreDateTime": 1}]
)
def test_exactly_one_way_to_name_the_time_is_wanted(table: Recoverable, times: dict[str, Any]) -> None:
    table.enable()
    with pytest.raises(ClientError) as error:
        table.start_restore(**times)
    assert code(error) == "ValidationException"


@pytest.mark.parametrize("offset", [timedelta(days=-40), timedelta(hours=1)])
def test_a_time_outside_the_window_is_refused(table: Recoverable, offset: timedelta) -> None:
    table.enable()
    with pytest.raises(ClientError) as error:
        table.start_restore(RestoreDateTime=datetime.now(UTC) + offset)
    assert code(error) == "InvalidRestoreTimeException"


def test_a_table_without_recovery_cannot_be_restored(table: Recoverable) -> None:
    with pytest.raises(ClientError) as error:
        table.start_restore(UseLatestRestorableTime=True)
    assert code(error) == "PointInTimeRecoveryUnavailableException"


def test_a_target_that_exists_is_refused(table: Recoverable) -> None:
    table.enable()
    with pytest.raises(ClientError) as error:
        table.dynamodb.restore_table_to_point_in_time(
            SourceTableName=table.name, TargetTableName=table.name, UseLatestRestorableTime=True
        )
    assert code(error) == "TableAlreadyExistsException"


def test_a_source_that_does_not_exist_is_refused(table: Recoverable) -> None:
    with pytest.raises(ClientError) as error:
        table.dynamodb.restore_table_to_point_in_time(
            SourceTableName="no-such-table", TargetTableName="target", UseLatestRestorableTime=True
        )
    assert code(error) == "TableNotFoundException"


def test_the_window_opens_when_recovery_is_enabled(table: Recoverable) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    enabled = table.enable()
    assert enabled["PointInTimeRecoveryStatus"] == "ENABLED"
    assert enabled["RecoveryPeriodInDays"] == 35
    first = table.described()
    assert before <= first["EarliestRestorableDateTime"] <= first["LatestRestorableDateTime"]
    table.moment()
    assert table.described()["EarliestRestorableDateTime"] == first["EarliestRestorableDateTime"]


def test_enabling_again_keeps_the_window_and_changes_the_period(table: Recoverable) -> None:
    since = table.enable()["EarliestRestorableDateTime"]
    again = table.enable(RecoveryPeriodInDays=7)
    assert (again["EarliestRestorableDateTime"], again["RecoveryPeriodInDays"]) == (since, 7)


def test_a_period_above_35_days_is_refused(table: Recoverable) -> None:
    with pytest.raises(ClientError) as error:
        table.enable(RecoveryPeriodInDays=36)
    assert code(error) == "ValidationException"


def test_disabling_loses_the_window(table: Recoverable) -> None:
    table.enable()
    table.dynamodb.update_continuous_backups(
        TableName=table.name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )
    assert table.described() == {"PointInTimeRecoveryStatus": "DISABLED"}


def test_a_table_of_the_same_name_made_anew_has_no_recovery(table: Recoverable) -> None:
    table.enable()
    target = table.restore(UseLatestRestorableTime=True)
    copy = Recoverable(table.dynamodb, target)
    copy.enable()
    table.dynamodb.delete_table(TableName=target)
    table.dynamodb.get_waiter("table_not_exists").wait(TableName=target, WaiterConfig={"Delay": 1})
    table.restore(UseLatestRestorableTime=True, TargetTableName=target)
    table.restored.remove(target)
    assert copy.described()["PointInTimeRecoveryStatus"] == "DISABLED"


def test_a_native_backup_is_restored_with_the_items_it_was_taken_with(table: Recoverable) -> None:
    table.put("a", "before")
    backup = table.dynamodb.create_backup(TableName=table.name, BackupName="native")["BackupDetails"]
    table.put("a", "after")
    target = f"restored-{uuid.uuid4().hex[:8]}"
    answer = table.dynamodb.restore_table_from_backup(TargetTableName=target, BackupArn=backup["BackupArn"])
    table.restored.append(target)
    assert answer["TableDescription"]["RestoreSummary"]["SourceBackupArn"] == backup["BackupArn"]
    table.dynamodb.get_waiter("table_exists").wait(TableName=target, WaiterConfig={"Delay": 1})
    assert table.texts(target) == {"a": "before"}


def test_timing_is_read_from_the_environment() -> None:
    timing = Timing.from_environment({"LOCAL_AWS_PITR_LAG_SECONDS": "300"})
    assert (timing.pitr_lag_seconds, timing.restore_seconds) == (300, Timing().restore_seconds)


@pytest.mark.parametrize("value", ["soon", "-1", "nan"])
def test_a_duration_that_is_no_number_of_seconds_is_refused(value: str) -> None:
    with pytest.raises(TimingError, match="LOCAL_AWS_RESTORE_SECONDS"):
        Timing.from_environment({"LOCAL_AWS_RESTORE_SECONDS": value})
