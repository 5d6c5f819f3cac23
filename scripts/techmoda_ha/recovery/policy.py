"""The rights that recovery needs, as an IAM policy: no more than its commands use. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

RESTORED_SUFFIX = "-as-of-*"  # What reconcile calls the tables that it restores.


def policy(
    region: str, account: str, table: str, erasure_table: str | None, at_scale: tuple[str, str] | None = None
) -> dict[str, Any]:
    """Return the policy for one table in one region.

    `at_scale` are the ARN of the state machine that repairs at scale and the name of its bucket.

    The rights on restored tables are those that the developer guide asks of whoever restores ("IAM policy
    to restore a table"), and those to read and delete them. Keys are used by DynamoDB for the caller.
    """
    base = f"arn:aws:dynamodb:{region}:{account}:table"
    live, restored = f"{base}/{table}", f"{base}/{table}{RESTORED_SUFFIX}"
    statements = [
        _allow("Look", ["DescribeTable"], [live, restored]),
        _allow("ReadTheStream", ["DescribeStream", "GetRecords", "GetShardIterator"], [f"{live}/stream/*"]),
        _allow("Compare", ["GetItem", "Scan"], [live, restored]),
        _allow("Repair", ["DeleteItem", "PutItem"], [live]),
        _allow("Restore", ["RestoreTableToPointInTime"], [live, restored]),
        _allow(
            "FillTheRestored", ["BatchWriteItem", "DeleteItem", "PutItem", "Query", "UpdateItem"], [restored]
        ),
        _allow("DeleteTheRestored", ["DeleteTable"], [restored]),
        {
            "Sid": "UseTheTablesKey",
            "Effect": "Allow",
            "Action": ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"],
            "Resource": f"arn:aws:kms:{region}:{account}:key/*",
            "Condition": {"StringEquals": {"kms:ViaService": f"dynamodb.{region}.amazonaws.com"}},
        },
    ]
    if erasure_table:
        log = f"{base}/{erasure_table}"
        statements.insert(4, _allow("HeedErasures", ["BatchGetItem", "ConditionCheckItem"], [log]))
    if at_scale:
        statements += _at_scale(region, account, *at_scale)
    return {"Version": "2012-10-17", "Statement": statements}


def _at_scale(region: str, account: str, machine: str, bucket: str) -> list[dict[str, Any]]:
    """Return the rights to start a repair at scale, to follow and to stop it, and to fetch what it left."""
    name, states = machine.rpartition(":")[2], f"arn:aws:states:{region}:{account}"
    running = ["DescribeExecution", "ListMapRuns", "StopExecution"]
    runs = f"arn:aws:s3:::{bucket}"
    keys = f"arn:aws:kms:{region}:{account}:key/*"
    through_s3 = {"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}}
    return [
        _allow("RepairAtScale", ["ListExecutions", "StartExecution"], [machine], "states"),
        _allow("FollowIt", running, [f"{states}:execution:{name}:*"], "states"),
        _allow("FollowItsMaps", ["DescribeMapRun"], [f"{states}:mapRun:{name}/*"], "states"),
        _allow("FetchItsPlans", ["GetObject", "PutObject"], [f"{runs}/runs/*"], "s3"),
        _allow("KnowItsRuns", ["ListBucket"], [runs], "s3"),
        {
            **_allow("ReadItsPlans", ["Decrypt", "GenerateDataKey"], [keys], "kms"),
            "Condition": through_s3,
        },
    ]


def _allow(
    name: str, actions: Sequence[str], resources: Sequence[str], service: str = "dynamodb"
) -> dict[str, Any]:
    return {
        "Sid": name,
        "Effect": "Allow",
        "Action": [f"{service}:{action}" for action in actions],
        "Resource": list(resources),
    }
