"""What a caller meets when a region it needs is cut off."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

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
            if call.service:
                await send_unavailable(send)
            else:
                await send_json(send, {"message": "Service Unavailable"}, 503)
            return
        if mode is Mode.HANG and region:
            await hang(receive, self._faults.changed(region))
        connections.reset()
        await _disconnected(receive)


async def send_unavailable(send: Send) -> None:
    """Answer 503 with an empty body, which every SDK protocol (JSON, XML, CBOR) reads as a plain 503."""
    await send({"type": "http.response.start", "status": 503, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


async def hang(receive: Receive, changed: Coroutine[Any, Any, object]) -> None:
    """Wait until the caller gives up or the fault is another one."""
    waits: list[asyncio.Task[Any]] = [
        asyncio.create_task(_disconnected(receive)),
        asyncio.create_task(changed),
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
