"""Which resource a call of AWS Backup is about, and the role that it passes, when IAM is enforced.

Contract: Service Authorization Reference, "Actions, resources, and condition keys for AWS Backup". What
concerns a recovery point is authorized on the recovery point, what concerns a vault, a plan or anything
tagged on that, and all else on "*". Whoever gives AWS Backup a role needs iam:PassRole on it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from ministack.core import iam_actions
from ministack.core.responses import error_response_json
from ministack.core.router import extract_access_key_id
from ministack.services import backup

from local_aws.fills import Fill, permissions
from local_aws.fills.patching import Answer, wrap
from local_aws.settings import Settings

_RECOVERY_POINT = re.compile(
    r"/backup-vaults/[^/]+/recovery-points/(?P<arn>.+?)"
    r"(?:/restore-metadata|/index|/disassociate|/parentAssociation)?/?"
)
_VAULT = re.compile(r"/backup-vaults/(?P<name>[^/]+)(?:/.*)?")
_PLAN = re.compile(r"/backup/plans/(?P<id>[^/]+)(?:/.*)?")
_TAGGED = re.compile(r"/(?:tags|untag)/(?P<arn>.+?)/?")
_ROLE_HOLDERS = ("BackupSelection", "RestoreTestingSelection")


def resource_of(path: str, body: bytes, region: str, account_id: str) -> str:
    """The ARN of the resource on which a call is authorized, or "*"."""
    for pattern in (_RECOVERY_POINT, _TAGGED):
        if (found := pattern.fullmatch(path)) and found["arn"].startswith("arn:"):
            return found["arn"]
    prefix = f"arn:aws:backup:{region}:{account_id}"
    if found := _VAULT.fullmatch(path):
        return f"{prefix}:backup-vault:{found['name']}"
    if found := _PLAN.fullmatch(path):
        return f"{prefix}:backup-plan:{found['id']}"
    document = _document(body)
    if "RecoveryPointArn" in document:
        return str(document["RecoveryPointArn"])
    if "BackupVaultName" in document:
        return f"{prefix}:backup-vault:{document['BackupVaultName']}"
    return "*"


def passed_roles(body: bytes) -> Iterator[str]:
    """The ARNs of the roles that a call gives to AWS Backup."""
    document = _document(body)
    for holder in (document, *(document.get(name) or {} for name in _ROLE_HOLDERS)):
        if role := holder.get("IamRoleArn"):
            yield str(role)


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body or b"{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _extract(original: Callable[..., str], service: str, *request: Any) -> str:
    if service != "backup":
        return original(service, *request)
    _, path, _, body, _, region, account_id = request
    return resource_of(path, body, region, account_id)


async def _require_pass_role(original: Callable[..., Any], *request: Any) -> Answer:
    _, _, headers, body, query = request
    for role in passed_roles(body):
        passing = {"iam__PassedToService": "backup.amazonaws.com"}
        who = permissions.denial(extract_access_key_id(headers, query), "iam:PassRole", role, **passing)
        if who:
            message = f"User: {who} is not authorized to perform: iam:PassRole on resource: {role}"
            refusal: Answer = error_response_json("AccessDeniedException", message, 403)
            return refusal
    answer: Answer = await original(*request)
    return answer


def _install(_settings: Settings) -> None:
    wrap(iam_actions, "extract_resource_arn", _extract)
    wrap(backup, "handle_request", _require_pass_role)


FILL = Fill(
    name="backup_permissions",
    requires=(
        "ministack.core.iam_actions.extract_resource_arn",
        "ministack.core.router.extract_access_key_id",
        "ministack.services.backup.handle_request",
        *permissions.REQUIRES,
    ),
    install=_install,
)
