"""The function's role has what the code calls and nothing more, action by action."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CODE = ROOT / "lambda_src" / "backup_manager"
PERMISSIONS = ROOT / "modules" / "backup" / "modules" / "manager" / "permissions.tf"
# Which service a module's client is of, where the client's name does not say it.
SERVICES = {
    "alarms.py": "cloudwatch",
    "backups.py": "backup",
    "scaling.py": "application-autoscaling",
    "comparison.py": "dynamodb",
    "erasures.py": "dynamodb",
    "items.py": "dynamodb",
}
# Restores and encrypted tables ask for these of whoever starts them (DynamoDB developer guide, "Using IAM
# with DynamoDB backup and restore", "DynamoDB encryption at rest usage notes"); a restore job, for its role.
ASKED_BY_AWS = {
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
    "iam:PassRole",
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
}
CALL = re.compile(
    r"self\._?(dynamodb|backup|client)\.(?:get_paginator\(\s*\"(\w+)\"|(?!exceptions|get_paginator)(\w+)\()"
)


def called(text: str, file: str) -> set[str]:
    """The actions that a module of the code calls."""
    found = set()
    for client, paginated, direct in CALL.findall(text):
        service = SERVICES[file] if client == "client" else client
        name = "".join(part.capitalize() for part in (paginated or direct).split("_"))
        found.add(f"{service}:{name}")
    return found


def all_called() -> set[str]:
    return {action for file in CODE.glob("*.py") for action in called(file.read_text(), file.name)}


def allowed() -> set[str]:
    """The actions that Terraform allows the role, besides those that every function has."""
    text = re.sub(r"#.*", "", PERMISSIONS.read_text())
    lists = re.findall(r"(?:actions|unscoped_actions)\s*=\s*\[(.*?)\]", text, re.DOTALL)
    return {action for one in lists for action in re.findall(r'"([a-z-]+:\w+)"', one)}


def test_every_action_that_the_code_calls_is_allowed() -> None:
    assert all_called() - allowed() == set()


def test_nothing_is_allowed_that_neither_the_code_nor_aws_asks_for() -> None:
    assert allowed() - all_called() - ASKED_BY_AWS == set()


def test_the_code_is_read_as_it_is_written() -> None:
    text = 'self._client.get_paginator("list_tables")\nself._dynamodb.update_time_to_live(\nself.client.scan('
    assert called(text, "items.py") == {
        "dynamodb:ListTables",
        "dynamodb:UpdateTimeToLive",
        "dynamodb:Scan",
    }
    assert len(all_called()) > 15
