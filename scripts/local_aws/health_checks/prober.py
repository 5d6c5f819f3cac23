"""One health check request to an endpoint, with Route 53's time limits.

Contract: the Route 53 developer guide, "How Amazon Route 53 determines whether a health check is healthy":
HTTP(S) must connect within 4 s and answer 2xx or 3xx within 2 s more, a searched string must be in the
first 5,120 bytes of a body that comes within another 2 s, and TCP must connect within 10 s. Certificates
are not validated. A TLS handshake is taken to count into the 2 s, as it follows the TCP connection.

No request ever leaves this machine: an endpoint at any other than a loopback address counts as out of
reach.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

import h11

from local_aws.health_checks.checker import Result
from local_aws.health_checks.config import HealthCheck

CONNECT_SECONDS = 4.0
TCP_CONNECT_SECONDS = 10.0
RESPONSE_SECONDS = 2.0
BODY_SECONDS = 2.0
SEARCHED_BYTES = 5120

_USER_AGENT = "Amazon-Route53-Health-Check-Service (ref {id}; report http://amzn.to/1vsZADi)"
_TIMED_OUT = (
    "Connection timed out. The endpoint or the internet connection is down, or requests are being blocked "
    "by your firewall."
)
_RECEIVE_BYTES = 8192


class _FailedError(Exception):
    """The check failed; the message is the status report's text."""


@dataclass
class _Times:
    """When each step ended, in milliseconds after its start."""

    since: float = field(default_factory=time.perf_counter)
    connect: float | None = None
    tls: float | None = None
    first_byte: float | None = None

    def lap(self) -> float:
        """The milliseconds since the last lap."""
        now = time.perf_counter()
        elapsed, self.since = (now - self.since) * 1000, now
        return elapsed


class Prober:
    """Sends requests.

    resolve: the IPv4 addresses of a name, by DNS. port_at: the port that really listens for an address
    and port of AWS, where ports below 1024 cannot be used.
    """

    def __init__(
        self, resolve: Callable[[str], list[str]], port_at: Callable[[str, int], int] = lambda _, port: port
    ) -> None:
        self._resolve = resolve
        self._port_at = port_at
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._tls.check_hostname = False
        self._tls.verify_mode = ssl.CERT_NONE

    async def __call__(self, check: HealthCheck) -> Result:
        """Send one request for a health check that monitors an endpoint. It never fails but in its result."""
        times = _Times()
        resolved = ""
        try:
            address = check.ip_address or self._address(check.domain_name)
            resolved = "" if check.ip_address else f". Resolved IP: {address}"
            text = await self._request(check, address, times)
            success = True
        except _FailedError as error:
            success, text = False, str(error)
        return Result(success, text + resolved, times.connect, times.tls, times.first_byte)

    def _address(self, name: str) -> str:
        addresses = self._resolve(name)
        if not addresses:
            raise _FailedError("DNS resolution failed: No DNS resource records found")
        return addresses[0]

    async def _request(self, check: HealthCheck, address: str, times: _Times) -> str:
        limit = TCP_CONNECT_SECONDS if check.type == "TCP" else CONNECT_SECONDS
        connection = await _connect(address, self._port_at(address, check.port), limit)
        times.connect = times.lap()
        try:
            if check.type == "TCP":
                return "TCP connection established"
            return await self._exchange(check, connection, times)
        except TimeoutError as error:
            raise _FailedError("The endpoint did not respond within the time limit") from error
        except ssl.SSLError as error:
            raise _FailedError(f"SSL alert {(error.reason or 'handshake_failure').lower()}") from error
        except (OSError, EOFError) as error:
            raise _FailedError("The endpoint closed the connection before it responded") from error
        except h11.ProtocolError as error:
            raise _FailedError(f"The response is not HTTP/1.1: {error}") from error
        finally:
            connection.close()

    async def _exchange(self, check: HealthCheck, connection: socket.socket, times: _Times) -> str:
        async with asyncio.timeout(RESPONSE_SECONDS):
            reader, writer = await asyncio.open_connection(
                sock=connection,
                ssl=self._tls if check.uses_tls else None,
                server_hostname=(check.domain_name if check.sni else "") if check.uses_tls else None,
            )
        try:
            if check.uses_tls:
                times.tls = times.lap()
            async with asyncio.timeout(RESPONSE_SECONDS - (times.tls or 0) / 1000):
                exchange = _Exchange(reader, writer)
                status = await exchange.status_of(check)
                times.first_byte = times.lap()
            if not 200 <= status < 400:
                raise _FailedError(f"HTTP Status Code {status}, {_phrase(status)}")
            if check.search_string:
                async with asyncio.timeout(BODY_SECONDS):
                    await exchange.require(check.search_string.encode())
            return f"HTTP Status Code {status}, {_phrase(status)}"
        finally:
            writer.transport.abort()


class _Exchange:
    """One request and its response."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.CLIENT)

    async def status_of(self, check: HealthCheck) -> int:
        """Send the request and return the response's status code."""
        headers = [
            ("Host", check.host),
            ("User-Agent", _USER_AGENT.format(id=check.id)),
            ("Accept", "*/*"),
            ("Connection", "close"),
        ]
        request = h11.Request(method="GET", target=check.path, headers=headers)
        self._writer.write((self._http.send(request) or b"") + (self._http.send(h11.EndOfMessage()) or b""))
        while True:
            event = await self._next()
            if isinstance(event, h11.Response):
                return event.status_code

    async def require(self, text: bytes) -> None:
        """Raise unless the body's searched part has the text in it."""
        body = b""
        while len(body) < SEARCHED_BYTES and text not in body[:SEARCHED_BYTES]:
            event = await self._next()
            if not isinstance(event, h11.Data):
                break
            body += event.data
        if text not in body[:SEARCHED_BYTES]:
            raise _FailedError("The response body does not contain the search string")

    async def _next(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(await self._reader.read(_RECEIVE_BYTES))
        return event


async def _connect(address: str, port: int, seconds: float) -> socket.socket:
    """A connected socket. Raises _FailedError."""
    ip = ipaddress.ip_address(address)
    if not ip.is_loopback:
        raise _FailedError(f"{_TIMED_OUT} (the local AWS connects to loopback addresses only)")
    connection = socket.socket(socket.AF_INET if ip.version == 4 else socket.AF_INET6)
    connection.setblocking(False)
    try:
        async with asyncio.timeout(seconds):
            await asyncio.get_running_loop().sock_connect(connection, (address, port))
    except TimeoutError as error:
        connection.close()
        raise _FailedError(_TIMED_OUT) from error
    except OSError as error:
        connection.close()
        reason = os.strerror(error.errno or 0)
        raise _FailedError(f"The health checker could not establish a connection: {reason}") from error
    return connection


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
