"""The state bucket: made once, set right when it differs, found by a name that nobody writes down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from techmoda_ha.bootstrap.backend import StateBackend
from techmoda_ha.bootstrap.bucket import StateBucket
from techmoda_ha.bootstrap.location import StateLocation, backend_text, parse_backend, text_input
from techmoda_ha.environments import Environment, Workspace
from techmoda_ha.errors import HaError

ACCOUNT = "123456789012"
DR = StateLocation("dr", ACCOUNT, "us-west-2", "techmoda-api")
INPUTS = """variable "name" {
  description = "Prefix of every name."
  type        = string
  default     = "techmoda-api"
}

variable "primary_region" {
  default = "us-east-1"
}

variable "dr_region" {
  default = "us-west-2"

  validation {}
}
"""


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield


@pytest.fixture
def bucket(account: None) -> StateBucket:
    return StateBucket(DR, *(boto3.client(name, region_name=DR.region) for name in ("s3", "kms")))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    for environment in Environment:
        (tmp_path / "envs" / environment).mkdir(parents=True)
        (tmp_path / "envs" / environment / "shared_variables.tf").write_text(INPUTS)
    return Workspace(tmp_path, tmp_path / "build")


def backend(workspace: Workspace, **variables: str) -> StateBackend:
    folder = str(workspace.build / "state" / "aws")
    return StateBackend(workspace, Environment.DR, {"HA_STATE_DIR": folder, "HA_TARGET": "aws", **variables})


def test_a_new_bucket_is_private_versioned_encrypted_by_its_own_key_and_tls_only(bucket: StateBucket) -> None:
    assert bucket.ensure()
    name = DR.bucket
    assert bucket.s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert all(bucket.s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
    (rule,) = bucket.s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    key = bucket.kms.describe_key(KeyId=DR.key_alias)["KeyMetadata"]
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == key["Arn"]
    assert bucket.kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]
    policy = json.loads(bucket.s3.get_bucket_policy(Bucket=name)["Policy"])
    denied = {statement["Sid"]: statement for statement in policy["Statement"]}
    assert denied["TlsOnly"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert {statement["Effect"] for statement in policy["Statement"]} == {"Deny"}
    assert bucket.s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert bucket.s3.get_bucket_location(Bucket=name)["LocationConstraint"] == "us-west-2"


def test_a_second_run_changes_nothing(bucket: StateBucket) -> None:
    bucket.ensure()
    assert bucket.ensure() == []


def test_what_somebody_changed_by_hand_is_set_right_and_nothing_else(bucket: StateBucket) -> None:
    bucket.ensure()
    bucket.s3.put_bucket_versioning(Bucket=DR.bucket, VersioningConfiguration={"Status": "Suspended"})
    bucket.s3.delete_bucket_policy(Bucket=DR.bucket)
    assert bucket.ensure() == ["versioning", "TLS only, history kept"]


def test_two_bootstraps_at_once_end_with_one_key(
    bucket: StateBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.ensure()
    kept = bucket.kms.describe_key(KeyId=DR.key_alias)["KeyMetadata"]["KeyId"]
    seen = iter([None])  # the slower one looked before the faster one had made its key
    real = StateBucket._key_arn
    monkeypatch.setattr(StateBucket, "_key_arn", lambda self: next(seen, "later") and real(self))
    bucket.ensure()
    states = {key["KeyId"]: bucket.kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"]
              for key in bucket.kms.list_keys()["Keys"]}  # fmt: skip
    assert [key for key, state in states.items() if state == "Enabled"] == [kept]
    assert len(states) == 2


def test_a_bucket_name_of_another_account_is_said_to_be_one(
    bucket: StateBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "BucketAlreadyExists", "Message": ""}}, "CreateBucket")

    monkeypatch.setattr(bucket.s3, "create_bucket", refuse)
    with pytest.raises(HaError, match="is another account's"):
        bucket.ensure()


def test_a_name_that_s3_would_refuse_is_refused_first() -> None:
    long = StateLocation("dr", ACCOUNT, "ap-northeast-1", "a" * 30)
    with pytest.raises(HaError, match="longer than 63"):
        long.require_valid()


def test_state_lies_in_the_environments_own_region_locked_and_encrypted_by_a_key_there() -> None:
    settings = DR.backend
    assert settings["region"] == "us-west-2"
    assert str(settings["kms_key_id"]).startswith("arn:aws:kms:us-west-2:")
    assert settings["use_lockfile"] is settings["encrypt"] is True


def test_backend_settings_are_read_as_they_were_written() -> None:
    assert parse_backend(backend_text(DR.backend)) == DR.backend


@pytest.mark.parametrize("text", ["", 'bucket = "x"\n', "bucket = oops\nkey = 1\nregion = 2\n"])
def test_broken_backend_settings_are_not_taken(text: str) -> None:
    with pytest.raises(ValueError, match=r"must stand in it|Expecting value"):
        parse_backend(text)


def test_an_input_is_taken_as_terraform_takes_it(workspace: Workspace) -> None:
    folder = workspace.environment_dir(Environment.DR)
    assert text_input(folder, "name", {}, use_values_file=True) == "techmoda-api"
    given = {"TF_VAR_name": "from-variable"}
    assert text_input(folder, "name", given, use_values_file=True) == "from-variable"
    (folder / "aws.tfvars").write_text('tags = {\n  name = "no"\n}\nname = "from-file"\n')
    assert text_input(folder, "name", given, use_values_file=True) == "from-file"
    assert text_input(folder, "name", given, use_values_file=False) == "from-variable"


def test_an_input_without_a_value_is_named(workspace: Workspace) -> None:
    with pytest.raises(HaError, match="envs/dr has no value for `owner`"):
        text_input(workspace.environment_dir(Environment.DR), "owner", {}, use_values_file=True)


def test_without_a_bucket_a_real_account_is_told_to_make_one(workspace: Workspace, account: None) -> None:
    with pytest.raises(HaError, match=f"no state bucket yet: {DR.bucket}") as caught:
        backend(workspace).settings()
    assert caught.value.next_step == "Make it: make bootstrap ENV=dr TARGET=aws"


def test_a_throw_away_account_gets_its_bucket_by_itself(workspace: Workspace, account: None) -> None:
    where = backend(workspace, HA_BOOTSTRAP="auto")
    assert where.settings() == DR.backend
    assert where.bucket().exists()


def test_a_bucket_that_is_there_is_found_without_any_file(workspace: Workspace, bucket: StateBucket) -> None:
    bucket.ensure()
    where = backend(workspace)
    assert where.settings() == DR.backend
    assert parse_backend(where.file.read_text()) == DR.backend


def test_a_bucket_that_does_not_answer_is_told_at_once(workspace: Workspace, bucket: StateBucket) -> None:
    bucket.ensure()
    where = backend(workspace)
    where.answering_settings()
    bucket.s3.delete_bucket_policy(Bucket=DR.bucket)
    bucket.s3.delete_bucket(Bucket=DR.bucket)
    with pytest.raises(HaError, match="in us-west-2 does not answer"):
        where.answering_settings()


def test_a_state_left_on_this_machine_is_never_passed_over(workspace: Workspace, bucket: StateBucket) -> None:
    bucket.ensure()
    where = backend(workspace)
    where.local_state.parent.mkdir(parents=True)
    where.local_state.write_text('{"version": 4}')
    with pytest.raises(HaError, match="still lies on this machine") as caught:
        where.settings()
    assert "ha bootstrap --env dr --target aws --migrate-state" in caught.value.next_step
