"""CodePipeline's contract for definitions of pipelines. On AWS these tests pass as well."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.testing import LocalAws

DR = "us-west-2"


def action(name: str, category: str, provider: str, **artifacts: list[str]) -> dict[str, Any]:
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    names = {key: [{"name": one} for one in value] for key, value in artifacts.items()}
    return {"name": name, "actionTypeId": kind, **names}


SOURCE = action("Source", "Source", "CodeStarSourceConnection", outputArtifacts=["source"])
BUILD = action("Build", "Build", "CodeBuild", inputArtifacts=["source"])
PIPELINE: dict[str, Any] = {
    "name": "shop",
    "roleArn": "arn:aws:iam::111111111111:role/shop",
    "artifactStore": {"type": "S3", "location": "artifacts"},
    "pipelineType": "V2",
    "executionMode": "QUEUED",
    "stages": [{"name": "Source", "actions": [SOURCE]}, {"name": "Build", "actions": [BUILD]}],
}


def changed(**members: Any) -> dict[str, Any]:
    return {**copy.deepcopy(PIPELINE), **members}


@pytest.fixture
def codepipeline(aws: LocalAws) -> Iterator[Any]:
    client = aws.client("codepipeline", DR)
    yield client
    client.delete_pipeline(name="shop")


def refusal(call: Any, **request: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**request)
    return str(caught.value.response["Error"]["Code"])


def test_a_pipeline_is_told_as_it_was_made_with_version_and_times(codepipeline: Any) -> None:
    codepipeline.create_pipeline(pipeline=PIPELINE, tags=[{"key": "Owner", "value": "delivery"}])
    told = codepipeline.get_pipeline(name="shop")
    assert told["pipeline"] == {**PIPELINE, "version": 1}
    assert told["metadata"]["pipelineArn"] == f"arn:aws:codepipeline:{DR}:111111111111:shop"
    assert isinstance(told["metadata"]["created"], datetime)
    arn = told["metadata"]["pipelineArn"]
    assert codepipeline.list_tags_for_resource(resourceArn=arn)["tags"] == [
        {"key": "Owner", "value": "delivery"}
    ]


def test_an_update_makes_a_new_version(codepipeline: Any) -> None:
    codepipeline.create_pipeline(pipeline=PIPELINE)
    codepipeline.update_pipeline(pipeline=changed(executionMode="SUPERSEDED"))
    pipeline = codepipeline.get_pipeline(name="shop")["pipeline"]
    assert (pipeline["version"], pipeline["executionMode"]) == (2, "SUPERSEDED")
    (listed,) = codepipeline.list_pipelines()["pipelines"]
    assert (listed["name"], listed["version"]) == ("shop", 2)


def test_a_pipeline_belongs_to_its_region(codepipeline: Any, aws: LocalAws) -> None:
    codepipeline.create_pipeline(pipeline=PIPELINE)
    elsewhere = aws.client("codepipeline", "us-east-1")
    assert refusal(elsewhere.get_pipeline, name="shop") == "PipelineNotFoundException"
    assert elsewhere.list_pipelines()["pipelines"] == []


def test_a_name_is_given_once_and_a_deleted_pipeline_is_gone(codepipeline: Any) -> None:
    codepipeline.create_pipeline(pipeline=PIPELINE)
    assert refusal(codepipeline.create_pipeline, pipeline=PIPELINE) == "PipelineNameInUseException"
    codepipeline.delete_pipeline(name="shop")
    codepipeline.delete_pipeline(name="shop")
    assert refusal(codepipeline.get_pipeline, name="shop") == "PipelineNotFoundException"
    assert refusal(codepipeline.update_pipeline, pipeline=PIPELINE) == "PipelineNotFoundException"


def test_tags_are_added_and_taken_away(codepipeline: Any) -> None:
    codepipeline.create_pipeline(pipeline=PIPELINE)
    arn = codepipeline.get_pipeline(name="shop")["metadata"]["pipelineArn"]
    codepipeline.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
    codepipeline.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert codepipeline.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "b", "value": "2"}]


@pytest.mark.parametrize(
    "stages",
    [
        [{"name": "Source", "actions": [SOURCE]}],
        [{"name": "Build", "actions": [BUILD]}, {"name": "Source", "actions": [SOURCE]}],
        [{"name": "Source", "actions": [SOURCE]}, {"name": "Source", "actions": [BUILD]}],
        [
            {"name": "Source", "actions": [SOURCE]},
            {"name": "Build", "actions": [{**BUILD, "inputArtifacts": [{"name": "package"}]}]},
        ],
    ],
    ids=["one stage", "source not first", "a name twice", "an artifact from nowhere"],
)
def test_a_pipeline_that_could_not_run_is_refused(codepipeline: Any, stages: list[dict[str, Any]]) -> None:
    assert (
        refusal(codepipeline.create_pipeline, pipeline=changed(stages=stages)) == "InvalidStructureException"
    )


def test_a_name_that_breaks_the_model_is_refused(codepipeline: Any) -> None:
    assert refusal(codepipeline.create_pipeline, pipeline=changed(name="no spaces")) == "ValidationException"
