"""What runs in a Python function's own process so that it finds the hosted zones' names, as on AWS.

On AWS a function asks public DNS and connects to port 443. Here the zones' names are answered by the local
DNS server, which the system's resolver does not ask, and the regions' port 443 is an unprivileged one. So
`socket.getaddrinfo`, which every Python HTTP client calls, asks the local DNS server first: for a name that
it is authoritative for, its answer counts, canonical name included; any other name goes to the system.

It stands alone, as the process has none of the server's modules but dnspython, which is imported when
the first name is looked up. The server says in three variables where DNS and the regions are (`variables`).
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Callable, Mapping
from typing import Any

DNS_SERVER = "LOCAL_AWS_NETWORK_DNS"
PORTS = "LOCAL_AWS_NETWORK_PORTS"
_DNS_SECONDS = 5.0

AddressInfo = tuple[int, int, int, str, tuple[str, int]]


def variables(dns_server: tuple[str, int], ports: Mapping[str, Mapping[int, int]]) -> dict[str, str]:
    """What a function's process must have in its environment.

    ports: for each address, the port that really listens by the port that clients of AWS use.
    """
    return {DNS_SERVER: f"{dns_server[0]}:{dns_server[1]}", PORTS: json.dumps(ports)}


def install(environ: Mapping[str, str] = os.environ) -> None:
    """Make this process's look-ups ask the local DNS server; without the variables, change nothing."""
    if DNS_SERVER not in environ:
        return
    address, _, port = environ[DNS_SERVER].rpartition(":")
    ports = {
        address: {int(asked): used for asked, used in by_port.items()}
        for address, by_port in json.loads(environ[PORTS]).items()
    }
    network = Network((address, int(port)), ports, socket.getaddrinfo)
    socket.getaddrinfo = network.getaddrinfo


class Network:
    """Look-ups as `socket.getaddrinfo` does them, by the local DNS server where it knows the name."""

    def __init__(
        self,
        dns_server: tuple[str, int],
        ports: Mapping[str, Mapping[int, int]],
        system: Callable[..., Any],
    ) -> None:
        self._dns_server = dns_server
        self._ports = ports
        self._system = system

    def getaddrinfo(  # noqa: PLR0917 - the parameters of socket.getaddrinfo
        self,
        host: bytes | str | None,
        port: bytes | str | int | None,
        family: int = 0,
        type: int = 0,  # noqa: A002 - the name that callers of socket.getaddrinfo use
        proto: int = 0,
        flags: int = 0,
    ) -> Any:
        """As `socket.getaddrinfo`, which it stands in for. Raises socket.gaierror."""
        name = host.decode() if isinstance(host, bytes) else host or ""
        if not _is_public_name(name) or flags & socket.AI_NUMERICHOST:
            return self._system(host, port, family, type, proto, flags)
        answer = self._ask(name)
        if answer is None:
            return self._system(host, port, family, type, proto, flags)
        canonical, addresses = answer
        if not addresses or family not in {socket.AF_UNSPEC, socket.AF_INET}:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [
            (*info[:3], canonical if flags & socket.AI_CANONNAME and not index else "", info[4])
            for index, info in enumerate(self._information(addresses, port, type, proto))
        ]

    def _information(
        self, addresses: list[str], port: bytes | str | int | None, kind: int, proto: int
    ) -> list[AddressInfo]:
        found: list[AddressInfo] = []
        for address in addresses:
            # The system resolves a port's name and lists the kinds of sockets.
            for info in self._system(address, port, socket.AF_INET, kind, proto, socket.AI_NUMERICHOST):
                used = self._ports.get(address, {}).get(info[4][1], info[4][1])
                found.append((*info[:4], (address, used)))
        return found

    def _ask(self, name: str) -> tuple[str, list[str]] | None:
        """The canonical name and the IPv4 addresses; None when the server has no authority over the name."""
        import dns.exception
        import dns.flags
        import dns.message
        import dns.query
        import dns.rcode
        import dns.rdatatype

        query = dns.message.make_query(name, dns.rdatatype.A)
        address, port = self._dns_server
        try:
            response = dns.query.udp(query, address, port=port, timeout=_DNS_SECONDS)
        except (dns.exception.DNSException, OSError) as error:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution") from error
        if not response.flags & dns.flags.AA or not isinstance(response, dns.message.QueryMessage):
            return None
        if response.rcode() != dns.rcode.NOERROR:
            return name, []
        chain = response.resolve_chaining()
        addresses = [record.address for record in chain.answer] if chain.answer is not None else []
        return chain.canonical_name.to_text(omit_final_dot=True), addresses


def _is_public_name(name: str) -> bool:
    """Whether it is a name that DNS may know, and neither an address nor this machine."""
    if "." not in name:
        return False
    for family in (socket.AF_INET, socket.AF_INET6):
        with contextlib.suppress(OSError):
            socket.inet_pton(family, name)
            return False
    return True
