"""A DNS server on UDP and TCP over loopback (RFC 1035, RFC 7766, EDNS of RFC 6891)."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype

from local_aws.dns.resolver import Answer

logger = logging.getLogger("local_aws.dns")

Lookup = Callable[[str, str], Answer]
"""Name and record type of a question → its answer."""

_LARGEST_UDP = 1232
_LARGEST_TCP = 65535
_PLAIN_UDP = 512
_HEADER = struct.Struct("!6H")
_TCP_IDLE_SECONDS = 10.0


class PortTakenError(RuntimeError):
    """The server's port is in use; the message says so, and the next step."""


@dataclass(frozen=True)
class Sockets:
    """A bound UDP and a listening TCP socket of the same address and port."""

    udp: socket.socket
    tcp: socket.socket

    def close(self) -> None:
        """Close both."""
        self.udp.close()
        self.tcp.close()


def bind(address: str, port: int) -> Sockets:
    """Bind both sockets. Raises PortTakenError."""
    with contextlib.ExitStack() as on_error:
        udp = on_error.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        tcp = on_error.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            udp.bind((address, port))
            tcp.bind((address, port))
            tcp.listen()
        except OSError as error:
            reason = "is taken by another program" if error.errno == errno.EADDRINUSE else str(error)
            raise PortTakenError(
                f"the DNS server's port {address}:{port} {reason}. "
                f"Choose another: LOCAL_AWS_DNS_PORT={port + 1}"
            ) from error
        udp.setblocking(False)
        tcp.setblocking(False)
        on_error.pop_all()
    return Sockets(udp, tcp)


async def serve(sockets: Sockets, lookup: Lookup) -> None:
    """Answer queries until cancelled; the sockets are closed then."""
    loop = asyncio.get_running_loop()
    try:
        transport, _ = await loop.create_datagram_endpoint(lambda: _Udp(lookup), sock=sockets.udp)
        server = await asyncio.start_server(_Tcp(lookup).handle, sock=sockets.tcp)
        with contextlib.closing(transport):
            async with server:
                await server.serve_forever()
    finally:
        sockets.close()


def respond(query: bytes, lookup: Lookup, largest: int | None = None) -> bytes | None:
    """The response to a query; None when there is nothing to respond to.

    largest: of how many bytes a response may be; by default what the query says, as UDP demands. A
    longer one is cut and marked, so that the client asks again over TCP.
    """
    try:
        message = dns.message.from_wire(query)
    except dns.exception.DNSException:
        return _malformed(query)
    if message.flags & dns.flags.QR:
        return None
    if largest is None:
        # EDNS allows no less than 512 either; more than 1232 could be cut on its way.
        asked = message.payload if message.edns >= 0 else _PLAIN_UDP
        largest = max(_PLAIN_UDP, min(asked, _LARGEST_UDP))
    response = _response(message, lookup)
    try:
        return response.to_wire(max_size=largest)
    except dns.exception.TooBig:
        cut = dns.message.make_response(message, our_payload=_LARGEST_UDP)
        cut.flags |= dns.flags.TC | (response.flags & dns.flags.AA)
        return cut.to_wire()


def _response(query: dns.message.Message, lookup: Lookup) -> dns.message.Message:
    response = dns.message.make_response(query, our_payload=_LARGEST_UDP)
    if query.opcode() != dns.opcode.QUERY:
        response.set_rcode(dns.rcode.NOTIMP)
        return response
    if len(query.question) != 1:
        response.set_rcode(dns.rcode.FORMERR)
        return response
    question = query.question[0]
    if question.rdclass != dns.rdataclass.IN:
        response.set_rcode(dns.rcode.REFUSED)
        return response
    try:
        answer = lookup(question.name.to_text(), dns.rdatatype.to_text(question.rdtype))
    except Exception:
        # Such as a record whose value is not of its type; the other names must still be answered.
        logger.exception("no answer for %s", question)
        response.set_rcode(dns.rcode.SERVFAIL)
        return response
    response.set_rcode(answer.rcode)
    if answer.authoritative:
        response.flags |= dns.flags.AA
    response.answer.extend(answer.answer)
    response.authority.extend(answer.authority)
    return response


def _malformed(query: bytes) -> bytes | None:
    """Say that the query has a format error, if it has as much as a header."""
    if len(query) < _HEADER.size:
        return None
    (query_id, flags, *_) = _HEADER.unpack_from(query)
    if flags & dns.flags.QR:
        return None
    return _HEADER.pack(query_id, dns.flags.QR | dns.rcode.FORMERR, 0, 0, 0, 0)


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # The class of the event loop's own transport does not derive from this one.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        response = respond(data, self._lookup)
        if response and self._transport:
            self._transport.sendto(response, addr)


class _Tcp:
    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the queries of one connection until the client ends it or is silent."""
        try:
            with contextlib.suppress(OSError, EOFError, TimeoutError):
                while True:
                    async with asyncio.timeout(_TCP_IDLE_SECONDS):
                        length = int.from_bytes(await reader.readexactly(2), "big")
                        query = await reader.readexactly(length)
                    response = respond(query, self._lookup, _LARGEST_TCP)
                    if response is None:
                        return
                    writer.write(len(response).to_bytes(2, "big") + response)
                    await writer.drain()
        finally:
            writer.close()
