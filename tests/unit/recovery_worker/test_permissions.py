"""The function's role has what the code calls and nothing more, action by action."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CODE = [
    *(ROOT / "lambda_src" / "recovery_worker").glob("*.py"),
    *(ROOT / "scripts" / "techmoda_recovery").glob("*.py"),
]
PERMISSIONS = ROOT / "modules" / "recovery-at-scale" / "permissions.tf"
# A transaction is authorized action by action; encrypted tables and buckets ask whoever calls for their key,
# and S3 says of a missing object that it is missing only to those who may list (their developer guides).
ASKED_BY_AWS = {"dynamodb:ConditionCheckItem", "kms:Decrypt", "kms:GenerateDataKey", "s3:ListBucket"}
NOT_ACTIONS = {"dynamodb:TransactWriteItems"}
CALL = re.compile(r"(?:self\.(?:dynamodb|s3|client)|client)\.(?!exceptions|get_paginator)(\w+)\(")


def called() -> set[str]:
    """The actions that the code calls, by the service whose operations are so named."""
    found = set()
    for file in CODE:
        for call in CALL.findall(file.read_text()):
            name = "".join(part.capitalize() for part in call.split("_"))
            found.add(f"{'s3' if name.endswith('Object') else 'dynamodb'}:{name}")
    return found - NOT_ACTIONS


def allowed() -> set[str]:
    """The actions that Terraform allows the role, besides those that every function has."""
    text = re.sub(r"#.*", "", PERMISSIONS.read_text())
    lists = re.findall(r"actions\s*=\s*\[(.*?)\]", text, re.DOTALL)
    return {action for one in lists for action in re.findall(r'"([a-z0-9-]+:\w+)"', one)}


def test_the_role_has_every_action_that_the_code_calls() -> None:
    assert called() - allowed() == set()


def test_the_role_has_no_action_that_nothing_calls() -> None:
    assert allowed() - called() - ASKED_BY_AWS == set()


def test_calls_are_found() -> None:
    assert {"dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:Scan", "s3:PutObject"} <= called()
