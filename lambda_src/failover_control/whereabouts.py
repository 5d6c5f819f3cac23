"""Asking DNS where it leads clients."""

from __future__ import annotations

import socket
from collections.abc import Callable
from enum import StrEnum


class Led(StrEnum):
    """Where DNS leads clients at present."""

    TO_PRIMARY = "primary"
    TO_DR = "dr"
    UNKNOWN = "unknown"


def canonical_name(host: str) -> str:
    """Return the name at the end of the host's CNAMEs, by the system's resolver. Raises OSError."""
    found = socket.getaddrinfo(
        host, None, family=socket.AF_INET, type=socket.SOCK_STREAM, flags=socket.AI_CANONNAME
    )
    return found[0][3]


class Whereabouts:
    """Reads where DNS leads from a CNAME whose failover records carry the public records' health checks.

    Addresses would not tell: those of API Gateway's domains change and are shared, and a CNAME is not
    allowed beside the public name's aliases.
    """

    def __init__(
        self,
        active_host: str,
        primary_host: str,
        dr_host: str,
        resolve: Callable[[str], str] = canonical_name,
    ) -> None:
        self._active_host = active_host
        self._regions = {primary_host: Led.TO_PRIMARY, dr_host: Led.TO_DR}
        self._resolve = resolve

    def look(self) -> Led:
        """Return where DNS leads now, UNKNOWN when it does not say."""
        try:
            name = self._resolve(self._active_host)
        except OSError:
            return Led.UNKNOWN
        return self._regions.get(name.lower().rstrip("."), Led.UNKNOWN)
