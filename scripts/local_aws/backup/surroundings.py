"""What AWS Backup uses of other services, as MiniStack has them: IAM, KMS, DynamoDB, EventBridge, SNS."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import EvalContext
from ministack.core.responses import request_scope
from ministack.services import dynamodb, eventbridge, iam, kms, sns

from local_aws.backup import restores
from local_aws.backup.rest_json import Caller
from local_aws.backup.restores import TableError, TableImage
from local_aws.backup.selections import Resource

logger = logging.getLogger("local_aws.backup")

_SERVICE = "backup.amazonaws.com"
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::(?P<account>\d{12}):role/(?:.*/)?(?P<name>[^/]+)")
_SESSION = re.compile(r"arn:aws[a-z-]*:sts::(?P<account>\d{12}):assumed-role/(?P<name>[^/]+)/.+")
MANAGED_KEY_ALIAS = "alias/aws/backup"


class Surroundings:
    """The other services of one account in one region."""

    def __init__(self, account_id: str, region: str) -> None:
        self._account_id = account_id
        self._region = region

    def key_arn(self, key: str) -> str | None:
        """The ARN of the KMS key that an id, alias or ARN names, or None."""
        with request_scope(self._account_id, self._region):
            found = kms._resolve_key(key)
        return found["Arn"] if found else None

    def key_objection(self, key_arn: str | None) -> str | None:
        """Why nothing can be encrypted or decrypted with the key, or None."""
        with request_scope(self._account_id, self._region):
            found = kms._resolve_key(key_arn)
        state = found["KeyState"] if found else "missing"
        return None if state == "Enabled" else f"KMS key {key_arn} is not usable: its state is {state}"

    def role_objection(self, role_arn: str) -> str | None:
        """Why AWS Backup cannot work with the role, or None."""
        match = _ROLE.fullmatch(role_arn)
        role = iam._roles.get_scoped(match["account"], None, match["name"]) if match else None
        if role is None:
            return f"IAM Role {role_arn} does not exist or cannot be assumed by AWS Backup"
        trust = role["AssumeRolePolicyDocument"]
        context = self._context("*", "sts:AssumeRole", role_arn)
        allowed = iam_evaluator.evaluate_resource_policy(trust, context, service=_SERVICE)
        if allowed.decision != "Allow":
            return f"IAM Role {role_arn} cannot be assumed by AWS Backup"
        return None

    def permission_objection(self, role_arn: str, action: str, resource: str) -> str | None:
        """Why the role's own policies do not allow the action, or None."""
        match = _ROLE.fullmatch(role_arn)
        policies = iam_evaluator._gather_role_policies(match["name"], match["account"]) if match else []
        decision = iam_evaluator.evaluate(self._context(role_arn, action, resource), policies).decision
        if decision == "Allow":
            return None
        return f"IAM Role {role_arn} does not have sufficient permissions: {action} on {resource}"

    def denies(self, policy: str | None, principal_arn: str, action: str, resource: str) -> bool:
        """Whether a vault's access policy denies the principal the action."""
        if not policy:
            return False
        context = self._context(_role_of(principal_arn), action, resource)
        decision = iam_evaluator.evaluate_resource_policy(policy, context).decision
        return bool(decision == "Deny")

    def _context(self, principal_arn: str, action: str, resource: str) -> EvalContext:
        kind = "Root" if principal_arn.endswith(":root") else "AssumedRole"
        return EvalContext(
            principal_arn=principal_arn,
            principal_type=kind,
            principal_account=self._account_id,
            action=action,
            resource_arn=resource,
            region=self._region,
            service_context={"aws:sourceaccount": self._account_id},
        )

    def resources(self) -> Iterator[Resource]:
        """Every table, with its tags."""
        with request_scope(self._account_id, self._region):
            tables = list(dynamodb._tables.values())
            tags = {table["TableArn"]: dynamodb._tags.get(table["TableArn"]) or [] for table in tables}
        for arn, pairs in tags.items():
            yield Resource(arn, {pair["Key"]: pair["Value"] for pair in pairs})

    def image(self, table_arn: str) -> TableImage:
        """The table as it is now. Raises TableError."""
        with request_scope(self._account_id, self._region):
            return restores.image_of(table_arn.rpartition("/")[2])

    def start_restore(
        self,
        image: TableImage,
        target: str,
        encryption: Mapping[str, Any] | None,
        source: Mapping[str, Any],
        ready_at: float,
    ) -> str:
        """Start restoring an image to a new table, encrypted as told; the table's ARN. Raises TableError."""
        plain = TableImage({**image.description, "SSEDescription": None}, image.items)
        overrides = {"SSESpecificationOverride": encryption} if encryption else {}
        with request_scope(self._account_id, self._region):
            arn: str = restores.start(plain, target, overrides, source, ready_at)["TableArn"]
        return arn

    def is_restoring(self, table_arn: str) -> bool:
        """Whether the table is still being restored."""
        return restores.is_restoring(self._table(table_arn) or {})

    def tag_table(self, table_arn: str, tags: Mapping[str, str]) -> None:
        """Give a table these tags."""
        with request_scope(self._account_id, self._region):
            dynamodb._tags[table_arn] = [{"Key": key, "Value": value} for key, value in tags.items()]

    def delete_table(self, table_arn: str) -> None:
        """Delete a table, unless it is gone already. Raises TableError when DynamoDB refuses."""
        if self._table(table_arn) is None:
            return
        with request_scope(self._account_id, self._region):
            status, _, body = dynamodb._delete_table({"TableName": table_arn.rpartition("/")[2]})
        if status != 200:
            refusal = json.loads(body)
            raise TableError(refusal["__type"], refusal["message"])

    def _table(self, table_arn: str) -> dict[str, Any] | None:
        with request_scope(self._account_id, self._region):
            table: dict[str, Any] | None = dynamodb._tables.get(table_arn.rpartition("/")[2])
        return table

    def put_event(self, detail_type: str, resources: list[str], detail: Mapping[str, Any]) -> None:
        """Put an event of AWS Backup on the region's default bus."""
        entry = {
            "Source": "aws.backup",
            "DetailType": detail_type,
            "Resources": resources,
            "Detail": json.dumps(detail),
        }
        with request_scope(self._account_id, self._region):
            eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)

    def publish(
        self, topic_arn: str, vault_arn: str, subject: str, message: str, attributes: Mapping[str, str]
    ) -> None:
        """Publish to an SNS topic as AWS Backup; a topic that is gone or does not let it is passed over."""
        typed = {key: {"DataType": "String", "StringValue": value} for key, value in attributes.items()}
        with request_scope(self._account_id, self._region):
            if not sns.topic_policy_allows(topic_arn, _SERVICE, vault_arn, self._account_id):
                logger.warning("topic %s does not let AWS Backup publish", topic_arn)
                return
            sns.publish_internal(topic_arn, message, subject, message_attributes=typed)


def caller_of(account_id: str, region: str, headers: dict[str, str], query: dict[str, Any]) -> Caller:
    """Who makes a request that MiniStack let through."""
    return Caller(account_id, region, iam_evaluator.request_caller_arn(headers, query))


def _role_of(principal_arn: str) -> str:
    """The role's ARN for a session of it, which is what aws:PrincipalArn holds; any other ARN as it is."""
    session = _SESSION.fullmatch(principal_arn)
    return f"arn:aws:iam::{session['account']}:role/{session['name']}" if session else principal_arn
