"""A state goes to its bucket whole, over nothing that is there already, and its file is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from techmoda_ha.bootstrap.migration import migrate_state
from techmoda_ha.environments import Environment, Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.terraform import Terraform


def state(*ids: str) -> dict[str, Any]:
    instances = [{"index_key": number, "attributes": {"id": one}} for number, one in enumerate(ids)]
    resource = {"mode": "managed", "type": "aws_sns_topic", "name": "page", "instances": instances}
    return {"version": 4, "resources": [resource]}


class BucketTerraform(Terraform):
    """Terraform whose bucket is a list: the newest state last."""

    bucket: list[dict[str, Any]]

    def init(self, settings: Any = None) -> None:
        assert settings == {"bucket": "b"}

    def pull_state(self) -> dict[str, Any]:
        return self.bucket[-1] if self.bucket else {}

    def push_state(self, file: Path) -> None:
        self.bucket.append(json.loads(file.read_text()))


@pytest.fixture
def terraform(tmp_path: Path) -> BucketTerraform:
    made = BucketTerraform(Workspace(tmp_path, tmp_path), Environment.DR, {"HA_STATE_DIR": str(tmp_path)})
    object.__setattr__(made, "bucket", [])
    made.backend.local_state.write_text(json.dumps(state("one", "two")))
    return made


def test_the_state_is_pushed_read_back_and_its_file_put_aside(terraform: BucketTerraform) -> None:
    moved = migrate_state(terraform, {"bucket": "b"})
    assert moved
    assert moved.resources == 2
    assert terraform.bucket == [state("one", "two")]
    assert json.loads(moved.kept_as.read_text()) == state("one", "two")
    assert not terraform.backend.local_state.exists()


def test_moving_again_touches_nothing(terraform: BucketTerraform) -> None:
    migrate_state(terraform, {"bucket": "b"})
    assert migrate_state(terraform, {"bucket": "b"}) is None
    assert len(terraform.bucket) == 1


def test_a_move_that_was_cut_short_is_finished(terraform: BucketTerraform) -> None:
    terraform.bucket.append(state("one", "two"))
    assert migrate_state(terraform, {"bucket": "b"})
    assert len(terraform.bucket) == 1
    assert not terraform.backend.local_state.exists()


def test_another_state_in_the_bucket_is_not_written_over(terraform: BucketTerraform) -> None:
    terraform.bucket.append(state("three"))
    with pytest.raises(HaError, match="holds another state of envs/dr already"):
        migrate_state(terraform, {"bucket": "b"})
    assert terraform.bucket == [state("three")]
    assert terraform.backend.local_state.exists()


def test_a_state_that_comes_back_otherwise_keeps_its_file(
    terraform: BucketTerraform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BucketTerraform, "push_state", lambda self, _: self.bucket.append(state("one")))
    with pytest.raises(HaError, match="is not what was written"):
        migrate_state(terraform, {"bucket": "b"})
    assert terraform.backend.local_state.exists()


@pytest.mark.parametrize("content", ["", "{}", '{"resources": [{"mode": "managed"}]}'])
def test_a_file_that_is_no_state_is_not_moved(terraform: BucketTerraform, content: str) -> None:
    terraform.backend.local_state.write_text(content)
    with pytest.raises(HaError, match="is no Terraform state"):
        migrate_state(terraform, {"bucket": "b"})
    assert terraform.bucket == []
