"""Replicas of a global table in memory, with a clock that the test turns and regions that it parts."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from local_aws.replication.core import Replication
from local_aws.replication.links import Lag, Replica
from local_aws.replication.versions import Key

EAST = Replica("t-east", "products", "us-east-1")
WEST = Replica("t-west", "products", "us-west-2")
IRELAND = Replica("t-ireland", "products", "eu-west-1")


class World:
    """Replicas in memory, a clock that the test turns, and regions that it parts."""

    def __init__(self, *replicas: Replica) -> None:
        self.now = 1000.0
        self.down: set[str] = set()
        self.tables: dict[str, dict[Key, Mapping[str, Any]]] = {replica.id: {} for replica in replicas}
        self.replicas = list(replicas)
        self.latencies: list[float] = []
        self.applied: list[tuple[str, Key, Mapping[str, Any] | None]] = []
        chance = random.Random(1)  # noqa: S311 - the same lags in every run
        self.core = Replication(
            self._apply,
            lambda region: region not in self.down,
            lambda _link, latency: self.latencies.append(latency),
            clock=lambda: self.now,
            chance=chance,
        )
        self.core.lag = Lag(1.0, 1.0)

    def _apply(self, replica: Replica, key: Key, item: Mapping[str, Any] | None) -> bool:
        if replica.id not in self.tables:
            return False
        self.applied.append((replica.region, key, item))
        self._store(replica, key, item)
        return True

    def _store(self, replica: Replica, key: Key, item: Mapping[str, Any] | None) -> None:
        if item is None:
            self.tables[replica.id].pop(key, None)
        else:
            self.tables[replica.id][key] = item

    def write(self, replica: Replica, key: str, value: str | None) -> bool:
        item = None if value is None else {"v": value}
        self._store(replica, (key, ""), item)
        others = [other for other in self.replicas if other != replica]
        return self.core.wrote(replica, others, (key, ""), item)

    def wait(self, seconds: float) -> None:
        """Let time pass in small steps, as the server does."""
        until = self.now + seconds
        while self.now < until - 1e-9:
            self.now = min(until, self.now + 0.1)
            self.core.deliver(limit=1000)

    def values(self, key: str) -> list[str | None]:
        """The item in every replica."""
        items = [self.tables[replica.id].get((key, "")) for replica in self.replicas]
        return [item["v"] if item else None for item in items]
