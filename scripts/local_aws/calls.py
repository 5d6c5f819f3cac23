"""One line in the log for each AWS API call: who was asked for what, and what came of it."""

from __future__ import annotations

import logging
import time

from local_aws.asgi import App, Message, Receive, Scope, Send, call_of, header

logger = logging.getLogger("local_aws.calls")


def logged(app: App) -> App:
    """The app, logging its AWS API calls. Requests of the data plane (APIs, health checks) are too many."""

    async def logging_app(scope: Scope, receive: Receive, send: Send) -> None:
        call = call_of(scope)
        if not call.service:
            await app(scope, receive, send)
            return
        status: int | str = "no answer"
        started = time.perf_counter()

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, note_status)
        finally:
            took = (time.perf_counter() - started) * 1000
            logger.info("%s %s %s: %s, %.0f ms", call.region, call.service, _asked(scope), status, took)

    return logging_app


def _asked(scope: Scope) -> str:
    """The operation where the protocol names it in a header, else method and path."""
    target = header(scope, "x-amz-target")
    return target.rpartition(".")[2] or f"{scope['method']} {scope['path']}"
