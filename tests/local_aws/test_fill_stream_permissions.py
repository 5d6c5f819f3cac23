"""Which stream a call of DynamoDB Streams is authorized on, when IAM is enforced."""

from __future__ import annotations

import base64
import json
import time

import pytest

from local_aws.fills.dynamodb_permissions import stream_of

STREAM = "arn:aws:dynamodb:us-east-1:111111111111:table/t/stream/2026-05-01T10:00:00.000"


def iterator(**content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


@pytest.mark.parametrize(
    "request_body",
    [
        {"StreamArn": STREAM},
        {"StreamArn": STREAM, "ShardId": "shard", "ShardIteratorType": "LATEST"},
        {"ShardIterator": iterator(t="t", p=0, arn=STREAM, i=time.time())},
    ],
)
def test_a_call_is_authorized_on_the_stream_that_it_reads(request_body: dict[str, str]) -> None:
    assert stream_of(json.dumps(request_body).encode()) == STREAM


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"TableName": "t"}', b'{"ShardIterator": "none"}'])
def test_a_call_that_names_no_stream_is_authorized_on_none(body: bytes) -> None:
    assert stream_of(body) == "*"
