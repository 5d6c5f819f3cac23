"""What API Gateway, Lambda, DynamoDB, SQS and logs measure of themselves. On AWS these tests pass as well.

There the figures take some minutes to appear, and every metric a name of its own: so it is here.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import httpx
import pytest
from botocore.exceptions import ClientError
from tests.local_aws.deployer import Deployer
from tests.local_aws.waiting import eventually

pytestmark = pytest.mark.local

_HANDLER = """
import json, time

def handler(event, context):
    print(json.dumps({
        "_aws": {
            "Timestamp": int(time.time() * 1000),
            "CloudWatchMetrics": [{
                "Namespace": event.get("namespace", "Test/Shop"),
                "Dimensions": [["service"], []],
                "Metrics": [{"Name": "ResponseTime", "Unit": "Milliseconds", "StorageResolution": 1}],
            }],
        },
        "service": "shop",
        "ResponseTime": [10, 30],
    }))
    print(json.dumps({"level": "ERROR", "took": 7}))
    if event.get("fail"):
        raise ValueError("asked to fail")
    if event.get("seconds"):
        time.sleep(event["seconds"])
    return {"statusCode": 503 if event.get("path") == "/bad" else 200, "body": "done"}
"""
_INDEX = {
    "IndexName": "by-category",
    "KeySchema": [{"AttributeName": "category", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
    "ProvisionedThroughput": {"ReadCapacityUnits": 3, "WriteCapacityUnits": 2},
}


@dataclass
class Figures:
    """Reads sums and the like of the last ten minutes."""

    deployer: Deployer

    def of(self, namespace: str, name: str, statistic: str = "Sum", **dimensions: str) -> float | None:
        """The statistic over the ten minutes, or None without data."""
        end = time.time() + 60
        points = self.deployer.client("cloudwatch").get_metric_statistics(
            Namespace=namespace,
            MetricName=name,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=end - 660,
            EndTime=end,
            Period=3600,
            Statistics=[statistic],
        )["Datapoints"]
        return float(points[0][statistic]) if points else None

    def become(self, expected: Mapping[str, float], read: Callable[[str], float | None]) -> None:
        """Wait until the metrics have these values."""

        def off() -> dict[str, float | None]:
            found = {name: read(name) for name in expected}
            return {name: value for name, value in found.items() if value != expected[name]}

        eventually(lambda: not off() or None, 60)


@pytest.fixture
def figures(east: Deployer) -> Figures:
    return Figures(east)


@pytest.fixture(scope="module")
def function(east: Deployer) -> str:
    """A function with version 1 under the alias "live", which API Gateway may call; its name."""
    arn = east.function(_HANDLER)
    name = arn.rpartition(":")[2]
    client = east.client("lambda")
    client.get_waiter("function_active_v2").wait(FunctionName=name)
    version = client.publish_version(FunctionName=name)["Version"]
    client.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    client.add_permission(
        FunctionName=name,
        Qualifier="live",
        StatementId="gateway",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    return name


@pytest.fixture(scope="module")
def api(east: Deployer, function: str) -> Iterator[tuple[str, httpx.Client]]:
    """An API with detailed metrics in front of the function's alias: its name, and a client of its stage."""
    alias = east.client("lambda").get_alias(FunctionName=function, Name="live")["AliasArn"]
    api_id = east.api(alias)
    name = f"test-{uuid.uuid4().hex[:8]}"
    gateway = east.client("apigateway")
    gateway.update_rest_api(
        restApiId=api_id, patchOperations=[{"op": "replace", "path": "/name", "value": name}]
    )
    gateway.update_stage(
        restApiId=api_id,
        stageName="live",
        patchOperations=[{"op": "replace", "path": "/*/*/metrics/enabled", "value": "true"}],
    )
    base = f"{east.aws.settings.endpoint_url}/_aws/execute-api/{api_id}/live"
    with httpx.Client(base_url=base, timeout=20) as client:
        yield name, client


def test_an_api_counts_its_requests_and_errors_by_stage_and_method(
    figures: Figures, api: tuple[str, httpx.Client]
) -> None:
    name, client = api
    for path in ("/a", "/a", "/bad"):
        client.get(path)
    client.get("/")  # The root has no method, so API Gateway refuses it.
    sets = [
        ({"ApiName": name}, 4, 1),
        ({"ApiName": name, "Stage": "live"}, 4, 1),
        ({"ApiName": name, "Stage": "live", "Method": "GET", "Resource": "/{path+}"}, 3, 0),
    ]
    for dimensions, count, refused in sets:
        expected = {"Count": count, "4XXError": refused, "5XXError": 1}
        figures.become(expected, lambda metric: figures.of("AWS/ApiGateway", metric, **dimensions))  # noqa: B023
    by_stage = {"ApiName": name, "Stage": "live"}
    latency = figures.of("AWS/ApiGateway", "Latency", "Minimum", **by_stage)
    inner = figures.of("AWS/ApiGateway", "IntegrationLatency", "SampleCount", **by_stage)
    assert latency is not None
    assert inner == 3


def test_an_alias_has_metrics_of_its_own_and_by_version(
    figures: Figures, function: str, api: tuple[str, httpx.Client]
) -> None:
    by_alias = {"FunctionName": function, "Resource": f"{function}:live"}
    before = figures.of("AWS/Lambda", "Invocations", **by_alias) or 0
    _name, client = api
    client.get("/again")
    for dimensions in (by_alias, {**by_alias, "ExecutedVersion": "1"}):
        expected = {"Invocations": before + 1, "Errors": 0, "Throttles": 0}
        figures.become(expected, lambda metric: figures.of("AWS/Lambda", metric, **dimensions))  # noqa: B023
        assert (figures.of("AWS/Lambda", "Duration", "SampleCount", **dimensions)) == before + 1


def test_direct_and_event_invocations_and_their_errors_count(figures: Figures, east: Deployer) -> None:
    name = east.function(_HANDLER).rpartition(":")[2]
    client = east.client("lambda")
    client.get_waiter("function_active_v2").wait(FunctionName=name)
    client.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0)
    for payload, kind in (
        ({}, "RequestResponse"),
        ({"fail": True}, "RequestResponse"),
        ({"fail": True}, "Event"),
    ):
        client.invoke(FunctionName=name, InvocationType=kind, Payload=json.dumps(payload).encode())
    expected = {"Invocations": 3, "Errors": 2, "AsyncEventsReceived": 1}
    figures.become(expected, lambda metric: figures.of("AWS/Lambda", metric, FunctionName=name))
    assert figures.of("AWS/Lambda", "ConcurrentExecutions", "Maximum", FunctionName=name) in {1, 2}


def test_a_throttled_request_is_no_invocation(figures: Figures, east: Deployer) -> None:
    name = east.function(_HANDLER).rpartition(":")[2]
    client = east.client("lambda")
    client.get_waiter("function_active_v2").wait(FunctionName=name)
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError, match="Rate"):
        client.invoke(FunctionName=name)
    figures.become({"Throttles": 1}, lambda metric: figures.of("AWS/Lambda", metric, FunctionName=name))
    assert figures.of("AWS/Lambda", "Invocations", FunctionName=name) is None


def test_embedded_metrics_and_metric_filters_make_metrics_of_the_log(
    figures: Figures, east: Deployer
) -> None:
    name = east.function(_HANDLER).rpartition(":")[2]
    namespace = f"Test/{name}"
    group = f"/aws/lambda/{name}"
    logs = east.client("logs")
    logs.create_log_group(logGroupName=group)
    for metric, pattern, value in (
        ("Slow", '{ $.level = "ERROR" && $.took > 5 }', "$.took"),
        ("Ends", "END", "1"),
    ):
        transformation = {"metricNamespace": namespace, "metricName": metric, "metricValue": value}
        logs.put_metric_filter(
            logGroupName=group,
            filterName=metric,
            filterPattern=pattern,
            metricTransformations=[transformation],
        )
    east.client("lambda").get_waiter("function_active_v2").wait(FunctionName=name)
    east.invoke(name, {"namespace": namespace})
    figures.become({"Slow": 7, "Ends": 1}, lambda metric: figures.of(namespace, metric))
    figures.become({"ResponseTime": 40}, lambda metric: figures.of(namespace, metric))
    assert figures.of(namespace, "ResponseTime", "SampleCount", service="shop") == 2


def test_a_pattern_that_cannot_be_read_makes_no_metric_filter(east: Deployer) -> None:
    logs = east.client("logs")
    group = f"test-{uuid.uuid4().hex[:8]}"
    logs.create_log_group(logGroupName=group)
    transformation = {"metricNamespace": "Test", "metricName": "m", "metricValue": "1"}
    with pytest.raises(ClientError, match="InvalidParameterException"):
        logs.put_metric_filter(
            logGroupName=group,
            filterName="wrong",
            filterPattern="{ $.level = }",
            metricTransformations=[transformation],
        )


@pytest.fixture(scope="module")
def table(east: Deployer) -> str:
    """A provisioned table with an index that requests were made to; its name."""
    name = f"test-{uuid.uuid4().hex[:8]}"
    dynamodb = east.client("dynamodb")
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("id", "category")],
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 50},
        GlobalSecondaryIndexes=[_INDEX],
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    item = {"id": {"S": "1"}, "category": {"S": "hats"}, "text": {"S": "x" * 5000}}
    dynamodb.put_item(TableName=name, Item=item)
    dynamodb.get_item(TableName=name, Key={"id": {"S": "1"}}, ConsistentRead=True)
    dynamodb.query(
        TableName=name,
        IndexName="by-category",
        KeyConditionExpression="category = :c",
        ExpressionAttributeValues={":c": {"S": "hats"}},
    )
    dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": name, "Item": {"id": {"S": "2"}}}}])
    dynamodb.batch_write_item(RequestItems={name: [{"PutRequest": {"Item": {"id": {"S": "3"}}}}]})
    dynamodb.batch_get_item(RequestItems={name: {"Keys": [{"id": {"S": "3"}}, {"id": {"S": "9"}}]}})
    with pytest.raises(ClientError):
        dynamodb.put_item(
            TableName=name, Item={"id": {"S": "1"}}, ConditionExpression="attribute_not_exists(id)"
        )
    return name


def test_a_table_measures_the_capacity_that_requests_consume(figures: Figures, table: str) -> None:
    # The item has 5 KB: 5 write units, 2 read units. The other writes take 2 (transaction) and 1 unit.
    expected = {"ConsumedWriteCapacityUnits": 8, "ConsumedReadCapacityUnits": 3}
    figures.become(expected, lambda metric: figures.of("AWS/DynamoDB", metric, TableName=table))


def test_an_index_has_its_own_consumed_capacity(figures: Figures, table: str) -> None:
    index = {"TableName": table, "GlobalSecondaryIndexName": "by-category"}
    expected = {"ConsumedWriteCapacityUnits": 5, "ConsumedReadCapacityUnits": 1}
    figures.become(expected, lambda metric: figures.of("AWS/DynamoDB", metric, **index))


def test_provisioned_capacity_is_published_by_itself(figures: Figures, table: str) -> None:
    def maximum(metric: str) -> float | None:
        return figures.of("AWS/DynamoDB", metric, "Maximum", TableName=table)

    figures.become({"ProvisionedReadCapacityUnits": 5, "ProvisionedWriteCapacityUnits": 50}, maximum)


def test_a_table_measures_latency_by_operation_and_failed_conditions(figures: Figures, table: str) -> None:
    for operation, count in (("PutItem", 1), ("GetItem", 1), ("Query", 1), ("TransactWriteItems", 1)):
        by_operation = {"TableName": table, "Operation": operation}
        samples = figures.of("AWS/DynamoDB", "SuccessfulRequestLatency", "SampleCount", **by_operation)
        assert samples == count, operation
    assert figures.of("AWS/DynamoDB", "ConditionalCheckFailedRequests", TableName=table) == 1
    assert figures.of("AWS/DynamoDB", "SystemErrors", TableName=table, Operation="PutItem") is None


def test_a_transaction_tells_its_consumed_capacity_only_when_asked(east: Deployer, table: str) -> None:
    dynamodb = east.client("dynamodb")
    put = {"Put": {"TableName": table, "Item": {"id": {"S": "4"}}}}
    assert "ConsumedCapacity" not in dynamodb.transact_write_items(TransactItems=[put])
    asked = dynamodb.transact_write_items(TransactItems=[put], ReturnConsumedCapacity="TOTAL")
    assert asked["ConsumedCapacity"][0]["CapacityUnits"] == 2


def test_the_depth_of_a_queue_is_published(figures: Figures, east: Deployer) -> None:
    name = f"test-{uuid.uuid4().hex[:8]}"
    sqs = east.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    for _ in range(3):
        sqs.send_message(QueueUrl=url, MessageBody="parked")

    def deepest(metric: str) -> float | None:
        return figures.of("AWS/SQS", metric, "Maximum", QueueName=name)

    figures.become({"ApproximateNumberOfMessagesVisible": 3}, deepest)
