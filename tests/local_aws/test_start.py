"""What a start requires, and what exists after it."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from local_aws import client, fills, preflight, testing
from local_aws.fills import Fill
from local_aws.settings import Settings
from local_aws.testing import LocalAws


def test_every_fill_is_installed(aws: LocalAws) -> None:
    assert len(client.status(aws.settings)["fills"]) == len(fills.FILLS)


@pytest.mark.parametrize(
    "missing", ["ministack.services.kms._moved", "ministack.services.moved", "ministack.app.app.moved"]
)
def test_a_moved_internal_is_named_with_the_fill_and_the_version(missing: str) -> None:
    with pytest.raises(
        fills.MissingInternalError, match=rf"fill 'keys' needs {missing}, which MiniStack 1\.5"
    ):
        fills.check(Fill(name="keys", requires=("ministack.app.app", missing)))


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2"])
def test_each_region_has_the_managed_key_of_dynamodb(aws: LocalAws, region: str) -> None:
    key = aws.client("kms", region).describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]
    assert (key["Enabled"], key["Arn"].split(":")[3]) == (True, region)


def test_the_domain_has_a_public_hosted_zone(aws: LocalAws) -> None:
    zones = aws.client("route53", "us-east-1").list_hosted_zones()["HostedZones"]
    zone = next(zone for zone in zones if zone["Name"] == "techmoda.example.")
    assert zone["Config"]["PrivateZone"] is False


def test_signed_calls_belong_to_the_one_account(aws: LocalAws) -> None:
    assert aws.client("sts", "us-west-2").get_caller_identity()["Account"] == "111111111111"


def test_with_auth_an_unknown_key_is_refused_and_without_a_policy_nothing_is_allowed(test_dir: Path) -> None:
    with testing.started(test_dir, auth=True) as aws:
        iam = aws.client("iam", "us-east-1")
        iam.create_user(UserName="nobody")
        key = iam.create_access_key(UserName="nobody")["AccessKey"]
        as_nobody = aws.client("dynamodb", "us-east-1", keys=(key["AccessKeyId"], key["SecretAccessKey"]))
        with pytest.raises(ClientError, match="AccessDenied"):
            as_nobody.list_tables()
        with pytest.raises(ClientError, match="security token included in the request is invalid"):
            aws.client("dynamodb", "us-east-1", keys=("AKIAUNKNOWN", "secret")).list_tables()
        aws.client("dynamodb", "us-east-1").list_tables()


@pytest.fixture
def bind_errors(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, int]], None]:
    """Make binding fail at some addresses; no machine of the tests has all the faults."""

    def fail(errors: dict[str, int]) -> None:
        monkeypatch.setattr(preflight, "_bind_error", lambda listener: errors.get(listener.address, 0))

    return fail


def test_missing_addresses_are_named_with_the_command_that_adds_them_on_macos(
    bind_errors: Callable[[dict[str, int]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    bind_errors({"127.0.0.2": errno.EADDRNOTAVAIL, "127.0.0.3": errno.EADDRNOTAVAIL})
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(preflight.PreflightError) as refused:
        preflight.require_addresses(Settings(Path("unused")))
    assert "no loopback address 127.0.0.2 and 127.0.0.3" in str(refused.value)
    assert "sudo ifconfig lo0 alias 127.0.0.2 && sudo ifconfig lo0 alias 127.0.0.3" in str(refused.value)


def test_a_privileged_port_is_refused_with_the_next_step(
    bind_errors: Callable[[dict[str, int]], None],
) -> None:
    bind_errors({"127.0.0.1": errno.EACCES})
    with pytest.raises(preflight.PreflightError, match="port 443 needs privileges"):
        preflight.require_addresses(Settings(Path("unused"), port=443))
