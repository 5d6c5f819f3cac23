"""What an AWS account has before anybody deploys to it.

- In each region the AWS managed key of DynamoDB, `alias/aws/dynamodb` (AWS KMS developer guide, "AWS
  managed keys"): describing a table's default encryption, and adding a replica, look it up.
- The public hosted zone of the domain, which belongs to the account's owner and not to this project.
"""

from __future__ import annotations

from local_aws.context import Context
from local_aws.fills import Fill

_MANAGED_KEY_ALIAS = "alias/aws/dynamodb"


def _create(context: Context) -> None:
    settings = context.settings
    for region in settings.regions:
        kms = context.client("kms", region)
        description = "Default key that protects my DynamoDB data when no other key is defined"
        key = kms.create_key(Description=description)["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=_MANAGED_KEY_ALIAS, TargetKeyId=key)
    route53 = context.client("route53", settings.default_region)
    route53.create_hosted_zone(Name=settings.domain, CallerReference="local-aws")


FILL = Fill(name="default_resources", on_start=_create)
