"""The ASGI app: control API, routing, the regions' faults, the fills, and MiniStack behind them."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from local_aws.asgi import App, Receive, Scope, Send, send_json, with_call
from local_aws.calls import logged
from local_aws.control import PREFIX, Control
from local_aws.faults import Faults
from local_aws.fills import Fill
from local_aws.outage import Outage
from local_aws.repeats import Repeats
from local_aws.routing import NotMappedError, Router
from local_aws.services import Services
from local_aws.settings import Settings


class LocalAws:
    """What answers every HTTP request of one local AWS."""

    def __init__(
        self, settings: Settings, fills: Iterable[Fill], faults: Faults, control: Control, ministack: App
    ) -> None:
        fills = list(fills)
        app: App = Services(fills, settings, ministack)
        for fill in fills:
            if fill.wrap:
                app = fill.wrap(app)
        self._settings = settings
        self._control = control
        self._router = Router(settings)
        self._answer = Repeats(logged(Outage(app, faults)), faults)
        self._refuse = Outage(_forbid, faults)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["path"].startswith(PREFIX) and scope["server"][0] == self._settings.control_address:
            await self._control(scope, receive, send)
            return
        try:
            routed = self._router.route(scope)
        except NotMappedError as unmapped:
            await self._refuse(with_call(scope, unmapped.call), receive, send)
        else:
            await self._answer(routed, receive, send)


async def _forbid(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer as API Gateway does when no API is mapped to the host and path."""
    headers = [("x-amzn-errortype", "ForbiddenException")]
    await send_json(send, {"message": "Forbidden"}, HTTPStatus.FORBIDDEN, headers=headers)
