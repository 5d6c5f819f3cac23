"""Every action that the pipeline's roles may do is one of AWS: a misspelt permission would be missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any

import pytest
import yaml
from botocore.loaders import Loader
from botocore.model import ServiceModel

POLICIES = sorted((Path(__file__).resolve().parents[3] / "modules" / "pipeline" / "policies").glob("*.yaml"))
CLIENTS = {"states": "stepfunctions"}
# Where a permission is not named as the API operation that needs it (Service Authorization Reference).
OTHERS = {
    "apigateway:DELETE",
    "apigateway:GET",
    "apigateway:PATCH",
    "apigateway:POST",
    "apigateway:PUT",
    "apigateway:SetWebACL",
    "apigateway:UpdateRestApiPolicy",
    "backup-storage:MountCapsule",
    "dynamodb:CreateTableReplica",
    "dynamodb:DeleteTableReplica",
    "iam:PassRole",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "s3:GetAccelerateConfiguration",
    "s3:GetBucketCORS",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
}


def statements(file: Path) -> list[dict[str, Any]]:
    values = {
        "name": "shop",
        "account": "123456789012",
        "partition": "aws",
        "pipeline": "shop-pipeline",
        "short_name": "shop",
    }
    found: list[dict[str, Any]] = yaml.safe_load(Template(file.read_text()).substitute(values))
    return found


def operations(client: str) -> list[str]:
    loader = Loader()
    if client not in loader.list_available_services("service-2"):
        return []
    names: list[str] = ServiceModel(loader.load_service_model(client, "service-2")).operation_names
    return names


def unknown(actions: list[str]) -> Iterator[str]:
    """Yield every action that is neither an operation of its service nor one of the named others."""
    for action in actions:
        service, name = action.split(":")
        client = CLIENTS.get(service, service)
        if action not in OTHERS and name not in operations(client):
            yield action


@pytest.mark.parametrize("file", POLICIES, ids=[file.stem for file in POLICIES])
def test_every_action_is_one_of_aws(file: Path) -> None:
    actions = [action for statement in statements(file) for action in statement["Action"]]
    assert actions
    assert list(unknown(actions)) == []


def test_a_misspelt_action_is_found() -> None:
    wrong = ["lambda:UpdateAlia", "lamda:UpdateAlias"]
    assert list(unknown([*wrong, "lambda:UpdateAlias", "iam:PassRole"])) == wrong


@pytest.mark.parametrize("file", POLICIES, ids=[file.stem for file in POLICIES])
def test_statements_are_named_once(file: Path) -> None:
    names = [statement["Sid"] for statement in statements(file)]
    assert len(names) == len(set(names))
