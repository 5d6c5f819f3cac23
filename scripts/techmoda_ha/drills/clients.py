"""Clients as customers run them: they resolve the public name by DNS, honour its TTL, and keep a log.

Nothing here knows which region should answer; that is what a drill finds out. Three variables lead the
clients elsewhere than to the internet (unset on AWS): HA_DNS_SERVER (address:port that answers the zone),
HA_TLS_PORT (the port that stands in for 443), HA_CA_BUNDLE (a file of trusted certificates).
"""

from __future__ import annotations

import json
import os
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TextIO

import dns.exception
import dns.resolver
import httpx

from techmoda_ha.drills.measurement import Observation, Write

HTTPS_PORT = 443
CONNECT_TIMEOUT_SECONDS = 2.0
ANSWER_TIMEOUT_SECONDS = 5.0
DNS_TIMEOUT_SECONDS = 2.0
REGION_HEADER = "X-Region"

Clock = Callable[[], float]


@dataclass(frozen=True)
class Network:
    """How the public names are reached."""

    dns_server: str | None
    tls_port: int
    ca_bundle: str | None

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> Network:
        """Read the three variables."""
        port = int(variables.get("HA_TLS_PORT", HTTPS_PORT))
        return cls(variables.get("HA_DNS_SERVER"), port, variables.get("HA_CA_BUNDLE"))

    def resolver(self) -> dns.resolver.Resolver:
        """Return a resolver that keeps each answer for its TTL and no longer."""
        if self.dns_server is None:
            resolver = dns.resolver.Resolver()
        else:
            address, _, port = self.dns_server.rpartition(":")
            resolver = dns.resolver.Resolver(configure=False)
            resolver.nameservers, resolver.port = [address], int(port)
        resolver.lifetime = DNS_TIMEOUT_SECONDS
        resolver.cache = dns.resolver.Cache()
        return resolver

    def tls_context(self) -> ssl.SSLContext:
        """Return a TLS context that verifies names and certificates."""
        context = ssl.create_default_context(cafile=self.ca_bundle)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


class ApiClient:
    """One customer's HTTPS client of a host name.

    Like most HTTP libraries it keeps a connection while it works, and asks DNS again (within the TTL) for
    each request, so that it follows a failover as soon as its cached answer has run out.
    """

    def __init__(self, network: Network, host: str, base_path: str, token: str | None = None) -> None:
        """Prepare; nothing is sent yet."""
        self._network, self._host, self._base_path = network, host, base_path
        self._resolver = network.resolver()
        timeout = httpx.Timeout(ANSWER_TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS)
        headers = {"Host": host} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._http = httpx.Client(
            verify=network.tls_context(), timeout=timeout, headers=headers, trust_env=False
        )

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def address(self) -> str:
        """Return the address that DNS gives for the host now; raise dns.exception.DNSException."""
        return str(next(iter(self._resolver.resolve(self._host, "A"))))

    def request(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """Send one request; raise httpx.HTTPError or dns.exception.DNSException when nobody answers."""
        url = f"https://{self.address()}:{self._network.tls_port}{self._base_path}{path}"
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        extensions = {"sni_hostname": self._host}
        return self._http.request(method, url, json=body, headers=names, extensions=extensions)


@dataclass
class Log:
    """What all clients saw, in memory and, line by line, in a file that outlives a crash of the drill."""

    file: TextIO
    observations: list[Observation] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def open(cls, file: Path) -> Log:
        """Start a log in a new file."""
        file.parent.mkdir(parents=True, exist_ok=True)
        return cls(file.open("w", buffering=1))

    def saw(self, observation: Observation) -> None:
        """Keep one request's outcome."""
        with self._lock:
            self.observations.append(observation)
            self.file.write(json.dumps(asdict(observation)) + "\n")

    def wrote(self, write: Write) -> None:
        """Keep one write, acknowledged or not."""
        with self._lock:
            self.writes.append(write)
            self.file.write(json.dumps(asdict(write)) + "\n")

    def snapshot(self) -> tuple[list[Observation], list[Write]]:
        """Return what was seen so far."""
        with self._lock:
            return list(self.observations), list(self.writes)


@dataclass
class Traffic:
    """A steady stream of requests from several customers, until it is stopped.

    `rate` is in requests per second and client. Readers list products; writers create one product each
    time, with a unique id in its idempotency key and name, in `category`.
    """

    make_client: Callable[[], ApiClient]
    log: Log
    category: str
    readers: int = 2
    writers: int = 2
    rate: float = 4.0
    clock: Clock = time.monotonic
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Start all clients."""
        for kind, count in (("reader", self.readers), ("writer", self.writers)):
            for number in range(count):
                name = f"{kind}-{number + 1}"
                act = self._read if kind == "reader" else self._write
                thread = threading.Thread(target=self._run, args=(name, act), name=name, daemon=True)
                self._threads.append(thread)
                thread.start()

    def stop(self) -> None:
        """Stop all clients and wait for their last request."""
        self._stop.set()
        for thread in self._threads:
            thread.join(CONNECT_TIMEOUT_SECONDS + ANSWER_TIMEOUT_SECONDS + DNS_TIMEOUT_SECONDS)
        self.log.file.flush()

    def _run(self, name: str, act: Callable[[str, ApiClient], None]) -> None:
        client = self.make_client()
        due = self.clock()
        try:
            while not self._stop.is_set():
                act(name, client)
                # A slow answer delays this client's next request, as it does a customer's.
                due = max(due + 1 / self.rate, self.clock())
                self._stop.wait(due - self.clock())
        finally:
            client.close()

    def _read(self, name: str, client: ApiClient) -> None:
        self._observe(name, lambda: client.request("GET", f"/products?category={self.category}&limit=5"))

    def _write(self, name: str, client: ApiClient) -> None:
        unique = uuid.uuid4().hex
        product = {
            "name": f"drill {unique}", "category": self.category,
            "price": "1.00", "currency": "EUR", "stock": 1,
        }  # fmt: skip
        answer = self._observe(
            name, lambda: client.request("POST", "/products", product, Idempotency_Key=f"drill-{unique}")
        )
        acknowledged = answer is not None and answer.status_code == httpx.codes.CREATED
        region = answer.headers.get(REGION_HEADER, "") if answer else ""
        self.log.wrote(Write(unique, self.clock() if acknowledged else None, region))

    def _observe(self, name: str, send: Callable[[], httpx.Response]) -> httpx.Response | None:
        sent = self.clock()
        try:
            answer = send()
        except (httpx.HTTPError, dns.exception.DNSException):
            self.log.saw(Observation(name, sent, self.clock(), ok=False))
            return None
        region = answer.headers.get(REGION_HEADER, "")
        self.log.saw(
            Observation(name, sent, self.clock(), answer.is_success, region=region, status=answer.status_code)
        )
        return answer
