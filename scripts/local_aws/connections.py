"""The TCP connection behind a request, so that a request can end without an answer.

ASGI has no notion of it. Hypercorn handles each connection in a task of its own and spawns the app's
tasks from there, so a context variable set in that task tells the app its connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import socket
import struct
from weakref import WeakSet

# Longer than any client keeps an idle connection (90 s in the AWS SDK for Go). A server that closes
# first can do so just as a request comes in: the request is done, its answer lost, and the client repeats
# what must not be repeated (a CreateAlias that then conflicts with itself).
KEEP_ALIVE_SECONDS = 600

_current: contextvars.ContextVar[asyncio.WriteTransport] = contextvars.ContextVar("connection")
_open: WeakSet[asyncio.WriteTransport] = WeakSet()


def track() -> None:
    """Make hypercorn note each request's connection. Call it once, before the server starts."""
    import hypercorn.asyncio.run as hypercorn_run
    from hypercorn.asyncio.tcp_server import TCPServer

    class TrackedServer(TCPServer):
        """Hypercorn's handler of one connection, which notes the connection first."""

        async def run(self) -> None:
            transport = self.writer.transport
            _current.set(transport)
            _open.add(transport)
            await super().run()

    hypercorn_run.TCPServer = TrackedServer  # type: ignore[attr-defined]


def reset() -> None:
    """Close the current request's connection at once: the peer sees a reset, or an end without an answer."""
    _abort(_current.get())


def close_all() -> None:
    """Close every connection, idle or not."""
    for transport in list(_open):
        _abort(transport)


def _abort(transport: asyncio.WriteTransport) -> None:
    # Lingering for zero seconds makes the close a TCP reset instead of an orderly end.
    # A TLS transport that has ended already knows no socket any more (asyncio: AttributeError).
    with contextlib.suppress(OSError, AttributeError):
        transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
    transport.abort()
