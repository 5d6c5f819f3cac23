"""CodeBuild's contract for the settings of a project. On AWS these tests pass as well, given the role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local_aws.testing import LocalAws

NAME = "shop-build"
SETTINGS = {
    "cache": {"type": "LOCAL", "modes": ["LOCAL_SOURCE_CACHE"]},
    "concurrentBuildLimit": 1,
    "logsConfig": {"cloudWatchLogs": {"status": "ENABLED", "groupName": "/aws/codebuild/shop"}},
    "queuedTimeoutInMinutes": 60,
}
NEEDED: dict[str, Any] = {
    "name": NAME,
    "source": {"type": "CODEPIPELINE"},
    "artifacts": {"type": "CODEPIPELINE"},
    "environment": {
        "type": "LINUX_CONTAINER",
        "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
        "computeType": "BUILD_GENERAL1_SMALL",
    },
    "serviceRole": "arn:aws:iam::111111111111:role/shop-build",
}


@pytest.fixture
def codebuild(aws: LocalAws) -> Iterator[Any]:
    client = aws.client("codebuild", "us-west-2")
    yield client
    client.delete_project(name=NAME)


def project(codebuild: Any) -> dict[str, Any]:
    (found,) = codebuild.batch_get_projects(names=[NAME])["projects"]
    return dict(found)


def test_a_project_is_told_with_every_setting_that_it_was_given(codebuild: Any) -> None:
    made = codebuild.create_project(**NEEDED, **SETTINGS)["project"]
    assert {name: made[name] for name in SETTINGS} == SETTINGS
    assert {name: project(codebuild)[name] for name in SETTINGS} == SETTINGS


def test_an_update_changes_what_it_names_and_nothing_else(codebuild: Any) -> None:
    codebuild.create_project(**NEEDED, **SETTINGS)
    codebuild.update_project(name=NAME, queuedTimeoutInMinutes=30, concurrentBuildLimit=-1)
    found = project(codebuild)
    assert found["queuedTimeoutInMinutes"] == 30
    assert "concurrentBuildLimit" not in found
    assert found["cache"] == SETTINGS["cache"]


def test_a_project_is_deleted_by_its_arn_as_well(codebuild: Any) -> None:
    made = codebuild.create_project(**NEEDED)["project"]
    codebuild.delete_project(name=made["arn"])
    assert codebuild.batch_get_projects(names=[NAME])["projectsNotFound"] == [NAME]
    codebuild.create_project(**NEEDED)


def test_what_is_not_given_has_its_default(codebuild: Any) -> None:
    codebuild.create_project(**NEEDED)
    found = project(codebuild)
    assert found["cache"] == {"type": "NO_CACHE"}
    assert found["queuedTimeoutInMinutes"] == 480
    assert "concurrentBuildLimit" not in found
