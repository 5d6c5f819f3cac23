"""Watching from outside while a drill runs: what DNS answers, and how both regions' /health does.

Each watcher samples in a thread of its own, so that a region that hangs delays nobody else.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import dns.exception

from techmoda_ha.network import Network

T = TypeVar("T")
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Sample(Generic[T]):
    """What was seen at a moment (seconds on the drill's clock)."""

    at: float
    value: T


@dataclass
class Watcher(Generic[T]):
    """Takes a sample every `interval` seconds until stopped."""

    look: Callable[[], T]
    clock: Callable[[], float]
    interval: float
    samples: list[Sample[T]] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End, after the sample being taken."""
        self._stop.set()
        if self._thread:
            self._thread.join(10)

    def latest(self) -> T | None:
        """Return the last sample's value."""
        return self.samples[-1].value if self.samples else None

    def _run(self) -> None:
        while not self._stop.is_set():
            at = self.clock()
            self.samples.append(Sample(at, self.look()))
            self._stop.wait(max(0.0, at + self.interval - self.clock()))


def first_after(samples: list[Sample[T]], moment: float, value: T) -> float | None:
    """Return when `value` was first seen at or after the moment; None when it never was."""
    return next((one.at for one in samples if one.at >= moment and one.value == value), None)


def changes(samples: list[Sample[T]]) -> list[Sample[T]]:
    """Return the first sample and every one that differs from the one before."""
    return [one for index, one in enumerate(samples) if index == 0 or one.value != samples[index - 1].value]


@dataclass
class Whereabouts:
    """Tells which region an address belongs to, by asking for the regions' own host names.

    An address once seen stays known: API Gateway answers from a changing set of addresses.
    """

    network: Network
    hosts: dict[str, str]
    """Region → its own host name."""
    known: dict[str, str] = field(default_factory=dict)

    def region_of(self, name: str) -> str:
        """Return the region that DNS leads to for a name, "unknown" when that cannot be told."""
        try:
            addresses = self.network.look_up(name).values
            if not set(addresses) <= self.known.keys():
                self._learn()
        except dns.exception.DNSException:
            return UNKNOWN
        regions = {self.known.get(address, UNKNOWN) for address in addresses}
        return regions.pop() if len(regions) == 1 else UNKNOWN

    def _learn(self) -> None:
        for region, host in self.hosts.items():
            self.known |= dict.fromkeys(self.network.look_up(host).values, region)
