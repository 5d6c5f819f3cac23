"""Which table a call of DynamoDB is about that names it in another way, when IAM is enforced.

Contract: Service Authorization Reference, "Actions, resources, and condition keys for Amazon DynamoDB". A
restore to a point in time is authorized on its source table, tags and resource policies on the ARN that the
call names, and what concerns a backup on the backup.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from ministack.core import iam_actions

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


def _install(_settings: Settings) -> None:
    wrap(iam_actions, "dynamodb_resource_arns", _resources)


FILL = Fill(
    name="dynamodb_permissions",
    requires=("ministack.core.iam_actions.dynamodb_resource_arns",),
    install=_install,
)
