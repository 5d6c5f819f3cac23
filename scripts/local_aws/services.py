"""Which app answers a request: a fill's own for its services, and MiniStack for all others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from local_aws.asgi import App, Receive, Scope, Send, call_of
from local_aws.fills import Fill
from local_aws.settings import Settings


class Services:
    """The fills' service apps in front of MiniStack."""

    def __init__(self, fills: Iterable[Fill], settings: Settings, ministack: App) -> None:
        self._makers: dict[str, Callable[[Settings], App]] = {}
        for fill in fills:
            self._makers.update(fill.services)
        self._settings = settings
        self._ministack = ministack
        self._apps: dict[str, App] = {}
        self._making = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request."""
        app = await self._app(call_of(scope).service)
        await app(scope, receive, send)

    async def _app(self, service: str) -> App:
        if service not in self._makers:
            return self._ministack
        if service not in self._apps:
            async with self._making:
                if service not in self._apps:
                    # A maker may import something slow (moto takes seconds), so it gets a thread.
                    maker = self._makers[service]
                    self._apps[service] = await asyncio.to_thread(maker, self._settings)
        return self._apps[service]
