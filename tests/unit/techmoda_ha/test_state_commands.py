"""A lock that a dead run left is released knowingly, and a state that was kept gets into its bucket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result
from moto import mock_aws

from techmoda_ha.bootstrap import state_commands
from techmoda_ha.cli import main
from techmoda_ha.delivery.service import OnceLocked

SETTINGS = {"bucket": "states", "key": "envs/dr/terraform.tfstate", "region": "us-west-2"}
LOCK = {"ID": "lock-1", "Operation": "OperationTypeApply", "Who": "ana@laptop", "Created": "2026-01-02"}


class FakeTerraform:
    """Terraform of an environment whose state is in moto's S3; keeps what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.variables: dict[str, str] = {}
        self.unwritten = folder / "dr.errored.tfstate"
        self.backend = SimpleNamespace(settings=lambda: SETTINGS, unwritten_state=self.unwritten)
        self.asked: list[Any] = []

    def init(self, *_: object) -> None:
        self.asked.append("init")

    def unlock_state(self, lock_id: str) -> None:
        self.asked.append(lock_id)

    def push_state(self, file: Path) -> None:
        self.asked.append(file.read_text())

    def pull_state(self) -> dict[str, Any]:
        return {"resources": [{"mode": "managed", "type": "t", "name": "n", "instances": [{}]}]}


@pytest.fixture
def terraform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTerraform]:
    fake = FakeTerraform(tmp_path)
    monkeypatch.setattr(state_commands, "_terraform", lambda *_: fake)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        boto3.client("s3", "us-west-2").create_bucket(
            Bucket="states", CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
        )
        yield fake


def held(text: str = json.dumps(LOCK)) -> None:
    key = f"{SETTINGS['key']}.tflock"
    boto3.client("s3", "us-west-2").put_object(Bucket="states", Key=key, Body=text.encode())


def ha(*arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(main, ["state", *arguments, "--env", "dr"], input=answer)


def test_a_state_that_nobody_holds_needs_no_release(terraform: FakeTerraform) -> None:
    ended = ha("unlock")
    assert (ended.exit_code, terraform.asked) == (0, [])
    assert "nobody holds the state" in ended.output


def test_a_lock_is_released_after_saying_whose_it_was(terraform: FakeTerraform) -> None:
    held()
    ended = ha("unlock", "--id", "lock-1")
    assert terraform.asked == ["init", "lock-1"]
    assert "held: apply by ana@laptop since 2026-01-02 (lock-1)" in ended.output
    assert "the lock is released" in ended.output


def test_the_lock_of_another_run_than_the_one_meant_is_not_touched(terraform: FakeTerraform) -> None:
    held()
    ended = ha("unlock", "--id", "lock-0")
    assert (ended.exit_code, terraform.asked) == (2, [])


@pytest.mark.parametrize(("answer", "status", "asked"), [("y\n", 0, ["init", "lock-1"]), ("n\n", 2, [])])
def test_on_a_real_account_a_person_says_that_the_run_has_ended(
    terraform: FakeTerraform, answer: str, status: int, asked: list[str]
) -> None:
    held()
    ended = ha("unlock", "--target", "aws", answer=answer)
    assert (ended.exit_code, terraform.asked) == (status, asked)


def test_a_lock_that_is_none_of_terraforms_is_named(terraform: FakeTerraform) -> None:
    held("[]")
    assert ha("unlock").exit_code == 2
    assert terraform.asked == []


def test_a_kept_state_gets_into_its_bucket_once(terraform: FakeTerraform) -> None:
    terraform.unwritten.write_text("state")
    assert "the state with 1 resources is in its bucket" in ha("push").output
    assert terraform.asked == ["init", "state"]
    assert "no state waits here" in ha("push").output
    assert terraform.asked == ["init", "state"]


def test_a_run_that_never_got_the_state_notes_no_release() -> None:
    noted: list[str] = []
    listener = OnceLocked(lambda: noted.append("release"))
    for kind in ("version", "log", "state_lock_acquire", "diagnostic"):
        listener({"type": kind})
    assert noted == []
    for kind in ("refresh_start", "planned_change", "change_summary"):
        listener({"type": kind})
    assert noted == ["release"]
