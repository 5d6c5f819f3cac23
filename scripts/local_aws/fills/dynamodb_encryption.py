"""Who reads or writes a table with a customer managed key must be allowed to use the key.

Contract: "Authorizing use of your customer managed key" in the DynamoDB developer guide: DynamoDB decrypts
the table's key for the caller, who needs kms:Decrypt, with the condition key kms:ViaService naming
DynamoDB in the region. It matters only when IAM is enforced.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, get_region
from ministack.core.router import extract_access_key_id
from ministack.services import dynamodb, kms

from local_aws.fills import Fill
from local_aws.fills.patching import Answer, wrap
from local_aws.fills.permissions import REQUIRES, denial, enforced
from local_aws.settings import Settings

_MANAGED = "alias/aws/dynamodb"
_ITEM_OPERATIONS = frozenset(
    {
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    }
)


async def _handle(original: Callable[..., Any], *request: Any) -> Answer:
    _method, _path, headers, body, query = request
    if enforced() and headers.get("x-amz-target", "").rpartition(".")[2] in _ITEM_OPERATIONS:
        for table in set(_tables(json.loads(body or b"{}"))):
            if refusal := _refusal(extract_access_key_id(headers, query), table):
                return refusal
    answer: Answer = await original(*request)
    return answer


def _tables(request: Mapping[str, Any]) -> Iterator[str]:
    """The names of the tables that a request for items names."""
    if "TableName" in request:
        yield dynamodb._normalize_table_name(request["TableName"])
    for name in request.get("RequestItems") or {}:
        yield dynamodb._normalize_table_name(name)
    for item in request.get("TransactItems") or []:
        for action in item.values():
            yield dynamodb._normalize_table_name(action["TableName"])


def _refusal(access_key: str, table: str) -> Answer | None:
    encryption = (dynamodb._tables.get(table) or {}).get("SSEDescription") or {}
    key = encryption.get("KMSMasterKeyArn", "")
    managed = kms._resolve_key(_MANAGED) or {}
    if not key or key == managed.get("Arn"):
        return None
    denied = denial(
        access_key or "",
        "kms:Decrypt",
        key,
        kms__ViaService=f"dynamodb.{get_region()}.amazonaws.com",
        kms__CallerAccount=get_account_id(),
    )
    if denied is None:
        return None
    message = (
        f"User: {denied} is not authorized to perform: kms:Decrypt on resource: {key} "
        "because no identity-based policy allows the kms:Decrypt action"
    )
    refusal: Answer = error_response_json("AccessDeniedException", message, 400)
    return refusal


def _install(_settings: Settings) -> None:
    wrap(dynamodb, "handle_request", _handle)


FILL = Fill(
    name="dynamodb_encryption",
    requires=(
        *REQUIRES,
        "ministack.core.router.extract_access_key_id",
        "ministack.services.dynamodb._normalize_table_name",
        "ministack.services.dynamodb._tables",
        "ministack.services.dynamodb.handle_request",
        "ministack.services.kms._resolve_key",
    ),
    install=_install,
)
