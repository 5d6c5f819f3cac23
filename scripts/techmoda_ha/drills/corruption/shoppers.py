"""Customers and staff at work while products are damaged: they read, sell, reprice, add and delete.

Each works on products of its own, so that the order of a product's writes is that of one client. A seller
writes back what it read, as shops do, with another stock: what it read may be damaged.
"""

from __future__ import annotations

import itertools
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import dns.exception
import httpx

from techmoda_ha.drills.clients import ANSWER_TIMEOUT_SECONDS, REGION_HEADER, ApiClient, Clock
from techmoda_ha.drills.corruption.ledger import FIELDS, Ledger
from techmoda_ha.drills.measurement import Observation
from techmoda_ha.errors import HaError

PAGE = 100
FILLERS = 4
LEAVING = 20  # So many products are there to be deleted by staff.
PAUSE_SECONDS = 0.02
CREATE_ATTEMPTS = 12
BACKOFF_SECONDS = 0.5  # After each attempt half a second more: 33 s in all, so that a burst may be over.
SHORTEST_NAME = 2
NAMES = ("Vestido Sevilla", "Chaqueta Gràcia", "Abrigo Pirineos", "Zapato Menorca", "Bolso Alhambra")

Act = Callable[[ApiClient], None]


@dataclass
class Shoppers:
    """All clients. `observations` are their requests, `implausible_seen` when a reader met damage.

    `unanswered` counts products of which nobody knows whether they were made.
    """

    make_client: Callable[[], ApiClient]
    ledger: Ledger
    category: str
    rate: float
    clock: Clock
    observations: list[Observation] = field(default_factory=list)
    implausible_seen: list[float] = field(default_factory=list)
    unanswered: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _writing: threading.Event = field(default_factory=threading.Event)
    _resting: set[str] = field(default_factory=set)
    _threads: list[threading.Thread] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def fill(self, count: int) -> None:
        """Make the shop's products; raise HaError when the API refuses one."""

        def fill_some(number: int) -> None:
            client = self.make_client()
            try:
                for _ in range(number, count, FILLERS):
                    if self._create(client) is None:
                        raise HaError("The API refused a product of the drill.", "Run: make smoke-test")
            finally:
                client.close()

        with ThreadPoolExecutor(FILLERS) as pool:
            list(pool.map(fill_some, range(FILLERS)))

    def start(self) -> None:
        """Start all clients; the products made so far are shared out among those who edit."""
        products = self.ledger.present()
        staying, leaving = products[:-LEAVING], iter(products[-LEAVING:])
        self._writing.set()
        self._run("reader", self._read, writes=False)
        self._run("seller", self._each(staying[0::2], self._sell))
        self._run("repricer", self._each(staying[1::2], self._reprice))
        self._run("adder", self._add, slower=2)
        self._run("remover", lambda client: self._delete(client, next(leaving, None)), slower=4)

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Let nobody write while the block lasts; it begins when the last write is done."""
        self._writing.clear()
        writers = {thread.name for thread in self._threads if thread.name != "reader"}
        while not self._resting >= writers and not self._stop.is_set():
            time.sleep(PAUSE_SECONDS)
        try:
            yield
        finally:
            self._resting.clear()
            self._writing.set()

    def stop(self) -> None:
        """Stop all clients and wait for their last request."""
        self._stop.set()
        for thread in self._threads:
            thread.join(3 * ANSWER_TIMEOUT_SECONDS)
        self.ledger.file.flush()

    def _run(self, name: str, act: Act, slower: float = 1.0, *, writes: bool = True) -> None:
        def work() -> None:
            client = self.make_client()
            due = self.clock()
            try:
                while not self._stop.is_set():
                    if writes and not self._writing.is_set():
                        self._resting.add(name)
                        self._stop.wait(PAUSE_SECONDS)
                        continue
                    act(client)
                    due = max(due + slower / self.rate, self.clock())
                    self._stop.wait(due - self.clock())
            finally:
                client.close()

        thread = threading.Thread(target=work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _create(self, client: ApiClient) -> str | None:
        number = next(self._numbers)
        fields = {
            "name": f"{NAMES[number % len(NAMES)]} {number}",
            "category": self.category,
            "price": f"{10 + number % 90}.90",
            "currency": "EUR",
            "stock": 100,
        }
        key = f"drill-{uuid.uuid4().hex}"
        for attempt in range(CREATE_ATTEMPTS):
            # The key lets a repetition find what an attempt without an answer has made.
            answer = self._send(client, "POST", "/products", fields, Idempotency_Key=key)
            if answer is not None and answer.status_code == httpx.codes.CREATED:
                product = str(answer.json()["id"])
                self.ledger.acknowledged("create", product, self.clock(), fields)
                return product
            time.sleep(attempt * BACKOFF_SECONDS)
        self.unanswered += 1
        return None

    def _add(self, client: ApiClient) -> None:
        self._create(client)

    def _each(self, products: list[str], edit: Callable[[ApiClient, str], None]) -> Act:
        """Edit one product after the other, again and again."""
        turn = itertools.cycle(products)
        return lambda client: edit(client, next(turn))

    def _sell(self, client: ApiClient, product: str) -> None:
        """Read, take one from the stock, and write all of it back."""
        read = self._send(client, "GET", f"/products/{product}")
        if read is None or not read.is_success:
            return
        current = read.json()
        stock = current["stock"] - 1
        expected = {**(self.ledger.expected(product) or {}), "stock": stock}
        body = {name: current[name] for name in FIELDS} | {"stock": stock, "version": current["version"]}
        self._put(client, "sell", product, body, expected)

    def _reprice(self, client: ApiClient, product: str) -> None:
        """Give the product a new price, and the name that it must have."""
        read = self._send(client, "GET", f"/products/{product}")
        if read is None or not read.is_success:
            return
        current, known = read.json(), self.ledger.expected(product) or {}
        expected = {**known, "price": f"{10 + next(self._numbers) % 90}.50", "stock": current["stock"]}
        self._put(client, "reprice", product, {**expected, "version": current["version"]}, expected)

    def _put(
        self, client: ApiClient, kind: str, product: str, body: dict[str, Any], expected: dict[str, Any]
    ) -> None:
        answer = self._send(client, "PUT", f"/products/{product}", body)
        if answer is None:
            self.ledger.uncertain(product, self.clock(), expected)
        elif answer.is_success:
            self.ledger.acknowledged(kind, product, self.clock(), expected)

    def _delete(self, client: ApiClient, product: str | None) -> None:
        if product is None:
            return
        answer = self._send(client, "DELETE", f"/products/{product}")
        if answer is None:
            self.ledger.uncertain(product, self.clock(), None)
        elif answer.is_success:
            self.ledger.acknowledged("delete", product, self.clock(), None)

    def _read(self, client: ApiClient) -> None:
        answer = self._send(client, "GET", f"/products?category={self.category}&limit={PAGE}")
        if answer is not None and answer.is_success and any(map(is_damaged, answer.json()["items"])):
            self.implausible_seen.append(self.clock())

    def _send(
        self, client: ApiClient, method: str, path: str, body: object = None, **headers: str
    ) -> httpx.Response | None:
        sent, name = self.clock(), threading.current_thread().name
        try:
            answer = client.request(method, path, body, **headers)
        except (httpx.HTTPError, dns.exception.DNSException):
            self.observations.append(Observation(name, sent, self.clock(), ok=False))
            return None
        ok = answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR
        region = answer.headers.get(REGION_HEADER, "")
        self.observations.append(Observation(name, sent, self.clock(), ok, region, answer.status_code))
        return answer


def is_damaged(product: dict[str, Any]) -> bool:
    """Tell whether a customer would notice: no price, or a name of one letter."""
    return float(product["price"]) == 0 or len(product["name"]) < SHORTEST_NAME
