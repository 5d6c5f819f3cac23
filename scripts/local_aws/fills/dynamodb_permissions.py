"""Which table a call of DynamoDB is about that names it in another way, when IAM is enforced.

Contract: Service Authorization Reference, "Actions, resources, and condition keys for Amazon DynamoDB". A
restore to a point in time is authorized on its source table, tags and resource policies on the ARN that the
call names, what concerns a backup on the backup, and what reads a stream on the stream, which the iterator of
GetRecords knows.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ministack.core import iam_actions
from ministack.services import dynamodb_streams

from local_aws.fills import Fill
from local_aws.fills.patching import wrap
from local_aws.settings import Settings

_ARNS = ("ResourceArn", "SourceTableArn", "BackupArn")


def _resources(original: Callable[..., list[str]], body: bytes, region: str, account_id: str) -> list[str]:
    found = original(body, region, account_id)
    return found or named_otherwise(body, region, account_id)


def named_otherwise(body: bytes, region: str, account_id: str) -> list[str]:
    """The ARN of the resource that a request without TableName names, in a list, or an empty list."""
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return []
    if not isinstance(request, dict):
        return []
    if arns := [str(request[name]) for name in _ARNS if request.get(name)]:
        return arns[:1]
    if source := request.get("SourceTableName"):
        return [f"arn:aws:dynamodb:{region}:{account_id}:table/{source}"]
    return []


def stream_of(body: bytes) -> str:
    """The ARN of the stream that a request of DynamoDB Streams reads, "*" where it names none."""
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return "*"
    if not isinstance(request, dict):
        return "*"
    iterator = dynamodb_streams._decode_iterator(str(request.get("ShardIterator", ""))) or {}
    return str(request.get("StreamArn") or iterator.get("arn") or "*")


def _resource(original: Callable[..., str], service: str, *request: Any) -> str:
    if service != "dynamodbstreams":
        return original(service, *request)
    return stream_of(request[3])


def _install(_settings: Settings) -> None:
    wrap(iam_actions, "dynamodb_resource_arns", _resources)
    wrap(iam_actions, "extract_resource_arn", _resource)


FILL = Fill(
    name="dynamodb_permissions",
    requires=(
        "ministack.core.iam_actions.dynamodb_resource_arns",
        "ministack.core.iam_actions.extract_resource_arn",
        "ministack.services.dynamodb_streams._decode_iterator",
    ),
    install=_install,
)
