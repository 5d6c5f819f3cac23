"""The log says for each AWS API call what came of it."""

from __future__ import annotations

import time

import pytest
from botocore.exceptions import ClientError, HTTPClientError

from local_aws.testing import LocalAws


def logged(aws: LocalAws, text: str) -> bool:
    """Whether the log holds the text, at latest a moment after the call was answered."""
    deadline = time.monotonic() + 2
    while text not in aws.log():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_call_is_logged_with_region_service_operation_and_status(aws: LocalAws) -> None:
    with pytest.raises(ClientError):
        aws.client("dynamodb", "us-west-2").describe_table(TableName="call-log")
    assert logged(aws, "us-west-2 dynamodb DescribeTable: 400, ")


def test_a_call_of_a_rest_protocol_is_logged_with_its_path(aws: LocalAws) -> None:
    with pytest.raises(ClientError):
        aws.client("lambda", "us-east-1").get_function(FunctionName="call-log")
    assert logged(aws, "us-east-1 lambda GET /2015-03-31/functions/call-log: 404, ")


def test_a_call_that_gets_no_answer_is_logged_so(aws: LocalAws) -> None:
    with aws.cut_off("us-east-1", "reset"), pytest.raises(HTTPClientError):
        aws.client("kms", "us-east-1").list_retirable_grants(RetiringPrincipal="arn:aws:iam::1:role/call-log")
    assert logged(aws, "us-east-1 kms ListRetirableGrants: no answer, ")
