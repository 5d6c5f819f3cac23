"""A global table of a running local AWS: what its replicas have, and when."""

from __future__ import annotations

import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws import client, testing
from local_aws.testing import eventually

EAST, WEST = "us-east-1", "us-west-2"


@dataclass(frozen=True)
class GlobalTable:
    """A table with a replica in each region."""

    aws: testing.LocalAws
    name: str

    def dynamodb(self, region: str) -> Any:
        return self.aws.client("dynamodb", region)

    def put(self, region: str, key: str, value: str, **options: Any) -> None:
        item = {"id": {"S": key}, "value": {"S": value}}
        self.dynamodb(region).put_item(TableName=self.name, Item=item, **options)

    def get(self, region: str, key: str) -> str | None:
        item = self.dynamodb(region).get_item(TableName=self.name, Key={"id": {"S": key}}).get("Item")
        return item["value"]["S"] if item else None

    def stream(self, region: str) -> list[tuple[str, str]]:
        """The events of the replica's stream: kind and key."""
        streams = self.aws.client("dynamodbstreams", region)
        arn = self.dynamodb(region).describe_table(TableName=self.name)["Table"]["LatestStreamArn"]
        [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records = streams.get_records(ShardIterator=iterator)["Records"]
        return [(record["eventName"], record["dynamodb"]["Keys"]["id"]["S"]) for record in records]


@pytest.fixture(scope="module")
def own(test_dir: Path) -> Iterator[testing.LocalAws]:
    """A local AWS whose regions these tests part."""
    with testing.started(test_dir) as running:
        yield running


@pytest.fixture
def table(own: testing.LocalAws) -> Iterator[GlobalTable]:
    name = f"global-{uuid.uuid4().hex[:8]}"
    dynamodb = own.client("dynamodb", EAST)
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    dynamodb.update_table(TableName=name, ReplicaUpdates=[{"Create": {"RegionName": WEST}}])
    set_lag(own, 0.3)
    yield GlobalTable(own, name)
    for region in (EAST, WEST):
        own.client("dynamodb", region).delete_table(TableName=name)


def set_lag(aws: testing.LocalAws, least: float, most: float | None = None) -> None:
    client.call(aws.settings, "PUT", "replication", {"lag_seconds": [least, most or least]})


def conflicts(table: GlobalTable) -> list[dict[str, Any]]:
    found = client.call(table.aws.settings, "GET", "replication/conflicts", None)["conflicts"]
    return [conflict for conflict in found if conflict["table"] == table.name]


def test_a_write_reaches_the_other_region_after_the_lag_and_not_before(table: GlobalTable) -> None:
    set_lag(table.aws, 1)
    before = time.monotonic()
    table.put(EAST, "a", "1")
    assert table.get(EAST, "a") == "1"
    assert eventually(lambda: table.get(WEST, "a") == "1")
    assert time.monotonic() - before >= 1


def test_updates_deletes_and_batches_are_replicated_both_ways(table: GlobalTable) -> None:
    west = table.dynamodb(WEST)
    puts = [{"PutRequest": {"Item": {"id": {"S": key}, "value": {"S": "1"}}}} for key in "abc"]
    west.batch_write_item(RequestItems={table.name: puts})
    west.update_item(
        TableName=table.name,
        Key={"id": {"S": "a"}},
        UpdateExpression="SET #v = :v",
        ExpressionAttributeNames={"#v": "value"},
        ExpressionAttributeValues={":v": {"S": "2"}},
    )
    west.delete_item(TableName=table.name, Key={"id": {"S": "b"}})
    assert eventually(lambda: [table.get(EAST, key) for key in "abc"] == ["2", None, "1"])


def test_each_regions_stream_has_the_write(table: GlobalTable) -> None:
    set_lag(table.aws, 60)
    table.put(EAST, "a", "1")
    assert table.stream(WEST) == []
    set_lag(table.aws, 0.1)
    assert eventually(lambda: table.stream(WEST) == [("INSERT", "a")])
    assert table.stream(EAST) == [("INSERT", "a")]
    table.dynamodb(WEST).delete_item(TableName=table.name, Key={"id": {"S": "a"}})
    assert eventually(lambda: table.stream(EAST) == [("INSERT", "a"), ("REMOVE", "a")])


def test_a_condition_is_judged_by_the_regions_own_replica(table: GlobalTable) -> None:
    set_lag(table.aws, 60)
    table.put(EAST, "a", "east", ConditionExpression="attribute_not_exists(id)")
    # The item is on its way, so in the west it does not exist yet.
    table.put(WEST, "a", "west", ConditionExpression="attribute_not_exists(id)")
    set_lag(table.aws, 0.1)
    assert eventually(lambda: table.get(EAST, "a") == "west")
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        table.put(WEST, "a", "again", ConditionExpression="attribute_not_exists(id)")


def test_a_transaction_is_atomic_in_its_own_region_and_arrives_later(table: GlobalTable) -> None:
    puts = [
        {"Put": {"TableName": table.name, "Item": {"id": {"S": key}, "value": {"S": "t"}}}} for key in "xy"
    ]
    set_lag(table.aws, 60)
    table.dynamodb(EAST).transact_write_items(TransactItems=puts)
    assert [table.get(EAST, key) for key in "xy"] == ["t", "t"]
    assert [table.get(WEST, key) for key in "xy"] == [None, None]
    set_lag(table.aws, 0.1)
    assert eventually(lambda: [table.get(WEST, key) for key in "xy"] == ["t", "t"])


@pytest.mark.parametrize("cut", [EAST, WEST])
def test_writes_wait_while_a_region_is_cut_off_and_arrive_on_healing(table: GlobalTable, cut: str) -> None:
    writer = WEST if cut == EAST else EAST
    with table.aws.cut_off(cut, "reset"):
        for value in range(20):
            table.put(writer, "a", str(value))
        time.sleep(0.6)
        report = client.call(table.aws.settings, "GET", "replication", None)
        [link] = [way for way in report["links"] if way["table"] == table.name and way["source"] == writer]
        assert (link["pending"], link["held"]) == (20, True)
        assert link["oldest_pending_seconds"] >= 0.6
    assert eventually(lambda: table.get(cut, "a") == "19")
    assert eventually(lambda: len(table.stream(cut)) == 20)


def test_after_healing_the_last_writer_wins_and_the_conflict_is_listed(table: GlobalTable) -> None:
    set_lag(table.aws, 60)
    table.put(EAST, "a", "first")
    with table.aws.cut_off(EAST, "reset"):
        table.put(WEST, "a", "last")
        set_lag(table.aws, 0.1)
    assert eventually(lambda: [table.get(region, "a") for region in (EAST, WEST)] == ["last", "last"])
    [conflict] = conflicts(table)
    assert conflict["key"] == ["a"]
    assert (conflict["lost"]["region"], conflict["lost"]["item"]["value"]["S"]) == (EAST, "first")
    assert (conflict["kept"]["region"], conflict["kept"]["item"]["value"]["S"]) == (WEST, "last")


def test_a_new_replica_has_the_items_that_existed_before(own: testing.LocalAws, table: GlobalTable) -> None:
    table.put(EAST, "a", "1")
    assert eventually(lambda: table.get(WEST, "a") == "1")
    dynamodb = own.client("dynamodb", EAST)
    dynamodb.update_table(TableName=table.name, ReplicaUpdates=[{"Delete": {"RegionName": WEST}}])
    table.put(EAST, "b", "2")
    dynamodb.update_table(TableName=table.name, ReplicaUpdates=[{"Create": {"RegionName": WEST}}])
    assert eventually(lambda: [table.get(WEST, key) for key in "ab"] == ["1", "2"])
    table.put(WEST, "c", "3")
    assert eventually(lambda: table.get(EAST, "c") == "3")


def test_a_write_in_the_other_region_comes_out_of_an_index_too(own: testing.LocalAws) -> None:
    name = f"indexed-{uuid.uuid4().hex[:8]}"
    east, west = own.client("dynamodb", EAST), own.client("dynamodb", WEST)
    east.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "at", "AttributeType": "N"},
            {"AttributeName": "category", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-category",
                "KeySchema": [{"AttributeName": "category", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    east.update_table(TableName=name, ReplicaUpdates=[{"Create": {"RegionName": WEST}}])
    set_lag(own, 60)
    east.put_item(TableName=name, Item={"id": {"S": "a"}, "at": {"N": "7"}, "category": {"S": "hats"}})

    def hats() -> int:
        answer = west.query(
            TableName=name,
            IndexName="by-category",
            KeyConditionExpression="category = :c",
            ExpressionAttributeValues={":c": {"S": "hats"}},
        )
        return int(answer["Count"])

    assert hats() == 0
    set_lag(own, 0.1)
    assert eventually(lambda: hats() == 1)


def test_the_latency_is_published_where_the_write_was_made(table: GlobalTable) -> None:
    table.put(EAST, "a", "1")
    assert eventually(lambda: table.get(WEST, "a") == "1")
    now = datetime.now(UTC)
    dimensions = {"TableName": table.name, "ReceivingRegion": WEST}
    statistics = {
        region: table.aws.client("cloudwatch", region).get_metric_statistics(
            Namespace="AWS/DynamoDB",
            MetricName="ReplicationLatency",
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
            StartTime=now - timedelta(minutes=5),
            EndTime=now + timedelta(minutes=5),
            Period=60,
            Statistics=["Average", "SampleCount"],
        )["Datapoints"]
        for region in (EAST, WEST)
    }
    [point] = statistics[EAST]
    assert point["Unit"] == "Milliseconds"
    assert point["Average"] >= 300
    assert statistics[WEST] == []


def test_the_command_line_sets_the_lag_and_says_what_is_on_its_way(table: GlobalTable) -> None:
    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "local_aws", "replication", *arguments]
        state = ["--state-dir", str(table.aws.settings.state_dir)]
        return subprocess.run([*command, *state], check=True, capture_output=True, text=True).stdout

    assert run("lag", "60") == "Replication takes 60.0 to 60.0 seconds.\n"
    table.put(EAST, "a", "1")
    assert f"{table.name}, us-east-1 to us-west-2: 1 writes on their way" in run("status")
    assert run("lag", "0.1", "0.2") == "Replication takes 0.1 to 0.2 seconds.\n"
    assert eventually(lambda: table.get(WEST, "a") == "1")
    assert f"{table.name}, us-east-1 to us-west-2: nothing on its way" in run("status")


@pytest.mark.parametrize("lag", [[2, 1], [-1, 0], [0, 1e9], ["x", 1], 3])
def test_a_lag_that_cannot_be_is_refused(own: testing.LocalAws, lag: object) -> None:
    with pytest.raises(client.ControlError, match="lag_seconds"):
        client.call(own.settings, "PUT", "replication", {"lag_seconds": lag})
