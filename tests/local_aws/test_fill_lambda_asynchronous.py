"""Lambda's contract for asynchronous invocations. On AWS these tests pass as well, after longer waits."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from tests.local_aws.functions import Function, deployed

from local_aws.testing import LocalAws, eventually

REGION = "us-east-1"
SOURCE = """
def handler(event, context):
    print("ran", context.invoked_function_arn.rpartition(":")[2])
    if event.get("fail"):
        raise ValueError("no such product")
    return {"done": True}
"""


@pytest.fixture(scope="module")
def function(aws: LocalAws) -> Iterator[Function]:
    with deployed(aws, SOURCE) as made:
        # The shared local AWS does not enforce IAM; on AWS the role needs these two.
        allow(made, "sqs:SendMessage", "logs:*")
        yield made
        aws.client("iam", REGION).delete_role_policy(RoleName=made.name, PolicyName="allowed")


def allow(function: Function, *actions: str) -> None:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    function.aws.client("iam", REGION).put_role_policy(
        RoleName=function.name,
        PolicyName="allowed",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )


class Queue:
    """A queue that destinations send to."""

    def __init__(self, sqs: Any) -> None:
        self._sqs = sqs
        self.url: str = sqs.create_queue(QueueName=f"events-{uuid.uuid4().hex[:8]}")["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        self.arn: str = attributes["Attributes"]["QueueArn"]

    def received(self, seconds: int = 8) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=self.url, WaitTimeSeconds=seconds, MessageAttributeNames=["All"]
        )
        return list(answer.get("Messages", []))


@pytest.fixture
def queue(aws: LocalAws) -> Iterator[Queue]:
    sqs = aws.client("sqs", REGION, read_timeout=30)
    made = Queue(sqs)
    yield made
    sqs.delete_queue(QueueUrl=made.url)


def configure(function: Function, qualifier: str = "live", retries: int = 0, **destinations: str) -> None:
    function.client.put_function_event_invoke_config(
        FunctionName=function.name,
        Qualifier=qualifier,
        MaximumRetryAttempts=retries,
        DestinationConfig={name: {"Destination": arn} for name, arn in destinations.items()},
    )


def send(function: Function, event: object, qualifier: str = "live") -> None:
    answer = function.client.invoke(
        FunctionName=function.name,
        Qualifier=qualifier,
        InvocationType="Event",
        Payload=json.dumps(event).encode(),
    )
    assert answer["StatusCode"] == 202


def test_a_failed_event_of_an_alias_goes_to_the_destination_of_the_alias(
    function: Function, queue: Queue
) -> None:
    configure(function, OnFailure=queue.arn)
    send(function, {"fail": "alias"})
    [message] = queue.received()
    record = json.loads(message["Body"])
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["functionArn"] == function.alias_arn
    assert record["requestContext"]["approximateInvokeCount"] == 1
    assert record["requestPayload"] == {"fail": "alias"}
    assert record["responseContext"]["functionError"] == "Unhandled"
    assert record["responsePayload"]["errorMessage"] == "no such product"


def test_a_failed_event_of_a_version_does_not_go_to_the_destination_of_an_alias(
    function: Function, queue: Queue
) -> None:
    configure(function, "live", OnFailure=queue.arn)
    configure(function, "1")
    send(function, {"fail": "version"}, "1")
    assert queue.received(seconds=3) == []


def test_an_event_is_tried_again_as_often_as_is_configured(function: Function, queue: Queue) -> None:
    configure(function, retries=1, OnFailure=queue.arn)
    send(function, {"fail": "twice"})
    [message] = queue.received(seconds=15)
    assert json.loads(message["Body"])["requestContext"]["approximateInvokeCount"] == 2


def test_a_success_goes_to_its_own_destination(function: Function, queue: Queue) -> None:
    configure(function, OnSuccess=queue.arn)
    send(function, {"id": 1})
    [message] = queue.received()
    record = json.loads(message["Body"])
    assert record["requestContext"]["condition"] == "Success"
    assert record["responsePayload"] == {"done": True}


def test_a_dead_letter_queue_gets_the_event_as_it_came(aws: LocalAws, queue: Queue) -> None:
    with deployed(aws, SOURCE, DeadLetterConfig={"TargetArn": queue.arn}) as made:
        allow(made, "sqs:SendMessage")
        configure(made)
        send(made, {"fail": "dead"})
        [message] = queue.received()
        aws.client("iam", REGION).delete_role_policy(RoleName=made.name, PolicyName="allowed")
    assert json.loads(message["Body"]) == {"fail": "dead"}
    assert message["MessageAttributes"]["ErrorMessage"]["StringValue"] == "no such product"


def test_a_topic_invokes_the_alias_that_subscribed(function: Function, aws: LocalAws) -> None:
    sns = aws.client("sns", REGION)
    topic = sns.create_topic(Name=f"events-{uuid.uuid4().hex[:8]}")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function.alias_arn)
    before = function.log_lines().count("ran live")
    sns.publish(TopicArn=topic, Message="hello")
    assert eventually(lambda: function.log_lines().count("ran live") == before + 1)
    sns.delete_topic(TopicArn=topic)


def test_a_rule_invokes_the_alias_that_it_targets(function: Function, aws: LocalAws) -> None:
    events, name = aws.client("events", REGION), f"rule-{uuid.uuid4().hex[:8]}"
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    events.put_targets(Rule=name, Targets=[{"Id": "function", "Arn": function.alias_arn}])
    before = function.log_lines().count("ran live")
    events.put_events(Entries=[{"Source": name, "DetailType": "test", "Detail": "{}"}])
    assert eventually(lambda: function.log_lines().count("ran live") == before + 1)
    events.remove_targets(Rule=name, Ids=["function"])
    events.delete_rule(Name=name)
