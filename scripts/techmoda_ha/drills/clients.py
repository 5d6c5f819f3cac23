"""Clients as customers run them: they resolve the public name by DNS, honour its TTL, and keep a log.

Nothing here knows which region should answer; that is what a drill finds out.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TextIO

import dns.exception
import httpx

from techmoda_ha.drills.measurement import Edit, Observation, Write
from techmoda_ha.network import DNS_TIMEOUT_SECONDS, Network

CONNECT_TIMEOUT_SECONDS = 2.0
ANSWER_TIMEOUT_SECONDS = 5.0
CONNECTIONS = 20
REGION_HEADER = "X-Region"

Clock = Callable[[], float]


class ApiClient:
    """One customer's HTTPS client of a host name.

    Like most HTTP libraries it keeps a connection while it works, and asks DNS again (within the TTL) for
    each request, so that it follows a failover as soon as its cached answer has run out.
    """

    def __init__(
        self,
        network: Network,
        host: str,
        base_path: str,
        token: str | None = None,
        *,
        connections: int = CONNECTIONS,
        connect_seconds: float = CONNECT_TIMEOUT_SECONDS,
        answer_seconds: float = ANSWER_TIMEOUT_SECONDS,
    ) -> None:
        """Prepare; nothing is sent yet. At most `connections` connections are open at a time."""
        self._network, self._host, self._base_path = network, host, base_path
        self._resolver = network.resolver()
        timeout = httpx.Timeout(answer_seconds, connect=connect_seconds)
        headers = {"Host": host} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._http = httpx.Client(
            verify=network.tls_context(), timeout=timeout, headers=headers, trust_env=False,
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        )  # fmt: skip

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


Act = Callable[[str, ApiClient], None]
"""What a client does again and again, under its name."""


@dataclass
class Log:
    """What all clients saw, in memory and, line by line, in a file that outlives a crash of the drill."""

    file: TextIO
    observations: list[Observation] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
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

    def edited(self, edit: Edit) -> None:
        """Keep one acknowledged edit."""
        with self._lock:
            self.edits.append(edit)
            self.file.write(json.dumps(asdict(edit)) + "\n")

    def snapshot(self) -> tuple[list[Observation], list[Write]]:
        """Return what was seen so far."""
        with self._lock:
            return list(self.observations), list(self.writes)


@dataclass
class Traffic:
    """A steady stream of requests from several customers, until it is stopped.

    `rate` is in actions per second and client. Readers list products; writers create one product each
    time, with a unique id in its idempotency key and name, in `category`; the editor counts up the stock of
    one product, so that edits which overwrite each other unseen can be told.
    """

    make_client: Callable[[], ApiClient]
    log: Log
    category: str
    readers: int = 2
    writers: int = 2
    editors: int = 1
    rate: float = 2.0
    clock: Clock = time.monotonic
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Start all clients."""
        kinds: dict[str, tuple[int, Callable[[], Act]]] = {
            "reader": (self.readers, lambda: self._read),
            "writer": (self.writers, lambda: self._write),
            "editor": (self.editors, lambda: Editor(self)),
        }
        for kind, (count, make_act) in kinds.items():
            for number in range(count):
                name, act = f"{kind}-{number + 1}", make_act()
                thread = threading.Thread(target=self._run, args=(name, act), name=name, daemon=True)
                self._threads.append(thread)
                thread.start()

    def stop(self) -> None:
        """Stop all clients and wait for their last request."""
        self._stop.set()
        for thread in self._threads:
            thread.join(CONNECT_TIMEOUT_SECONDS + ANSWER_TIMEOUT_SECONDS + DNS_TIMEOUT_SECONDS)
        self.log.file.flush()

    def _run(self, name: str, act: Act) -> None:
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
        self.observe(name, lambda: client.request("GET", f"/products?category={self.category}&limit=5"))

    def _write(self, name: str, client: ApiClient) -> None:
        unique = uuid.uuid4().hex
        product = new_product(f"drill {unique}", self.category)
        answer = self.observe(
            name, lambda: client.request("POST", "/products", product, Idempotency_Key=f"drill-{unique}")
        )
        if answer is None or answer.status_code != httpx.codes.CREATED:
            self.log.wrote(Write(unique, None))
            return
        region, product_id = answer.headers.get(REGION_HEADER, ""), answer.json()["id"]
        self.log.wrote(Write(unique, self.clock(), region, product_id))

    def observe(self, name: str, send: Callable[[], httpx.Response]) -> httpx.Response | None:
        """Send one request and log what came of it; None when nobody answered."""
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


class Editor:
    """Counts up the stock of a product of its own: reads it, and writes the next number on what it read."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._product: str | None = None
        self._next = 1

    def __call__(self, name: str, client: ApiClient) -> None:
        """Do one edit."""
        traffic = self._traffic
        if self._product is None:
            body = {**new_product("drill edited", traffic.category), "stock": 0}
            key = f"drill-{uuid.uuid4().hex}"
            made = traffic.observe(
                name, lambda: client.request("POST", "/products", body, Idempotency_Key=key)
            )
            self._product = made.json()["id"] if made and made.is_success else None
            return
        path = f"/products/{self._product}"
        read = traffic.observe(name, lambda: client.request("GET", path))
        if read is None or not read.is_success:
            return
        current = read.json()
        number, self._next = self._next, self._next + 1
        body = {
            **new_product("drill edited", traffic.category),
            "stock": number,
            "version": current["version"],
        }
        answer = traffic.observe(name, lambda: client.request("PUT", path, body))
        if answer is not None and answer.is_success:
            region = answer.headers.get(REGION_HEADER, "")
            traffic.log.edited(Edit(self._product, number, current["stock"], traffic.clock(), region))


def new_product(name: str, category: str) -> dict[str, Any]:
    """Return a product as the API takes it."""
    return {"name": name, "category": category, "price": "1.00", "currency": "EUR", "stock": 1}
