"""What a role may not do, its function cannot do: with IAM enforced. On AWS these tests pass as well."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.local_aws.functions import Function, deployed

from local_aws.testing import LocalAws, eventually, started

REGION = "us-east-1"
SOURCE = """
import boto3

dynamodb = boto3.client("dynamodb")

def handler(event, context):
    print("ran")
    if event == "raise":
        raise ValueError("failed event")
    try:
        dynamodb.get_item(TableName=event, Key={"id": {"S": "1"}})
    except dynamodb.exceptions.ClientError as error:
        return error.response["Error"]["Message"]
    return "read"
"""
READ = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"}
LOG = {
    "Effect": "Allow",
    "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": "*",
}


@pytest.fixture(scope="module")
def enforcing(test_dir: Path) -> Iterator[LocalAws]:
    with started(test_dir, auth=True) as running:
        yield running


@pytest.fixture(scope="module")
def function(enforcing: LocalAws) -> Iterator[Function]:
    with deployed(enforcing, SOURCE, Timeout=10) as made:
        yield made
        iam = enforcing.client("iam", REGION)
        iam.delete_role_policy(RoleName=made.name, PolicyName="allowed")


@pytest.fixture(scope="module")
def key(enforcing: LocalAws) -> str:
    """A key whose policy leaves everything to IAM."""
    made = enforcing.client("kms", REGION).create_key()
    return str(made["KeyMetadata"]["Arn"])


@pytest.fixture(scope="module")
def table(enforcing: LocalAws, key: str) -> Iterator[str]:
    name = f"encrypted-{uuid.uuid4().hex[:8]}"
    dynamodb = enforcing.client("dynamodb", REGION)
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    yield name
    dynamodb.delete_table(TableName=name)


def allow(function: Function, *statements: dict[str, Any]) -> None:
    """Let the function's role do this, and nothing else."""
    function.aws.client("iam", REGION).put_role_policy(
        RoleName=function.name,
        PolicyName="allowed",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}),
    )


def decrypt(key: str, via: str) -> dict[str, Any]:
    condition = {"StringEquals": {"kms:ViaService": f"{via}.{REGION}.amazonaws.com"}}
    actions = ["kms:Decrypt", "kms:GenerateDataKey"]
    return {"Effect": "Allow", "Action": actions, "Resource": key, "Condition": condition}


def test_a_role_without_the_action_cannot_read(function: Function, table: str, key: str) -> None:
    allow(function, decrypt(key, "dynamodb"))
    assert "not authorized to perform: dynamodb:GetItem" in function.invoke(table)["payload"]


def test_a_role_without_the_tables_key_cannot_read(function: Function, table: str) -> None:
    allow(function, READ)
    assert "not authorized to perform: kms:Decrypt" in function.invoke(table)["payload"]


def test_the_key_must_be_allowed_by_way_of_dynamodb(function: Function, table: str, key: str) -> None:
    allow(function, READ, decrypt(key, "sqs"))
    assert "not authorized to perform: kms:Decrypt" in function.invoke(table)["payload"]


def test_a_role_with_both_reads(function: Function, table: str, key: str) -> None:
    allow(function, READ, decrypt(key, "dynamodb"))
    assert function.invoke(table)["payload"] == "read"


def test_a_role_that_may_not_log_leaves_no_log(function: Function, table: str) -> None:
    logs = function.aws.client("logs", REGION)
    allow(function, READ)
    function.invoke(table)
    assert logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{function.name}")["logGroups"] == []
    allow(function, READ, LOG)
    function.invoke(table)
    assert "ran" in function.log_lines()


@pytest.fixture
def queue(enforcing: LocalAws, key: str) -> Iterator[tuple[str, str]]:
    """The URL and ARN of an encrypted queue."""
    sqs = enforcing.client("sqs", REGION)
    attributes = {"KmsMasterKeyId": key}
    url = sqs.create_queue(QueueName=f"failed-{uuid.uuid4().hex[:8]}", Attributes=attributes)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    yield url, arn
    sqs.delete_queue(QueueUrl=url)


@pytest.mark.parametrize("granted", ["nothing", "send", "send and key"])
def test_a_failed_event_is_passed_on_only_if_the_role_may(
    function: Function, queue: tuple[str, str], key: str, granted: str
) -> None:
    url, arn = queue
    send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn}
    statements = {"nothing": [], "send": [send], "send and key": [send, decrypt(key, "sqs")]}
    allow(function, LOG, *statements[granted])
    function.client.put_function_event_invoke_config(
        FunctionName=function.name,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )
    ran = function.log_lines().count("ran")
    function.client.invoke(FunctionName=function.name, InvocationType="Event", Payload=b'"raise"')
    assert eventually(lambda: function.log_lines().count("ran") == ran + 1)
    sqs = function.aws.client("sqs", REGION)
    received = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", [])
    assert len(received) == (1 if granted == "send and key" else 0)
