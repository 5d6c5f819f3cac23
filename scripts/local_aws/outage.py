"""What a caller meets when a region it needs is cut off."""

from __future__ import annotations

import asyncio

from local_aws import connections
from local_aws.asgi import App, Message, Receive, Scope, Send, call_of, send_json
from local_aws.faults import Faults, Mode

_RESPONSE = ("http.response.start", "http.response.body")


class Outage:
    """The app behind the regions' faults.

    A request fails when a region that it touches is cut off as it comes in, and also when the region is
    cut off before the answer starts: the work may then have been done without the caller learning it,
    as it happens in a real outage.
    """

    def __init__(self, app: App, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or fail it as the region's mode says."""
        touched = call_of(scope).touches
        dropped = False

        async def send_unless_cut(message: Message) -> None:
            nonlocal dropped
            if message["type"] == "http.response.start":
                dropped = self._faults.cut(touched) is not None
            if not (dropped and message["type"] in _RESPONSE):
                await send(message)

        if self._faults.cut(touched) is None:
            await self._app(scope, receive, send_unless_cut)
            if not dropped:
                return
        await self._fail(scope, receive, send)

    async def _fail(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = call_of(scope)
        region = self._faults.cut(call.touches)
        mode = self._faults.mode(region) if region else Mode.RESET
        if mode is Mode.UNAVAILABLE:
            await _send_unavailable(send, to_sdk=bool(call.service))
            return
        if mode is Mode.HANG and region:
            await _hang(receive, self._faults, region)
        connections.reset()
        await _disconnected(receive)


async def _send_unavailable(send: Send, *, to_sdk: bool) -> None:
    if not to_sdk:
        await send_json(send, {"message": "Service Unavailable"}, 503)
        return
    # An empty body is the one that every SDK protocol (JSON, XML, CBOR) reads as a plain 503.
    await send({"type": "http.response.start", "status": 503, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


async def _hang(receive: Receive, faults: Faults, region: str) -> None:
    """Wait until the caller gives up or the region's mode changes."""
    waits = [
        asyncio.create_task(_disconnected(receive)),
        asyncio.create_task(faults.changed(region)),
    ]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
