"""Calls are authorized as the actions that they are, and count as made over TLS."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
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
CALLS = {
    "GetAlias": lambda client, name: client.get_alias(FunctionName=name, Name="live"),
    "UpdateAlias": lambda client, name: client.update_alias(FunctionName=name, Name="live", Description="d"),
    "ListAliases": lambda client, name: client.list_aliases(FunctionName=name),
    "GetFunctionConcurrency": lambda client, name: client.get_function_concurrency(FunctionName=name),
    "GetFunctionConfiguration": lambda client, name: client.get_function_configuration(FunctionName=name),
    "InvokeFunction": lambda client, name: client.invoke(FunctionName=name),
}


@pytest.fixture(scope="module")
def enforcing(test_dir: Path) -> Iterator[LocalAws]:
    with started(test_dir, auth=True) as running:
        yield running


@pytest.fixture(scope="module")
def function(enforcing: LocalAws) -> Iterator[Function]:
    with deployed(enforcing, SOURCE, Timeout=10) as made:
        yield made


def somebody_who_may(aws: LocalAws, service: str, *actions: str, on: str = "*") -> Any:
    """Return a client of a new user who may do that and no more."""
    iam = aws.client("iam", REGION)
    name = f"user-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": on}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="allowed", PolicyDocument=document)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return aws.client(service, REGION, keys=(made["AccessKeyId"], made["SecretAccessKey"]))


@pytest.mark.parametrize("action", sorted(CALLS))
def test_an_action_allows_its_own_call_and_no_other(function: Function, action: str) -> None:
    client = somebody_who_may(function.aws, "lambda", f"lambda:{action}")
    CALLS[action](client, function.name)
    for other in CALLS.keys() - {action}:
        with pytest.raises(ClientError, match=f"lambda:{other}"):
            CALLS[other](client, function.name)


def test_who_may_invoke_the_alias_may_not_invoke_another_version(function: Function) -> None:
    client = somebody_who_may(function.aws, "lambda", "lambda:InvokeFunction", on=function.alias_arn)
    client.invoke(FunctionName=function.name, Qualifier="live")
    for qualifier in ({"Qualifier": "1"}, {}):
        with pytest.raises(ClientError, match="lambda:InvokeFunction"):
            client.invoke(FunctionName=function.name, **qualifier)


def test_a_policy_that_refuses_calls_in_the_clear_refuses_none(enforcing: LocalAws) -> None:
    sqs = enforcing.client("sqs", REGION)
    queue = sqs.create_queue(QueueName=f"tls-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    refusal = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [refusal]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    somebody_who_may(enforcing, "sqs", "sqs:SendMessage").send_message(QueueUrl=queue, MessageBody="hello")
    sqs.delete_queue(QueueUrl=queue)


def test_an_alarm_reaches_a_topic_that_refuses_messages_in_the_clear(enforcing: LocalAws) -> None:
    sns, cloudwatch = (enforcing.client(name, REGION) for name in ("sns", "cloudwatch"))
    name = f"alarm-{uuid.uuid4().hex[:8]}"
    topic = sns.create_topic(Name=name)["TopicArn"]
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
    }
    refusal = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sns:Publish",
        "Resource": topic,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed, refusal]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Test",
        MetricName="Nothing",
        Statistic="Sum",
        Period=10,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="LessThanThreshold",
        TreatMissingData="breaching",
        AlarmActions=[topic],
    )

    def actions() -> list[str]:
        history = cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="Action")
        return [item["HistorySummary"] for item in history["AlarmHistoryItems"]]

    assert eventually(lambda: bool(actions()), 60)
    assert actions() == [f"Successfully executed action {topic}"]
    cloudwatch.delete_alarms(AlarmNames=[name])


def test_an_alarm_may_tell_a_topic_that_refuses_publishing_in_the_clear(enforcing: LocalAws) -> None:
    sns = enforcing.client("sns", REGION)
    cloudwatch, name = enforcing.client("cloudwatch", REGION), f"tls-{uuid.uuid4().hex[:8]}"
    topic = sns.create_topic(Name=name)["TopicArn"]
    allowed = {"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}}
    refused = {"Effect": "Deny", "Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    statements = [{**one, "Action": "sns:Publish", "Resource": topic} for one in (allowed, refused)]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    cloudwatch.put_metric_alarm(
        AlarmName=name, Namespace="Test", MetricName=name, Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=1, ComparisonOperator="GreaterThanThreshold", AlarmActions=[topic],
    )  # fmt: skip
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="test")

    def outcomes() -> list[str]:
        items = cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="Action")
        return [one["HistorySummary"] for one in items["AlarmHistoryItems"]]

    assert eventually(lambda: bool(outcomes()), 60)
    assert "Successfully" in outcomes()[0]
    cloudwatch.delete_alarms(AlarmNames=[name])
    sns.delete_topic(TopicArn=topic)
