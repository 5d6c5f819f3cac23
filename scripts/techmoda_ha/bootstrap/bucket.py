"""Make the state bucket and its key what they must be, changing only what differs; safe to run again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from techmoda_ha.bootstrap import policy
from techmoda_ha.bootstrap.location import StateLocation
from techmoda_ha.errors import HaError

NO_LOCATION_CONSTRAINT = "us-east-1"  # S3 refuses a location constraint that names it.
ABSENT = {
    "404",
    "NoSuchBucket",
    "NoSuchBucketPolicy",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "NoSuchTagSet",
    "NotFoundException",
    "OwnershipControlsNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
}
KEY_WAITING_DAYS = 7  # KMS's least


@dataclass(frozen=True)
class Setting:
    """One thing that the bucket must have: how to read it, what it must be, and how to set it."""

    name: str
    read: Callable[[], Any]
    wanted: Any
    write: Callable[[], Any]

    def ensure(self) -> str | None:
        """Set it where it differs, and return what was done then."""
        if _or_none(self.read) == self.wanted:
            return None
        self.write()
        return self.name


@dataclass(frozen=True)
class StateBucket:
    """A state bucket and its key, with clients of S3 and KMS in its region."""

    location: StateLocation
    s3: Any
    kms: Any

    def exists(self) -> bool:
        """Tell whether the bucket is there and this account's; an AWS error is raised as it is."""
        answer = _or_none(lambda: self.s3.head_bucket(**self._owned))
        return answer is not None

    def ensure(self) -> list[str]:
        """Make what is missing, set right what differs, and return what was done in words.

        Raises HaError when the name is another account's, and AWS's own errors.
        """
        self.location.require_valid()
        done: list[str] = []
        key_arn = self._ensure_key(done)
        self._ensure_bucket(done)
        done += [said for setting in self._settings(key_arn) if (said := setting.ensure())]
        return done

    @property
    def _owned(self) -> dict[str, str]:
        return {"Bucket": self.location.bucket, "ExpectedBucketOwner": self.location.account}

    def _ensure_key(self, done: list[str]) -> str:
        arn = self._key_arn()
        if arn is None:
            arn = self._make_key()
            done.append(f"key {self.location.key_alias}")
        if not self.kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"]:
            self.kms.enable_key_rotation(KeyId=arn)
            done.append("yearly rotation of the key")
        return arn

    def _key_arn(self) -> str | None:
        described = _or_none(lambda: self.kms.describe_key(KeyId=self.location.key_alias))
        return str(described["KeyMetadata"]["Arn"]) if described else None

    def _make_key(self) -> str:
        tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in policy.tags(self.location.name)]
        description = f"Encrypts the Terraform state of {self.location.name} in {self.location.region}"
        made = self.kms.create_key(Description=description, Tags=tags)["KeyMetadata"]
        try:
            self.kms.create_alias(AliasName=self.location.key_alias, TargetKeyId=made["KeyId"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "AlreadyExistsException":
                raise
            # Somebody else's bootstrap was faster: theirs is the key.
            self.kms.schedule_key_deletion(KeyId=made["KeyId"], PendingWindowInDays=KEY_WAITING_DAYS)
            return self._key_arn() or str(made["Arn"])
        return str(made["Arn"])

    def _ensure_bucket(self, done: list[str]) -> None:
        if self.exists():
            return
        region = self.location.region
        constraint = {"CreateBucketConfiguration": {"LocationConstraint": region}}
        try:
            self.s3.create_bucket(
                Bucket=self.location.bucket, **(constraint if region != NO_LOCATION_CONSTRAINT else {})
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "BucketAlreadyExists":
                raise HaError(
                    f"The bucket name {self.location.bucket} is another account's.",
                    "Give the deployment another name (the input `name`).",
                ) from error
            if code != "BucketAlreadyOwnedByYou":  # made by somebody else's bootstrap meanwhile
                raise
        done.append(f"bucket {self.location.bucket}")

    def _settings(self, key_arn: str) -> list[Setting]:
        s3, owned = self.s3, self._owned
        statements = policy.bucket_policy(self.location.bucket)
        wanted_tags = policy.tags(self.location.name)

        def put(call: Callable[..., Any], parameter: str, value: Any) -> Callable[[], Any]:
            return lambda: call(**owned, **{parameter: value})

        def read(call: Callable[..., Mapping[str, Any]], member: str) -> Callable[[], Any]:
            return lambda: call(**owned).get(member)

        block, ownership = policy.public_access_block(), policy.ownership()
        encryption, lifecycle = policy.encryption(key_arn), policy.lifecycle()

        def tags() -> Any:
            return sorted(s3.get_bucket_tagging(**owned)["TagSet"], key=lambda tag: tag["Key"])

        return [
            Setting("public access blocked",
                    read(s3.get_public_access_block, "PublicAccessBlockConfiguration"),
                    block, put(s3.put_public_access_block, "PublicAccessBlockConfiguration", block)),
            Setting("ACLs off", read(s3.get_bucket_ownership_controls, "OwnershipControls"),
                    ownership, put(s3.put_bucket_ownership_controls, "OwnershipControls", ownership)),
            Setting("versioning", lambda: {"Status": s3.get_bucket_versioning(**owned).get("Status")},
                    policy.versioning(),
                    put(s3.put_bucket_versioning, "VersioningConfiguration", policy.versioning())),
            Setting("encryption with the key",
                    lambda: _essence(s3.get_bucket_encryption(**owned)["ServerSideEncryptionConfiguration"]),
                    encryption,
                    put(s3.put_bucket_encryption, "ServerSideEncryptionConfiguration", encryption)),
            Setting("TLS only, history kept",
                    lambda: json.loads(s3.get_bucket_policy(**owned)["Policy"]),
                    statements, put(s3.put_bucket_policy, "Policy", json.dumps(statements))),
            Setting("expiry of old states",
                    lambda: _rules(s3.get_bucket_lifecycle_configuration(**owned)),
                    lifecycle,
                    put(s3.put_bucket_lifecycle_configuration, "LifecycleConfiguration", lifecycle)),
            Setting("tags", tags, wanted_tags,
                    put(s3.put_bucket_tagging, "Tagging", {"TagSet": wanted_tags})),
        ]  # fmt: skip


def _rules(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {"Rules": answer["Rules"]}


def _essence(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Return an encryption configuration without what S3 adds to it (newer accounts: blocked types)."""
    names = ("ApplyServerSideEncryptionByDefault", "BucketKeyEnabled")
    return {"Rules": [{name: rule.get(name) for name in names} for rule in configuration["Rules"]]}


def _or_none(read: Callable[[], Any]) -> Any:
    """Return what is read, or None where AWS says that there is none."""
    try:
        return read()
    except ClientError as error:
        if error.response["Error"]["Code"] in ABSENT:
            return None
        raise
