"""Provisioned throughput is enforced and autoscaling moves it, on a local AWS whose minutes last a second."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from local_aws import testing
from local_aws.testing import LocalAws, eventually

PACE = 60  # A minute lasts a second, and five minutes of burst five.
INDEX = "by-category"
_numbers = itertools.count()


@pytest.fixture(scope="module")
def fast(test_dir: Path) -> Iterator[LocalAws]:
    with testing.started(test_dir, pace=PACE) as running:
        yield running


@dataclass(frozen=True)
class Table:
    """A table with an index, of its own for each test."""

    aws: LocalAws
    name: str
    client: Any

    def put(self, key: str = "one", size: int = 100) -> None:
        self.client.put_item(TableName=self.name, Item=self.item(key, size))

    def item(self, key: str, size: int = 100) -> dict[str, Any]:
        return {"id": {"S": key}, "category": {"S": "hats"}, "text": {"S": "x" * size}}

    def get(self) -> None:
        self.client.get_item(TableName=self.name, Key={"id": {"S": "one"}}, ConsistentRead=True)

    def query(self) -> None:
        self.client.query(
            TableName=self.name,
            IndexName=INDEX,
            KeyConditionExpression="category = :c",
            ExpressionAttributeValues={":c": {"S": "hats"}},
        )

    def exhaust(self, act: Callable[[], None]) -> ClientError:
        """Repeat until it is refused; the refusal."""
        for _ in range(2000):
            try:
                act()
            except ClientError as error:
                return error
        raise AssertionError("never refused")

    def units(self, kind: str = "Read", index: str = "") -> int:
        table = self.client.describe_table(TableName=self.name)["Table"]
        holder = table if not index else table["GlobalSecondaryIndexes"][0]
        return int(holder["ProvisionedThroughput"][f"{kind}CapacityUnits"])

    def policy(self) -> dict[str, Any]:
        scaling = self.aws.client("application-autoscaling", "us-east-1")
        [policy] = scaling.describe_scaling_policies(
            ServiceNamespace="dynamodb", ResourceId=f"table/{self.name}"
        )["ScalingPolicies"]
        return dict(policy)

    def alarms(self) -> dict[str, str]:
        """The states of the alarms that target tracking has made for the table."""
        answer = self.aws.client("cloudwatch", "us-east-1").describe_alarms(
            AlarmNamePrefix=f"TargetTracking-table/{self.name}-"
        )
        return {one["AlarmName"]: one["StateValue"] for one in answer["MetricAlarms"]}

    def scale(self, maximum: int, minimum: int = 2, kind: str = "Read") -> dict[str, str]:
        target = {
            "ServiceNamespace": "dynamodb",
            "ResourceId": f"table/{self.name}",
            "ScalableDimension": f"dynamodb:table:{kind}CapacityUnits",
        }
        scaling = self.aws.client("application-autoscaling", "us-east-1")
        scaling.register_scalable_target(**target, MinCapacity=minimum, MaxCapacity=maximum)
        scaling.put_scaling_policy(
            **target,
            PolicyName="tracking",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={
                "TargetValue": 70.0,
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": f"DynamoDB{kind}CapacityUtilization"
                },
            },
        )
        return target


def create(aws: LocalAws, reads: int, writes: int, *, on_demand: bool = False) -> Table:
    client, name = aws.client("dynamodb", "us-east-1"), f"table-{next(_numbers)}"
    units = {"ReadCapacityUnits": reads, "WriteCapacityUnits": writes}
    provisioned: dict[str, Any] = {} if on_demand else {"ProvisionedThroughput": units}
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "category")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": INDEX,
                "KeySchema": [{"AttributeName": "category", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
                **provisioned,
            }
        ],
        BillingMode="PAY_PER_REQUEST" if on_demand else "PROVISIONED",
        **provisioned,
    )
    return Table(aws, name, client)


def code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


def test_reads_beyond_the_throughput_are_refused_and_pass_again_later(fast: LocalAws) -> None:
    table = create(fast, reads=2, writes=100)
    table.put()
    refusal = table.exhaust(table.get)
    assert code(refusal) == "ProvisionedThroughputExceededException"
    assert refusal.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    table.put()  # Writes have a throughput of their own.
    time.sleep(1.5)
    table.get()


def test_a_burst_is_what_five_minutes_leave_unused(fast: LocalAws) -> None:
    table = create(fast, reads=100, writes=10)
    began, numbers = time.monotonic(), itertools.count()

    def put() -> None:
        table.put()
        next(numbers)

    table.exhaust(put)
    seconds = time.monotonic() - began
    assert next(numbers) == pytest.approx(10 * 5 + 10 * seconds, abs=8)


def test_an_index_without_throughput_refuses_its_queries_and_nothing_else(fast: LocalAws) -> None:
    table = create(fast, reads=1, writes=100)
    table.put()
    assert code(table.exhaust(table.query)) == "ProvisionedThroughputExceededException"
    table.get()


def test_an_exhausted_index_refuses_the_writes_of_its_table(fast: LocalAws) -> None:
    table = create(fast, reads=100, writes=2)
    table.client.update_table(
        TableName=table.name,
        ProvisionedThroughput={"ReadCapacityUnits": 100, "WriteCapacityUnits": 1000},
    )
    # Putting the same item again would not change the index, and cost it nothing.
    refusal = table.exhaust(lambda: table.put(f"item-{next(_numbers)}"))
    assert "secondary index" in refusal.response["Error"]["Message"]


def test_a_transaction_says_which_action_was_refused(fast: LocalAws) -> None:
    small, ample = create(fast, reads=10, writes=1), create(fast, reads=10, writes=500)
    keys: list[str] = []

    def put_in_both() -> None:
        keys.append(f"item-{next(_numbers)}")
        puts = [{"Put": {"TableName": table.name, "Item": table.item(keys[-1])}} for table in (ample, small)]
        ample.client.transact_write_items(TransactItems=puts)

    refusal = small.exhaust(put_in_both)
    assert code(refusal) == "TransactionCanceledException"
    assert [reason["Code"] for reason in refusal.response["CancellationReasons"]] == [
        "None",
        "ProvisionedThroughputExceeded",
    ]
    found = [ample.client.get_item(TableName=ample.name, Key={"id": {"S": key}}) for key in keys[-2:]]
    assert ["Item" in one for one in found] == [True, False]


def test_a_table_on_demand_refuses_nothing(fast: LocalAws) -> None:
    table = create(fast, 0, 0, on_demand=True)
    for _ in range(100):
        table.put()


def test_refusals_count_in_cloudwatch(fast: LocalAws) -> None:
    table = create(fast, reads=1, writes=50)
    table.put()
    table.exhaust(table.get)
    metrics = fast.client("cloudwatch", "us-east-1")

    def counted() -> bool:
        now = datetime.now(UTC)
        answer = metrics.get_metric_statistics(
            Namespace="AWS/DynamoDB",
            MetricName="ReadThrottleEvents",
            Dimensions=[{"Name": "TableName", "Value": table.name}],
            StartTime=now - timedelta(minutes=5),
            EndTime=now + timedelta(minutes=1),
            Period=60,
            Statistics=["Sum"],
        )
        return bool(sum(point["Sum"] for point in answer["Datapoints"]) >= 1)

    assert eventually(counted)


def read_for(table: Table, rate: float, until: Callable[[], bool], seconds: float) -> bool:
    """Read at that rate until the condition holds; whether it came to hold in time."""
    deadline, due = time.monotonic() + seconds, time.monotonic()
    with ThreadPoolExecutor(1) as looking:
        met = looking.submit(eventually, until, seconds)
        while not met.done() and time.monotonic() < deadline + 1:
            table.client.get_item(TableName=table.name, Key={"id": {"S": "one"}}, ConsistentRead=True)
            due += 1 / rate
            time.sleep(max(0.0, due - time.monotonic()))
        return met.result()


@pytest.mark.slow
def test_autoscaling_follows_the_use_out_and_in_and_tells_of_it(fast: LocalAws) -> None:
    table = create(fast, reads=20, writes=50)
    table.put()
    table.scale(maximum=60)
    # 30 reads/s of 20 units are over 70 %; 43 units put them at the target.
    assert read_for(table, 30, lambda: table.units() > 30, 30)
    assert 30 < table.units() <= 60
    # The policy's alarm fired, which is what made it act, and clears by the higher capacity.
    high, low = [one["AlarmName"] for one in table.policy()["Alarms"]]
    history = fast.client("cloudwatch", "us-east-1").describe_alarm_history(
        AlarmName=high, HistoryItemType="StateUpdate"
    )["AlarmHistoryItems"]
    assert any(one["HistorySummary"].endswith("to ALARM") for one in history)
    assert read_for(table, 30, lambda: table.alarms()[high] == "OK", 10)
    assert set(table.alarms()) == {high, low}
    # 4 reads/s are below 50 % for fifteen minutes.
    assert read_for(table, 4, lambda: table.units() < 15, 60)
    assert table.units() >= 2
    told = fast.client("application-autoscaling", "us-east-1").describe_scaling_activities(
        ServiceNamespace="dynamodb", ResourceId=f"table/{table.name}"
    )["ScalingActivities"]
    assert len(told) >= 2
    assert {one["StatusCode"] for one in told} == {"Successful"}
    assert told[-1]["Cause"] == "policy name: tracking"
    fast.client("application-autoscaling", "us-east-1").delete_scaling_policy(
        **{name: table.policy()[name] for name in ("ServiceNamespace", "ResourceId", "ScalableDimension")},
        PolicyName="tracking",
    )
    assert eventually(lambda: table.alarms() == {}, 60)


def test_a_scheduled_action_lifts_the_capacity_to_its_minimum(fast: LocalAws) -> None:
    table = create(fast, reads=5, writes=5)
    target = table.scale(maximum=40)
    at = datetime.now(UTC) + timedelta(seconds=2)
    scaling = fast.client("application-autoscaling", "us-east-1")
    scaling.put_scheduled_action(
        **target,
        ScheduledActionName="event",
        Schedule=f"at({at:%Y-%m-%dT%H:%M:%S})",
        ScalableTargetAction={"MinCapacity": 25, "MaxCapacity": 250},
    )
    assert table.units() == 5
    assert eventually(lambda: table.units() == 25, 60)
    [described] = scaling.describe_scalable_targets(
        ServiceNamespace="dynamodb", ResourceIds=[target["ResourceId"]]
    )["ScalableTargets"]
    assert (described["MinCapacity"], described["MaxCapacity"]) == (25, 250)


def test_the_units_that_a_table_gave_can_be_asked(fast: LocalAws) -> None:
    table = create(fast, reads=10, writes=10)
    table.put()
    table.put("two", size=1500)
    answer = httpx.get(f"{fast.settings.endpoint_url}/_local/throughput").json()
    units = {
        (one["index"], one["kind"]): one["units"] for one in answer["taken"] if one["table"] == table.name
    }
    assert units == {("", "Write"): 3, (INDEX, "Write"): 3}


def test_the_pace_can_be_asked_and_set(aws: LocalAws) -> None:
    url = f"{aws.settings.endpoint_url}/_local/throughput"
    assert httpx.get(url).json()["pace"] == 1.0
    assert httpx.put(url, json={"pace": 20}).json()["pace"] == 20.0
    assert httpx.put(url, json={"pace": 1}).json()["pace"] == 1.0
    for bad in ({"pace": 0}, {"pace": 1000}, {"pace": "fast"}, {}):
        assert httpx.put(url, json=bad).status_code == 400
