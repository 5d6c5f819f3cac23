"""A release can be taken back from any machine, and none is made while an incident is open."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from techmoda_ha.bootstrap.location import StateLocation
from techmoda_ha.delivery.freeze import refuse_while_frozen, stop_state
from techmoda_ha.delivery.release import Release, ReleaseRecord, aliases, current_commit, live_versions
from techmoda_ha.delivery.rollback import Move, apply_previous_commit, roll_aliases_back
from techmoda_ha.environments import Environment, Workspace
from techmoda_ha.errors import HaError, ViolationError
from techmoda_ha.failover.switch import StopState

LOCATION = StateLocation("dr", "123456789012", "us-west-2", "techmoda-api")
OUTPUTS = {
    "region": "us-west-2",
    "products_function_name": "products",
    "products_function_alias": "live",
    "failover_function_name": "latch",  # no alias: nothing to move
    "canary_function_alias": "live",  # no name: an apply was cut short
}


class FakeLambda:
    """Lambda's aliases: what each serves, and the canary's weights."""

    exceptions = SimpleNamespace(ResourceNotFoundException=KeyError)

    def __init__(self, version: str, weights: dict[str, float] | None = None) -> None:
        self.alias = {"FunctionVersion": version, "RevisionId": "r1"}
        if weights:
            self.alias["RoutingConfig"] = {"AdditionalVersionWeights": weights}  # type: ignore[assignment]
        self.updates: list[dict[str, Any]] = []

    def get_alias(self, **named: str) -> dict[str, Any]:
        if named["FunctionName"] == "not-made-yet":
            raise self.exceptions.ResourceNotFoundException
        return self.alias

    def update_alias(self, **asked: Any) -> None:
        self.updates.append(asked)


@pytest.fixture
def record(monkeypatch: pytest.MonkeyPatch) -> Iterator[ReleaseRecord]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        s3 = boto3.client("s3", region_name=LOCATION.region)
        s3.create_bucket(
            Bucket=LOCATION.bucket, CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
        )
        yield ReleaseRecord(s3, LOCATION)


def test_before_the_first_release_there_is_none(record: ReleaseRecord) -> None:
    assert record.read() is None


def test_a_release_notes_what_it_replaces(record: ReleaseRecord) -> None:
    record.begin("aaa", {})
    record.begin("bbb", {"products:live": "1"})
    assert record.read() == Release("bbb", "aaa", {"products:live": "1"})


def test_releasing_the_same_commit_again_keeps_the_way_back(record: ReleaseRecord) -> None:
    record.begin("bbb", {"products:live": "1"})
    record.begin("bbb", {"products:live": "2"})
    assert record.read() == Release("bbb", "", {"products:live": "1"})


def test_changes_that_are_not_committed_are_a_release_of_their_own(record: ReleaseRecord) -> None:
    record.begin("bbb+", {"products:live": "1"})
    record.begin("bbb+", {"products:live": "2"})
    assert record.read() == Release("bbb+", "bbb+", {"products:live": "2"})


def test_what_was_taken_back_is_nothing_to_go_back_to(record: ReleaseRecord) -> None:
    record.begin("good", {})
    record.take_back(record.begin("bad", {"products:live": "1"}))
    record.begin("mended", {"products:live": "1"})
    assert record.read() == Release("mended", "good", {"products:live": "1"})


def test_a_commit_that_was_taken_back_can_be_released_again(record: ReleaseRecord) -> None:
    record.begin("good", {})
    release = record.begin("bad", {"products:live": "1"})
    record.take_back(release)
    assert record.begin("bad", {"products:live": "2"}) == release
    assert record.read() == release


def test_functions_with_an_alias_are_found_in_the_outputs() -> None:
    assert aliases(OUTPUTS) == {"products:live": ("products", "live")}
    assert live_versions(FakeLambda("7"), OUTPUTS) == {"products:live": "7"}


def test_a_function_that_an_interrupted_apply_had_not_made_yet_served_nothing() -> None:
    outputs = {"backups_function_name": "not-made-yet", "backups_function_alias": "live", **OUTPUTS}
    assert live_versions(FakeLambda("7"), outputs) == {"products:live": "7"}


def test_an_alias_goes_back_to_what_it_served_before_and_loses_a_canarys_weights() -> None:
    client = FakeLambda("8")
    moves = roll_aliases_back(client, OUTPUTS, Release("b", "a", {"products:live": "7"}))
    assert moves == [Move("products:live", "8", "7")]
    (update,) = client.updates
    assert update["FunctionVersion"] == "7"
    assert update["RevisionId"] == "r1"  # an alias that somebody moves meanwhile is not moved twice
    canary = FakeLambda("7", {"8": 0.1})
    assert roll_aliases_back(canary, OUTPUTS, Release("b", "a", {"products:live": "7"}))


def test_an_alias_that_serves_what_it_served_or_that_is_new_stays() -> None:
    client = FakeLambda("7")
    assert roll_aliases_back(client, OUTPUTS, Release("b", "a", {"products:live": "7"})) == []
    assert roll_aliases_back(client, OUTPUTS, Release("b", "", {})) == []
    assert client.updates == []


@pytest.mark.parametrize("previous", ["", "abc+"])
def test_terraform_goes_back_only_to_a_commit(tmp_path: Path, previous: str) -> None:
    with pytest.raises(HaError, match="before is no commit"):
        apply_previous_commit(
            Workspace(tmp_path, tmp_path), Environment.DR, "local", Release("b", previous, {})
        )


def repository(folder: Path) -> str:
    """Make a checkout whose first commit's `ha` writes down how it was called; return that commit."""
    package = folder / "scripts" / "techmoda_ha"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text(
        "import os, sys, pathlib\n"
        "build = pathlib.Path(os.environ['HA_BUILD_DIR'])\n"
        "(build / 'called').write_text(' '.join(sys.argv[1:]) + ' ' + pathlib.Path('version').read_text())\n"
    )
    (folder / "version").write_text("before")
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "before"]):
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
        subprocess.run(["git", *identity, *command], check=True, cwd=folder)
    return current_commit(folder)


def test_terraform_goes_back_with_the_code_of_the_previous_commit(tmp_path: Path) -> None:
    root, build = tmp_path / "root", tmp_path / "build"
    root.mkdir()
    build.mkdir()
    commit = repository(root)
    (root / "version").write_text("after")
    assert current_commit(root) == f"{commit}+"
    apply_previous_commit(Workspace(root, build), Environment.DR, "local", Release("b", commit, {}))
    assert (build / "called").read_text() == "apply --env dr --target local --during-incident before"
    assert not (build / "rollback" / commit).exists()


def test_a_deployment_is_refused_while_stop_is_engaged() -> None:
    with pytest.raises(
        ViolationError, match=r"frozen: STOP is engaged since .* by operator:ana: slow"
    ) as caught:
        refuse_while_frozen(lambda: StopState(engaged=True, reason="slow", by="operator:ana", at="now"))
    assert "--during-incident" in caught.value.next_step


def test_a_deployment_goes_on_without_an_incident_and_before_the_switch_exists() -> None:
    refuse_while_frozen(lambda: StopState(armed=True))
    assert stop_state({}, {}) == StopState()


def test_a_deployment_is_refused_when_the_switch_cannot_be_read() -> None:
    def fail() -> StopState:
        raise HaError("the region is down", "wait")

    with pytest.raises(HaError, match="cannot be told: the region is down") as caught:
        refuse_while_frozen(fail)
    assert "--during-incident" in caught.value.next_step
