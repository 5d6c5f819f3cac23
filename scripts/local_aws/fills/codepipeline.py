"""CodePipeline's definitions, which MiniStack does not have. Nothing runs: `ha pipeline run-local` does that.

Contract: the CodePipeline API Reference (botocore's model "codepipeline", 2015-07-09), and the user guide's
"pipeline structure reference": a pipeline has at least two stages, only the first one holds source actions,
names are unique, and an artifact that goes into an action came out of one before. Each update makes a new
version. Everything belongs to one account and region.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Mapping
from typing import Any

from local_aws.asgi import Call, Receive, Scope, Send
from local_aws.fills import Fill
from local_aws.fills.json_protocol import Operation, RefusedError, answer


def require_structure(pipeline: Mapping[str, Any]) -> None:
    """Refuse a pipeline that CodePipeline would not run. Raises RefusedError."""
    stages = pipeline["stages"]
    if len(stages) < 2:
        raise _invalid("Pipeline has 1 stage(s). There should be a minimum of 2 stages in a pipeline")
    names = [stage["name"] for stage in stages]
    if len(set(names)) < len(names):
        raise _invalid("Stage names must be unique within a pipeline")
    made: set[str] = set()
    for position, stage in enumerate(stages):
        kinds = {action["actionTypeId"]["category"] == "Source" for action in stage["actions"]}
        if kinds != {position == 0}:
            raise _invalid("Pipeline should start with a stage that only contains source actions")
        for action in stage["actions"]:
            wanted = {one["name"] for one in action.get("inputArtifacts", [])}
            if missing := sorted(wanted - made):
                raise _invalid(
                    f"Action {action['name']} in stage {stage['name']} uses the input artifact {missing[0]}, "
                    "which is not an output artifact of an action before it"
                )
        made |= {one["name"] for action in stage["actions"] for one in action.get("outputArtifacts", [])}


def _invalid(message: str) -> RefusedError:
    return RefusedError("InvalidStructureException", message)


class CodePipeline:
    """The service as an ASGI app. `clock` gives epoch seconds."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._pipelines: dict[str, dict[str, Any]] = {}  # by ARN: pipeline, metadata, tags
        self._operations: dict[str, Operation] = {
            "CreatePipeline": self._create,
            "GetPipeline": self._get,
            "UpdatePipeline": self._update,
            "DeletePipeline": self._delete,
            "ListPipelines": self._list,
            "TagResource": self._tag,
            "UntagResource": self._untag,
            "ListTagsForResource": self._list_tags,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        await answer("codepipeline", self._operations, scope, receive, send)

    def _create(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        pipeline = request["pipeline"]
        arn = _arn(call, pipeline["name"])
        require_structure(pipeline)
        if arn in self._pipelines:
            raise RefusedError(
                "PipelineNameInUseException",
                f"A pipeline with the name '{pipeline['name']}' already exists in the account",
            )
        now = self._clock()
        stored = {**_defaults(), **copy.deepcopy(pipeline), "version": 1}
        metadata = {"pipelineArn": arn, "created": now, "updated": now}
        tags = {tag["key"]: tag["value"] for tag in request.get("tags", [])}
        self._pipelines[arn] = {"pipeline": stored, "metadata": metadata, "tags": tags}
        return {"pipeline": stored, "tags": _as_list(tags)}

    def _get(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        found = self._named(call, request["name"])
        wanted = request.get("version")
        if wanted is not None and wanted != found["pipeline"]["version"]:
            raise RefusedError("PipelineVersionNotFoundException", f"There is no version {wanted} of it")
        return {"pipeline": found["pipeline"], "metadata": found["metadata"]}

    def _update(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        pipeline = request["pipeline"]
        found = self._named(call, pipeline["name"])
        require_structure(pipeline)
        version = found["pipeline"]["version"] + 1
        found["pipeline"] = {**_defaults(), **copy.deepcopy(pipeline), "version": version}
        found["metadata"]["updated"] = self._clock()
        return {"pipeline": found["pipeline"]}

    def _delete(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        self._pipelines.pop(_arn(call, request["name"]), None)  # deleting what is not there succeeds
        return {}

    def _list(self, call: Call, _request: dict[str, Any]) -> dict[str, Any]:
        here = [found for arn, found in self._pipelines.items() if arn.startswith(_arn(call, ""))]
        summaries = [
            {
                **{
                    name: found["pipeline"][name]
                    for name in ("name", "version", "pipelineType", "executionMode")
                },
                **{name: found["metadata"][name] for name in ("created", "updated")},
            }
            for found in here
        ]
        return {"pipelines": sorted(summaries, key=lambda summary: str(summary["name"]))}

    def _tag(self, _call: Call, request: dict[str, Any]) -> dict[str, Any]:
        self._by_arn(request)["tags"] |= {tag["key"]: tag["value"] for tag in request["tags"]}
        return {}

    def _untag(self, _call: Call, request: dict[str, Any]) -> dict[str, Any]:
        tags = self._by_arn(request)["tags"]
        for key in request["tagKeys"]:
            tags.pop(key, None)
        return {}

    def _list_tags(self, _call: Call, request: dict[str, Any]) -> dict[str, Any]:
        return {"tags": _as_list(self._by_arn(request)["tags"])}

    def _named(self, call: Call, name: str) -> dict[str, Any]:
        if found := self._pipelines.get(_arn(call, name)):
            return found
        raise RefusedError(
            "PipelineNotFoundException",
            f"Account '{call.account_id}' does not have a pipeline with name '{name}'",
        )

    def _by_arn(self, request: Mapping[str, Any]) -> dict[str, Any]:
        if found := self._pipelines.get(request["resourceArn"]):
            return found
        raise RefusedError("ResourceNotFoundException", f"The account has no {request['resourceArn']}")


def _arn(call: Call, name: str) -> str:
    return f"arn:aws:codepipeline:{call.region}:{call.account_id}:{name}"


def _defaults() -> dict[str, Any]:
    return {"pipelineType": "V1", "executionMode": "SUPERSEDED"}


def _as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in sorted(tags.items())]


FILL = Fill(name="codepipeline", services={"codepipeline": lambda _settings: CodePipeline()})
