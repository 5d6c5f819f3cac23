"""A stage serves what was deployed to it, not what is configured since.

Contract: "Deploying a REST API" in the API Gateway developer guide: a deployment is a snapshot of the
API's resources, methods, integrations, models, validators and authorizers, and a change takes effect
with the next deployment. MiniStack serves every change at once (but for gateway responses), which hides
a deployment that was made too early or not at all.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from ministack.core.responses import AccountRegionScopedDict
from ministack.services import apigateway_v1 as gateway

from local_aws.fills import Fill
from local_aws.fills.patching import Answer, wrap
from local_aws.settings import Settings

_PARTS = ("_resources", "_authorizers_v1", "_models", "_request_validators")

_Snapshot = Mapping[int, Any]
"""What each store held for the API, by the identity of the store."""

_snapshots: dict[str, _Snapshot] = {}
"""By deployment id."""

_serving: ContextVar[tuple[str, _Snapshot] | None] = ContextVar("serving", default=None)
"""The API whose request is answered, with the snapshot that its stage serves."""


class _DeployedStore(AccountRegionScopedDict):  # type: ignore[misc]
    """A store of API parts that shows the data plane what is deployed, and all others what is configured."""

    __slots__ = ()

    def get(self, key: Any, default: Any = None) -> Any:
        """What the store holds for an API."""
        serving = _serving.get()
        if serving and serving[0] == key:
            return serving[1].get(id(self), default)
        return super().get(key, default)


def _create(original: Callable[..., Answer], api_id: str, data: dict[str, Any]) -> Answer:
    # AWS takes the snapshot before it points the stage at the new deployment.
    taken = {id(store): copy.deepcopy(store.get(api_id)) for store in _stores() if store.get(api_id)}
    answer = original(api_id, data)
    if answer[0] == 201:
        _snapshots[json.loads(answer[2])["id"]] = taken
    return answer


def _delete(original: Callable[..., Answer], api_id: str, deployment_id: str) -> Answer:
    """Delete a deployment, unless a stage serves it."""
    stages = gateway._stages_v1.get(api_id, {}).values()
    if any(stage.get("deploymentId") == deployment_id for stage in stages):
        message = "Active stages pointing to this deployment must be moved or deleted"
        refusal: Answer = gateway._v1_error("BadRequestException", message, 400)
        return refusal
    answer = original(api_id, deployment_id)
    if answer[0] < 300:
        _snapshots.pop(deployment_id, None)
    return answer


async def _serve(original: Callable[..., Any], *args: Any) -> Any:
    api_id, stage_name = args[:2]
    stage = gateway._stages_v1.get(api_id, {}).get(stage_name) or {}
    snapshot = _snapshots.get(stage.get("deploymentId", ""))
    token = _serving.set((api_id, snapshot) if snapshot is not None else None)
    try:
        return await original(*args)
    finally:
        _serving.reset(token)


def _stores() -> list[AccountRegionScopedDict]:
    return [getattr(gateway, name) for name in _PARTS]


def _install(_settings: Settings) -> None:
    for store in _stores():
        store.__class__ = _DeployedStore
    wrap(gateway, "_create_deployment", _create)
    wrap(gateway, "_delete_deployment", _delete)
    wrap(gateway, "_handle_execute_in_scope", _serve)


FILL = Fill(
    name="apigateway_deployments",
    requires=tuple(
        f"ministack.services.apigateway_v1.{name}"
        for name in (
            *_PARTS,
            "_create_deployment",
            "_delete_deployment",
            "_handle_execute_in_scope",
            "_stages_v1",
            "_v1_error",
        )
    ),
    install=_install,
)
