"""The server process: MiniStack and the fills in one event loop, under hypercorn.

State lives as long as the process does. It ends on SIGTERM or SIGINT, when a start-up step fails, and,
where asked, when the process that started it is gone; in each case its Lambda workers end with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import gc
import logging
import os
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from local_aws import connections, environment, fills
from local_aws.app import LocalAws
from local_aws.asgi import App, Receive, Scope, Send
from local_aws.connections import KEEP_ALIVE_SECONDS
from local_aws.context import Context
from local_aws.control import Control
from local_aws.faults import Faults
from local_aws.fills import Fill, Tick
from local_aws.instance import Instance

logger = logging.getLogger("local_aws")

_PARENT_POLL_SECONDS = 0.5
_END_SECONDS = 6.0
_COLLECT_AFTER = (10_000, 20, 20)
_LISTEN_POLL_SECONDS = 0.02
_REQUIRES = ("ministack.app.app", "ministack.core.lambda_runtime.reset", "hypercorn.asyncio.run.TCPServer")


class StartError(RuntimeError):
    """The server could not start; the message says which step failed."""


def run(instance: Instance, *, exit_with_parent: bool = False) -> None:
    """Serve until told to end.

    Raises StartError, MissingInternalError when MiniStack is not the one that the fills know, and
    OSError when an address cannot be bound.
    """
    parent = os.getppid() if exit_with_parent else None
    environment.prepare_server(instance.settings, instance.folder)
    asyncio.run(_Server(instance, parent).serve())


class _Server:
    """One run of the server."""

    def __init__(self, instance: Instance, parent: int | None) -> None:
        self._settings = instance.settings
        self._parent = parent
        self._fills = _install(instance)
        self._context = Context(self._settings, Faults(self._settings.regions))
        self._control = Control(instance.id, self._context.faults, self._fills)
        self._end = asyncio.Event()
        self._failure: BaseException | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Run until the end is asked for, then end all that was started."""
        from hypercorn.asyncio import serve

        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end.set)
        try:
            config = _hypercorn_config(self._settings.addresses, self._settings.port)
            app: Any = self._app()  # hypercorn types ASGI messages more narrowly than ASGI does
            self._serve_tls(app)
            await serve(app, config, shutdown_trigger=self._ended)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await asyncio.to_thread(_end_lambda_workers)
        if self._failure:
            raise StartError(str(self._failure)) from self._failure

    def _serve_tls(self, app: App) -> None:
        from local_aws.tls import Certificates, Listener, custom_domains

        certificates = Certificates(custom_domains(self._settings))
        certificates.write_ca(self._settings.ca_bundle)
        for listener in [Listener(self._settings, name, certificates) for name in self._settings.regions]:
            self._spawn(listener.serve(app, self._end.wait))

    async def _ended(self) -> None:
        """Return when the server shall end, without what would hold that up: connections and invocations."""
        await self._end.wait()
        _force_end_later()
        connections.close_all()
        await asyncio.to_thread(_end_lambda_workers)

    def _app(self) -> App:
        from ministack.app import app as ministack

        local_aws = LocalAws(self._settings, self._fills, self._context.faults, self._control, ministack)

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                await local_aws(scope, receive, send)
            elif scope["type"] == "lifespan":
                self._spawn(self._start())
                await ministack(scope, receive, send)
            # A WebSocket is refused: nothing here offers one.

        return app

    async def _start(self) -> None:
        """Do what follows once the server listens, and count as ready after it."""
        try:
            await _listening(self._settings.control_address, self._settings.port)
            for fill in self._fills:
                if fill.on_start:
                    await asyncio.to_thread(fill.on_start, self._context)
        except Exception as error:
            logger.exception("a fill failed to start")
            self._failure = error
            self._end.set()
            return
        for fill in self._fills:
            for tick in fill.ticks:
                self._spawn(_repeat(fill.name, tick, self._context))
        if self._parent is not None:
            self._spawn(self._follow_parent(self._parent))
        _keep_collections_short()
        self._control.ready = True
        logger.info("ready at %s", self._settings.endpoint_url)

    async def _follow_parent(self, parent: int) -> None:
        while os.getppid() == parent:
            await asyncio.sleep(_PARENT_POLL_SECONDS)
        logger.info("the parent process %d is gone", parent)
        self._end.set()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _keep_collections_short() -> None:
    """Leave what is loaded out of garbage collections, which stop all requests while they look at it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def _install(instance: Instance) -> list[Fill]:
    """Load the fills and patch MiniStack with them."""
    fills.check(Fill(name="server", requires=_REQUIRES))
    loaded = fills.load()
    for fill in loaded:
        if fill.install:
            fill.install(instance.settings)
    connections.track()
    return loaded


def _hypercorn_config(addresses: Sequence[str], port: int) -> Any:
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"{address}:{port}" for address in addresses]
    config.keep_alive_timeout = KEEP_ALIVE_SECONDS
    config.graceful_timeout = 1
    return config


async def _listening(address: str, port: int) -> None:
    """Return when something accepts connections there."""
    while True:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(address, port, family=socket.AF_INET)
            writer.close()
            await writer.wait_closed()
            return
        await asyncio.sleep(_LISTEN_POLL_SECONDS)


async def _repeat(fill: str, tick: Tick, context: Context) -> None:
    """Run the tick for ever; what it raises is logged and does not end it."""
    run: Callable[[Context], Awaitable[None]] = tick.run
    while True:
        await asyncio.sleep(tick.seconds)
        try:
            await run(context)
        except Exception:
            logger.exception("tick of fill '%s' failed", fill)


def _force_end_later() -> None:
    """End the process even when a thread of MiniStack waits for something, and log what it waits for."""

    def force() -> None:
        faulthandler.dump_traceback()
        _end_lambda_workers()
        os._exit(1)

    timer = threading.Timer(_END_SECONDS, force)
    timer.daemon = True
    timer.start()


def _end_lambda_workers() -> None:
    from ministack.core import lambda_runtime

    lambda_runtime.reset()
