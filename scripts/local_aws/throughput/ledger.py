"""What each table and index has left of its throughput.

Contract: DynamoDB developer guide, "Burst and adaptive capacity" and "Throttling": up to 300 s of unused
throughput can be used later; beyond that a request is refused. What a request takes is known only once
it is done, so one is let in while anything is left, and what it took beyond that is owed by the next ones.
A new table starts with a full bucket.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from local_aws.throughput.pace import Pace

BURST_SECONDS = 300.0

Key = tuple[str, str, str, str]
"""Region, table, index (empty for the table itself), "Read" or "Write"."""


@dataclass
class _Account:
    """Units left at a moment, at what capacity, and all units ever taken."""

    left: float
    at: float
    capacity: float
    taken: float = 0.0


class Ledger:
    """The accounts of all tables and indexes. Safe to use from several threads."""

    def __init__(self, pace: Pace, clock: Callable[[], float] = time.monotonic) -> None:
        self._pace, self._clock = pace, clock
        self._lock = threading.Lock()
        self._accounts: dict[Key, _Account] = {}

    def admits(self, key: Key, capacity: float) -> bool:
        """Whether a request may use the table or index, which has this capacity in units a second."""
        with self._lock:
            return self._account(key, capacity).left > 0

    def take(self, key: Key, capacity: float, units: float) -> None:
        """Note what a request took."""
        with self._lock:
            account = self._account(key, capacity)
            account.left -= units
            account.taken += units

    def taken(self, key: Key) -> float:
        """All units taken so far."""
        account = self._accounts.get(key)
        return account.taken if account else 0.0

    def all_taken(self) -> dict[Key, float]:
        """All units taken so far, of every table and index."""
        with self._lock:
            return {key: account.taken for key, account in self._accounts.items()}

    def forget(self, region: str, table: str) -> None:
        """A table is gone; one of that name later is another."""
        with self._lock:
            for key in [key for key in self._accounts if key[:2] == (region, table)]:
                del self._accounts[key]

    def _account(self, key: Key, capacity: float) -> _Account:
        now = self._clock()
        account = self._accounts.get(key)
        if account is None:
            account = self._accounts[key] = _Account(self._most(capacity), now, capacity)
        account.left += (now - account.at) * account.capacity
        account.left = min(account.left, self._most(capacity))
        account.at, account.capacity = now, capacity
        return account

    def _most(self, capacity: float) -> float:
        return capacity * self._pace.wall(BURST_SECONDS)
