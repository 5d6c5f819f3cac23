"""The control API, under a path that AWS does not use, on the control address only.

GET /_local/status answers what runs. PUT /_local/regions/{region} with {"mode": "reset" | "hang" |
"unavailable" | "up"} sets how a region fails, and answers the modes of all regions. Fills add to it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from local_aws.asgi import Receive, Scope, Send, read_body, send_json
from local_aws.faults import Faults, Mode, UnknownRegionError
from local_aws.fills import Fill

PREFIX = "/_local/"


@dataclass
class Control:
    """Answers the control API of one running server."""

    instance_id: str
    faults: Faults
    fills: Sequence[Fill]
    ready: bool = False

    def __post_init__(self) -> None:
        self._since = time.monotonic()
        self._apps = {name: app for fill in self.fills for name, app in fill.control.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request."""
        path, method = scope["path"].removeprefix(PREFIX), scope["method"]
        if (method, path) == ("GET", "status"):
            await send_json(send, self._status())
        elif method == "PUT" and path.startswith("regions/"):
            await self._set_region(path.removeprefix("regions/"), await read_body(receive), send)
        elif app := self._apps.get(path.partition("/")[0]):
            await app(scope, receive, send)
        else:
            await send_json(send, {"message": f"no {method} {scope['path']}"}, HTTPStatus.NOT_FOUND)

    def _status(self) -> dict[str, object]:
        return {
            "instance": self.instance_id,
            "ready": self.ready,
            "uptime_seconds": round(time.monotonic() - self._since, 1),
            "regions": self.faults.as_dict(),
            "fills": [fill.name for fill in self.fills],
        }

    async def _set_region(self, region: str, body: bytes, send: Send) -> None:
        try:
            mode = json.loads(body)["mode"]
            self.faults.set(region, None if mode == "up" else Mode(mode))
        except UnknownRegionError as error:
            await send_json(send, {"message": str(error)}, HTTPStatus.NOT_FOUND)
        except (ValueError, KeyError, TypeError):
            modes = ", ".join([*Mode, "up"])
            message = f'the body must be {{"mode": …}} with one of: {modes}'
            await send_json(send, {"message": message}, HTTPStatus.BAD_REQUEST)
        else:
            await send_json(send, {"regions": self.faults.as_dict()})
