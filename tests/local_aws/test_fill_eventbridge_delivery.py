"""An event that a rule may not, or cannot, give to a function is kept. On AWS these tests pass as well."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.local_aws.functions import Function, deployed

from local_aws.testing import LocalAws, eventually, started

REGION = "us-east-1"
SOURCE = """
def handler(event, context):
    return None
"""


@pytest.fixture(scope="module")
def enforcing(test_dir: Path) -> Iterator[LocalAws]:
    with started(test_dir, auth=True) as running:
        yield running


@pytest.fixture(scope="module")
def function(enforcing: LocalAws) -> Iterator[Function]:
    with deployed(enforcing, SOURCE, Timeout=10) as made:
        yield made


@dataclass(frozen=True)
class Rule:
    """A rule for events of a source of its own, with a queue for those that are not delivered."""

    aws: LocalAws
    name: str
    arn: str
    queue: str

    def target(self, arn: str) -> None:
        sqs = self.aws.client("sqs", REGION)
        attributes = sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]
        dead = {"Arn": attributes["QueueArn"]}
        self.aws.client("events", REGION).put_targets(
            Rule=self.name, Targets=[{"Id": "one", "Arn": arn, "DeadLetterConfig": dead}]
        )

    def send(self, **detail: Any) -> None:
        entry = {"Source": self.name, "DetailType": "Test", "Detail": json.dumps(detail)}
        self.aws.client("events", REGION).put_events(Entries=[entry])

    def buried(self) -> list[dict[str, Any]]:
        messages = self.aws.client("sqs", REGION).receive_message(
            QueueUrl=self.queue, MessageAttributeNames=["All"], VisibilityTimeout=0
        )
        return list(messages.get("Messages", []))


@pytest.fixture
def rule(enforcing: LocalAws) -> Iterator[Rule]:
    name = f"rule-{uuid.uuid4().hex[:8]}"
    events, sqs = enforcing.client("events", REGION), enforcing.client("sqs", REGION)
    arn = events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))["RuleArn"]
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "*",
        "Condition": {"ArnEquals": {"aws:SourceArn": arn}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    yield Rule(enforcing, name, arn, queue)
    events.remove_targets(Rule=name, Ids=["one"])
    events.delete_rule(Name=name)
    sqs.delete_queue(QueueUrl=queue)


def permit(function: Function, source_arn: str) -> None:
    function.client.add_permission(
        FunctionName=function.name,
        Qualifier="live",
        StatementId=uuid.uuid4().hex,
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=source_arn,
    )


def test_without_permission_the_event_is_kept_with_the_reason(rule: Rule, function: Function) -> None:
    rule.target(function.alias_arn)
    rule.send(number=7)
    assert eventually(lambda: len(rule.buried()) == 1, 60)
    [message] = rule.buried()
    told = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert json.loads(message["Body"])["detail"] == {"number": 7}
    assert told["RULE_ARN"] == rule.arn
    assert told["TARGET_ARN"] == function.alias_arn
    assert told["ERROR_CODE"] == "NO_PERMISSIONS"


def test_a_permission_for_another_rule_is_none(rule: Rule, function: Function) -> None:
    permit(function, f"{rule.arn}-other")
    rule.target(function.alias_arn)
    rule.send()
    assert eventually(lambda: len(rule.buried()) == 1, 60)


def test_a_function_that_is_gone_gets_nothing_and_the_event_is_kept(rule: Rule, function: Function) -> None:
    rule.target(function.alias_arn.replace(function.name, "gone"))
    rule.send()
    assert eventually(lambda: len(rule.buried()) == 1, 60)
    assert rule.buried()[0]["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_RESOURCE"


def test_with_permission_the_function_is_invoked_and_nothing_is_kept(rule: Rule, function: Function) -> None:
    permit(function, rule.arn)
    rule.target(function.alias_arn)
    rule.send()

    def invoked() -> bool:
        return bool(
            function.aws.client("cloudwatch", REGION).list_metrics(
                Namespace="AWS/Lambda",
                MetricName="Invocations",
                Dimensions=[{"Name": "FunctionName", "Value": function.name}],
            )["Metrics"]
        )

    assert eventually(invoked, 60)
    assert rule.buried() == []


def test_a_queue_that_does_not_let_the_rule_send_keeps_nothing(rule: Rule, function: Function) -> None:
    sqs = rule.aws.client("sqs", REGION)
    sqs.set_queue_attributes(QueueUrl=rule.queue, Attributes={"Policy": ""})
    rule.target(function.alias_arn.replace(function.name, "gone"))
    rule.send()
    assert not eventually(lambda: bool(rule.buried()), 2)


# -- Application Auto Scaling asks IAM too


@pytest.fixture(scope="module")
def table(enforcing: LocalAws) -> Iterator[str]:
    name = f"scaled-{uuid.uuid4().hex[:8]}"
    dynamodb = enforcing.client("dynamodb", REGION)
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    )
    yield name
    dynamodb.delete_table(TableName=name)


def test_who_may_scale_writes_may_not_scale_reads(enforcing: LocalAws, table: str) -> None:
    iam = enforcing.client("iam", REGION)
    user = iam.create_user(UserName=f"scaler-{table}")["User"]["UserName"]
    allowed = {
        "Effect": "Allow",
        "Action": "application-autoscaling:RegisterScalableTarget",
        "Resource": "arn:aws:application-autoscaling:*:*:scalable-target/*",
        "Condition": {
            "StringEquals": {
                "application-autoscaling:service-namespace": "dynamodb",
                "application-autoscaling:scalable-dimension": "dynamodb:table:WriteCapacityUnits",
            }
        },
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_user_policy(UserName=user, PolicyName="scale", PolicyDocument=document)
    made = iam.create_access_key(UserName=user)["AccessKey"]
    keys = made["AccessKeyId"], made["SecretAccessKey"]
    scaling = enforcing.client("application-autoscaling", REGION, keys=keys)

    def register(kind: str) -> None:
        scaling.register_scalable_target(
            ServiceNamespace="dynamodb",
            ResourceId=f"table/{table}",
            ScalableDimension=f"dynamodb:table:{kind}CapacityUnits",
            MinCapacity=5,
            MaxCapacity=10,
        )

    register("Write")
    with pytest.raises(ClientError, match=r"not authorized to perform: .*RegisterScalableTarget"):
        register("Read")
    with pytest.raises(ClientError, match=r"not authorized to perform: .*DescribeScalableTargets"):
        scaling.describe_scalable_targets(ServiceNamespace="dynamodb")
