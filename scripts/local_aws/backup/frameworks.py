"""Audit frameworks, as records: nothing here evaluates their controls.

Contract: the operations on frameworks of the AWS Backup API Reference. A framework's deployment is
asynchronous on AWS and immediate here.
"""

from __future__ import annotations

import uuid
from typing import Any

from local_aws.backup import listing
from local_aws.backup.core import Core
from local_aws.backup.errors import already_exists, not_found
from local_aws.backup.rest_json import Caller, Handler, Request


class Frameworks:
    """The operations on audit frameworks."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def handlers(self) -> dict[str, Handler]:
        """Operation name → handler."""
        return {
            "CreateFramework": self._create,
            "DescribeFramework": self._describe,
            "UpdateFramework": self._update,
            "DeleteFramework": self._delete,
            "ListFrameworks": self._list,
        }

    def _create(self, caller: Caller, request: Request) -> dict[str, Any]:
        store, name = self._core.store(caller), request["FrameworkName"]
        if name in store.frameworks:
            raise already_exists(f"Framework {name} already exists")
        framework = {
            "FrameworkName": name,
            "FrameworkArn": store.arn("framework", f"{name}-{uuid.uuid4()}"),
            "FrameworkDescription": request.get("FrameworkDescription", ""),
            "FrameworkControls": request["FrameworkControls"],
            "NumberOfControls": len(request["FrameworkControls"]),
            "CreationTime": self._core.clock(),
            "DeploymentStatus": "COMPLETED",
            "FrameworkStatus": "ACTIVE",
            "IdempotencyToken": request.get("IdempotencyToken"),
            "tags": dict(request.get("FrameworkTags") or {}),
        }
        store.frameworks[name] = framework
        return framework

    def _framework(self, caller: Caller, request: Request) -> dict[str, Any]:
        name = request["FrameworkName"]
        found = self._core.store(caller).frameworks.get(name)
        if found is None:
            raise not_found(f"Framework {name} does not exist")
        return found

    def _describe(self, caller: Caller, request: Request) -> dict[str, Any]:
        return self._framework(caller, request)

    def _update(self, caller: Caller, request: Request) -> dict[str, Any]:
        framework = self._framework(caller, request)
        for name in ("FrameworkDescription", "FrameworkControls"):
            if name in request:
                framework[name] = request[name]
        framework["NumberOfControls"] = len(framework["FrameworkControls"])
        return framework

    def _delete(self, caller: Caller, request: Request) -> None:
        del self._core.store(caller).frameworks[self._framework(caller, request)["FrameworkName"]]

    def _list(self, caller: Caller, request: Request) -> dict[str, Any]:
        return listing.listed("Frameworks", self._core.store(caller).frameworks.values(), request)
