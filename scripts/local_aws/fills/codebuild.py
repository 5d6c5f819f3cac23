"""The settings of a CodeBuild project that MiniStack forgets, and its ARN as a name.

Contract: the CodeBuild API Reference (botocore's model "codebuild", 2016-10-06): CreateProject and
UpdateProject set these members, UpdateProject leaves as it is what is not sent, BatchGetProjects tells them.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import codebuild

from local_aws.fills import Fill
from local_aws.fills.patching import Answer, wrap
from local_aws.settings import Settings

_MEMBERS = (
    "autoRetryLimit",
    "buildBatchConfig",
    "cache",
    "concurrentBuildLimit",
    "fileSystemLocations",
    "logsConfig",
    "queuedTimeoutInMinutes",
    "secondaryArtifacts",
    "secondarySourceVersions",
    "secondarySources",
    "vpcConfig",
)
_DEFAULTS = {"cache": {"type": "NO_CACHE"}, "queuedTimeoutInMinutes": 480}  # as CreateProject documents them
_NO_LIMIT = -1  # "If you specify -1, the limit is removed" (UpdateProject, concurrentBuildLimit)


def _keep(original: Callable[..., Answer], data: dict[str, Any]) -> Answer:
    """CreateProject and UpdateProject."""
    known = data.get("name") in codebuild._projects
    answer = original(data)
    if answer[0] != 200:
        return answer
    project = codebuild._projects[data["name"]]
    if not known:
        project |= copy.deepcopy(_DEFAULTS)
    project |= {name: copy.deepcopy(data[name]) for name in _MEMBERS if name in data}
    if project.get("concurrentBuildLimit") == _NO_LIMIT:
        del project["concurrentBuildLimit"]
    return answer[0], answer[1], json.dumps({"project": codebuild._project_shape(project)}).encode()


def _tell(original: Callable[..., dict[str, Any]], project: Mapping[str, Any]) -> dict[str, Any]:
    """A project as it is told."""
    return {**original(project), **{name: project[name] for name in _MEMBERS if name in project}}


def _delete(original: Callable[..., Answer], data: Mapping[str, Any]) -> Answer:
    """DeleteProject, which takes the ARN in place of the name, too."""
    return original({**data, "name": codebuild._project_name_from_identifier(data.get("name", ""))})


def _install(_settings: Settings) -> None:
    wrap(codebuild, "_project_shape", _tell)
    wrap(codebuild, "_create_project", _keep)
    wrap(codebuild, "_update_project", _keep)
    wrap(codebuild, "_delete_project", _delete)


FILL = Fill(
    name="codebuild",
    requires=(
        "ministack.services.codebuild._create_project",
        "ministack.services.codebuild._delete_project",
        "ministack.services.codebuild._project_name_from_identifier",
        "ministack.services.codebuild._project_shape",
        "ministack.services.codebuild._projects",
        "ministack.services.codebuild._update_project",
    ),
    install=_install,
)
