"""Asynchronous replication of global tables, without I/O.

Contract: "Global tables: how it works" in the DynamoDB developer guide (version 2019.11.21, multi-region
eventual consistency). A write is atomic and conditional in its own region only. It reaches every other
replica later; the writes to one item arrive in the order in which they were made. While either region is
cut off, writes wait, and arrive when both are back. Of concurrent writes to an item the last one stays in
all replicas. Conflicts are resolved silently on AWS; here they are kept for whoever asks.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local_aws.replication.links import Lag, Link, Replica
from local_aws.replication.versions import Key, LastWrites, Write, are_concurrent

DEFAULT_LAG = Lag(0.5, 1.0)
"""AWS: "typically within a second"; see docs/decisions/0062."""

CONFLICTS_KEPT = 10_000
# Two writes of one microsecond would have no order.
_CLOCK_STEP = 1e-6

Apply = Callable[[Replica, Key, Mapping[str, Any] | None], bool]
"""Store an item (None: delete it) in a replica, and say whether the replica still exists."""

OnDelivery = Callable[[Link, float], None]
"""Told of each delivery with its latency in seconds."""


@dataclass(frozen=True)
class Conflict:
    """Two concurrent writes to one item: the `kept` one is in all replicas, the `lost` one in none."""

    table: str
    kept: Write
    lost: Write
    found_at: float


class Replication:
    """The replication of all global tables. It belongs to one thread."""

    def __init__(
        self,
        apply: Apply,
        is_up: Callable[[str], bool],
        on_delivery: OnDelivery = lambda _link, _latency: None,
        *,
        clock: Callable[[], float] = time.time,
        chance: random.Random | None = None,
    ) -> None:
        self._apply = apply
        self._is_up = is_up
        self._on_delivery = on_delivery
        self._clock = clock
        self._chance = chance or random.Random()  # noqa: S311 - varies the lag
        # Table name → its replicas by id, as of the last write.
        self._groups: dict[str, Mapping[str, Replica]] = {}
        self._links: dict[tuple[str, str], Link] = {}
        self._last: dict[str, LastWrites] = {}
        # Replica id → region → until when that region's writes have been received. Replaced at each
        # change, so that writes can hold on to it.
        self._seen: dict[str, Mapping[str, float]] = {}
        self._conflicts: dict[tuple[str, Key, float, float], Conflict] = {}
        self._latest = 0.0
        self.lag = DEFAULT_LAG

    def wrote(
        self, source: Replica, others: Sequence[Replica], key: Key, item: Mapping[str, Any] | None
    ) -> bool:
        """Take in a write to one replica; whether one of its ways was empty before."""
        group = {replica.id: replica for replica in (source, *others)}
        if self._groups.get(source.table) != group:
            self._regroup(source.table, group)
        self._latest = max(self._clock(), self._latest + _CLOCK_STEP)
        write = Write(self._latest, source.region, key, item, self._seen.get(source.id, {}))
        self._last.setdefault(source.id, LastWrites()).put(write)
        was_idle = False
        for other in others:
            link = self._link(source, other)
            was_idle = was_idle or not link.writes
            link.add(write, self._chance.random())
        return was_idle

    def joined(self, new: Replica, source: Replica) -> None:
        """Take in a new replica that holds what `source` holds at this moment."""
        seen = self._seen.get(source.id, {})
        self._seen[new.id] = {**seen, source.region: max(self._clock(), self._latest)}
        self._last[new.id] = self._last.get(source.id, LastWrites()).copy()
        for link in [link for link in self._links.values() if link.destination == source]:
            self._link(link.source, new).send_again(link.writes)

    def deliver(self, limit: int) -> int:
        """Deliver up to `limit` of the writes that are due; how many it were."""
        delivered = 0
        for link in list(self._links.values()):
            while delivered < limit and self._is_due(link):
                self._receive(link, link.take())
                delivered += 1
            if not link.writes and not self._is_member(link.source):
                self._links.pop((link.source.id, link.destination.id), None)
        self._forget_known()
        return delivered

    def seconds_until_due(self) -> float | None:
        """How long until a write is due that nothing holds; None when there is none."""
        dues = [link.due_at(self.lag) for link in self._links.values() if link.writes and self._is_open(link)]
        return max(0.0, min(dues) - self._clock()) if dues else None

    def holds_any(self) -> bool:
        """Whether writes wait for a region that is cut off."""
        return any(link.writes and not self._is_open(link) for link in self._links.values())

    def links(self) -> Iterator[Link]:
        """All ways between replicas that writes have taken."""
        yield from self._links.values()

    def is_held(self, link: Link) -> bool:
        """Whether writes of the link would wait for a region that is cut off."""
        return not self._is_open(link)

    def oldest_age(self, link: Link) -> float | None:
        """How many seconds ago the oldest write on its way was made; None when there is none."""
        return self._clock() - link.writes[0][0].at if link.writes else None

    def conflicts(self) -> list[Conflict]:
        """The latest conflicts that were found, oldest first."""
        return list(self._conflicts.values())

    def remembered(self) -> int:
        """How many writes are kept to compare later ones with."""
        return sum(len(last) for last in self._last.values())

    def _regroup(self, table: str, group: Mapping[str, Replica]) -> None:
        """Make the ways between all replicas that a table has now, and forget those that it had."""
        before = self._groups.get(table, {})
        self._groups[table] = group
        for replica in [replica for replica in before.values() if replica.id not in group]:
            self._forget(replica)
        for source, destination in itertools.permutations(group.values(), 2):
            self._link(source, destination)

    def _link(self, source: Replica, destination: Replica) -> Link:
        key = source.id, destination.id
        if key not in self._links:
            self._links[key] = Link(source, destination)
        return self._links[key]

    def _is_member(self, replica: Replica) -> bool:
        return replica.id in self._groups.get(replica.table, {})

    def _is_open(self, link: Link) -> bool:
        return self._is_up(link.source.region) and self._is_up(link.destination.region)

    def _is_due(self, link: Link) -> bool:
        return bool(link.writes) and self._is_open(link) and link.due_at(self.lag) <= self._clock()

    def _receive(self, link: Link, write: Write) -> None:
        here = link.destination
        last = self._last.setdefault(here.id, LastWrites())
        present = last.get(write.key)
        if present and are_concurrent(present, write) and not link.brings_more_of(write.key):
            self._note_conflict(here.table, *sorted((present, write), key=lambda each: each.at))
        if present is None or present.at < write.at:
            if not self._apply(here, write.key, write.item):
                self._forget(here)
                return
            last.put(write)
        self._seen[here.id] = {**self._seen.get(here.id, {}), write.region: write.at}
        link.last_latency = self._clock() - write.at
        self._on_delivery(link, link.last_latency)

    def _note_conflict(self, table: str, lost: Write, kept: Write) -> None:
        if lost.item == kept.item:
            return
        # Each of the two regions finds the same conflict.
        identity = table, kept.key, lost.at, kept.at
        self._conflicts.setdefault(identity, Conflict(table, kept, lost, self._clock()))
        if len(self._conflicts) > CONFLICTS_KEPT:
            del self._conflicts[next(iter(self._conflicts))]

    def _forget(self, gone: Replica) -> None:
        """Forget a replica that exists no more. What it wrote is still on its way to the others."""
        self._last.pop(gone.id, None)
        self._seen.pop(gone.id, None)
        for key, link in list(self._links.items()):
            if link.destination == gone or (link.source == gone and not link.writes):
                link.writes.clear()
                del self._links[key]

    def _forget_known(self) -> None:
        """Forget the writes that no write still to come can be in conflict with."""
        oldest_to_come: dict[str, dict[str, Mapping[str, float]]] = {}
        for link in self._links.values():
            seen = link.writes[0][0].seen if link.writes else self._seen.get(link.source.id, {})
            oldest_to_come.setdefault(link.destination.id, {})[link.source.region] = seen
        for replica_id, last in self._last.items():
            last.forget_known(oldest_to_come.get(replica_id, {}))
