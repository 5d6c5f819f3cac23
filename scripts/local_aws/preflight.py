"""What must hold before a local AWS can start: its loopback addresses exist and its ports are free."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Callable

from local_aws.settings import Listener, Settings


class PreflightError(RuntimeError):
    """An address or port cannot be used; the message says which, and the next step."""


def require_addresses(settings: Settings) -> None:
    """Raise PreflightError unless every port can be bound at its addresses."""
    # A dictionary, as an address may be missing for several ports and is to be named once.
    missing: dict[str, None] = {}
    for listener in settings.listeners():
        error = _bind_error(listener)
        if error == errno.EADDRNOTAVAIL:
            missing[listener.address] = None
        elif error == errno.EACCES:
            raise PreflightError(
                f"port {listener.port} needs privileges. Choose one above 1023: {listener.variable}=4566"
            )
        elif error:
            raise PreflightError(
                f"{listener.address}:{listener.port} is taken by another program. End that program, or "
                f"choose another port: {listener.variable}={_next_port(listener.port)} ha local up"
            )
    if missing:
        raise PreflightError(
            f"this machine has no loopback address {' and '.join(missing)}. {_hint(list(missing))}"
        )


def _bind_error(listener: Listener) -> int:
    """The errno with which binding fails, or 0."""
    address, port = listener.address, listener.port
    if listener.udp:
        with socket.socket(type=socket.SOCK_DGRAM) as probe:
            return _errno_of(lambda: probe.bind((address, port)))
    # Where an address may be shared (macOS), binding succeeds beside a listener on all addresses.
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex((address, port)) == 0:
            return errno.EADDRINUSE
    with socket.socket() as probe:
        # As the server does: connections that have just ended must not block a new start.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return _errno_of(lambda: probe.bind((address, port))) or _errno_of(probe.listen)


def _errno_of(step: Callable[[], None]) -> int:
    """The errno with which the step fails, or 0."""
    try:
        step()
    except OSError as error:
        return error.errno or errno.EADDRINUSE
    return 0


def _hint(missing: list[str]) -> str:
    if sys.platform == "darwin":
        commands = " && ".join(f"sudo ifconfig lo0 alias {address}" for address in missing)
        return f"Add it until the next restart: {commands}"
    commands = " && ".join(f"sudo ip address add {address}/8 dev lo" for address in missing)
    return f"Add it: {commands}"


def _next_port(port: int) -> int:
    return port + 1 if port < 65535 else 4566
