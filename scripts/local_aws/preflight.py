"""What must hold before a local AWS can start: its loopback addresses exist and its port is free on each."""

from __future__ import annotations

import errno
import socket
import sys

from local_aws.settings import Settings


class PreflightError(RuntimeError):
    """An address or port cannot be used; the message says which, and the next step."""


def require_addresses(settings: Settings) -> None:
    """Raise PreflightError unless the port can be bound at every address."""
    missing: list[str] = []
    for address in settings.addresses:
        error = _bind_error(address, settings.port)
        if error == errno.EADDRNOTAVAIL:
            missing.append(address)
        elif error == errno.EACCES:
            raise PreflightError(
                f"port {settings.port} needs privileges. Choose one above 1023: LOCAL_AWS_PORT=4566"
            )
        elif error:
            raise PreflightError(
                f"{address}:{settings.port} is taken by another program. End that program, or choose another "
                f"port: LOCAL_AWS_PORT={_next_port(settings.port)} ha local up"
            )
    if missing:
        raise PreflightError(
            f"this machine has no loopback address {' and '.join(missing)}. {_hint(missing)}"
        )


def _bind_error(address: str, port: int) -> int:
    """The errno with which binding fails, or 0."""
    # Where an address may be shared (macOS), binding succeeds beside a listener on all addresses.
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex((address, port)) == 0:
            return errno.EADDRINUSE
    with socket.socket() as probe:
        # As the server does: connections that have just ended must not block a new start.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            probe.listen()
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
