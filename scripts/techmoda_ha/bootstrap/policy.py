"""What a state bucket must be, as the S3 API takes it; the reasons stand beside each setting."""

from __future__ import annotations

from typing import Any

OLD_STATES_DAYS = 365
TAGS_OWNER = "ha bootstrap"


def versioning() -> dict[str, Any]:
    """Return: every state that ever was can be had back."""
    return {"Status": "Enabled"}


def public_access_block() -> dict[str, Any]:
    """Return: no policy and no ACL can make it public."""
    return {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }


def ownership() -> dict[str, Any]:
    """Return: ACLs are off."""
    return {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


def encryption(key_arn: str) -> dict[str, Any]:
    """Return: everything in it, the lock as well, is encrypted with the region's own key."""
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn}
    return {"Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]}


def lifecycle() -> dict[str, Any]:
    """Return: old states go in the end (they hold what was deleted since), as do the traces of locks."""
    return {
        "Rules": [
            {
                "ID": "old-states",
                "Status": "Enabled",
                "Filter": {"Prefix": ""},
                "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_STATES_DAYS},
                "Expiration": {"ExpiredObjectDeleteMarker": True},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
            }
        ]
    }


def bucket_policy(bucket: str) -> dict[str, Any]:
    """Return: TLS 1.2 or newer only, and nobody deletes history (expiry by lifecycle may)."""
    everything = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]

    def deny(sid: str, action: str | list[str], condition: dict[str, Any] | None = None) -> dict[str, Any]:
        statement = {"Sid": sid, "Effect": "Deny", "Principal": "*", "Action": action, "Resource": everything}
        return {**statement, "Condition": condition} if condition else statement

    return {
        "Version": "2012-10-17",
        "Statement": [
            deny("TlsOnly", "s3:*", {"Bool": {"aws:SecureTransport": "false"}}),
            deny("Tls12AtLeast", "s3:*", {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
            deny("KeepHistory", ["s3:DeleteBucket", "s3:DeleteObjectVersion"]),
        ],
    }


def tags(name: str) -> list[dict[str, str]]:
    """Return the tags that tell whose it is."""
    return [
        {"Key": "Application", "Value": name},
        {"Key": "ManagedBy", "Value": TAGS_OWNER},
        {"Key": "Purpose", "Value": "terraform-state"},
    ]
