"""KMS's contract for multi-Region HMAC keys. On AWS these tests pass as well."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from local_aws.testing import LocalAws


@pytest.fixture
def key_id(aws: LocalAws) -> Iterator[str]:
    """A multi-Region HMAC key of us-east-1 with a replica in us-west-2."""
    kms = aws.client("kms", "us-east-1")
    made = kms.create_key(MultiRegion=True, KeyUsage="GENERATE_VERIFY_MAC", KeySpec="HMAC_256")
    key_id: str = made["KeyMetadata"]["KeyId"]
    kms.replicate_key(KeyId=key_id, ReplicaRegion="us-west-2")
    yield key_id
    aws.client("kms", "us-west-2").schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)


def mac(aws: LocalAws, region: str, key_id: str, message: bytes = b"cursor") -> bytes:
    answer = aws.client("kms", region).generate_mac(
        KeyId=key_id, Message=message, MacAlgorithm="HMAC_SHA_256"
    )
    return bytes(answer["Mac"])


def test_both_regions_make_the_same_mac(aws: LocalAws, key_id: str) -> None:
    assert mac(aws, "us-east-1", key_id) == mac(aws, "us-west-2", key_id)


def test_one_region_verifies_what_the_other_made(aws: LocalAws, key_id: str) -> None:
    made = mac(aws, "us-east-1", key_id)
    verify = aws.client("kms", "us-west-2").verify_mac
    request = {"KeyId": key_id, "MacAlgorithm": "HMAC_SHA_256", "Mac": made}
    assert verify(Message=b"cursor", **request)["MacValid"] is True
    with pytest.raises(ClientError) as error:
        verify(Message=b"forged", **request)
    assert error.value.response["Error"]["Code"] == "KMSInvalidMacException"


def test_each_region_has_an_alias_of_its_own_for_the_key(aws: LocalAws, key_id: str) -> None:
    alias = f"alias/cursor-{key_id[-8:]}"
    for region in ("us-east-1", "us-west-2"):
        aws.client("kms", region).create_alias(AliasName=alias, TargetKeyId=key_id)
    assert mac(aws, "us-east-1", alias) == mac(aws, "us-west-2", alias)
    for region in ("us-east-1", "us-west-2"):
        aws.client("kms", region).delete_alias(AliasName=alias)


def test_a_key_behind_an_alias_of_aws_is_managed_by_aws(aws: LocalAws) -> None:
    kms = aws.client("kms", "us-east-1")
    own = kms.create_key()["KeyMetadata"]
    managed = kms.describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]
    assert (managed["KeyManager"], own["KeyManager"]) == ("AWS", "CUSTOMER")
