"""What an AWS account has before anybody deploys to it.

- In each region the AWS managed key of DynamoDB, `alias/aws/dynamodb` (AWS KMS developer guide, "AWS
  managed keys"): describing a table's default encryption, and adding a replica, look it up.
- A key whose alias begins with `alias/aws/` says that AWS manages it (DescribeKey, KeyManager).
- The public hosted zone of the domain, which belongs to the account's owner and not to this project.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import kms as ministack_kms

from local_aws.context import Context
from local_aws.fills import Fill
from local_aws.fills.patching import wrap
from local_aws.settings import Settings

_MANAGED_KEY_ALIAS = "alias/aws/dynamodb"
_MANAGED_PREFIX = "alias/aws/"


def _create(context: Context) -> None:
    settings = context.settings
    for region in settings.regions:
        kms = context.client("kms", region)
        description = "Default key that protects my DynamoDB data when no other key is defined"
        key = kms.create_key(Description=description)["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=_MANAGED_KEY_ALIAS, TargetKeyId=key)
    route53 = context.client("route53", settings.default_region)
    route53.create_hosted_zone(Name=settings.domain, CallerReference="local-aws")


def _metadata(original: Callable[..., dict[str, Any]], record: Mapping[str, Any]) -> dict[str, Any]:
    metadata = original(record)
    managed = {key for arn, key in ministack_kms._aliases.items() if f":{_MANAGED_PREFIX}" in arn}
    if record["KeyId"] in managed:
        metadata["KeyManager"] = "AWS"
    return metadata


def _install(_settings: Settings) -> None:
    wrap(ministack_kms, "_key_metadata", _metadata)


FILL = Fill(
    name="default_resources",
    requires=("ministack.services.kms._aliases", "ministack.services.kms._key_metadata"),
    install=_install,
    on_start=_create,
)
