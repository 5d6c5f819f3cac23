"""How fast repairs may write: a share of the table's write capacity, the rest is the customers'."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from techmoda_recovery.core.images import State, dumps

# What a new on-demand table takes per second (developer guide, "On-demand capacity").
ON_DEMAND_UNITS = 4_000
ON_DEMAND_READ_UNITS = 12_000
UNIT_BYTES = 1024
TRANSACTION_FACTOR = 2  # A write in a transaction consumes twice the units.


class Pace:
    """Lets writes through so that over time they consume no more than so many units per second.

    What a write consumed is known after it, so each one is let through and charged later; the next waits
    until the debt is paid. Used by many threads.
    """

    def __init__(
        self,
        units_per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if units_per_second <= 0:
            raise ValueError("a pace of nothing would never end")
        self.units_per_second = units_per_second
        self._clock, self._sleep = clock, sleep
        self._paid_at = -math.inf
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Wait until all that was charged is paid."""
        with self._lock:
            delay = self._paid_at - self._clock()
        if delay > 0:
            self._sleep(delay)

    def charge(self, units: float) -> None:
        """Charge what a write consumed."""
        with self._lock:
            self._paid_at = max(self._paid_at, self._clock()) + units / self.units_per_second


def units_of(state: State) -> int:
    """Return about how many write units an item takes, one per began KB of its JSON text."""
    return 1 if state is None else max(1, math.ceil(len(dumps(state)) / UNIT_BYTES))


def least_seconds(counts: Mapping[str, int], units_per_second: float) -> float:
    """Return how long a plan's repairs take at least, for items of up to 1 KB."""
    units = counts["restored"] + counts["removed"] + TRANSACTION_FACTOR * counts["recreated"]
    return units / units_per_second


def write_capacity(table: Mapping[str, Any]) -> float:
    """Return a table's write units per second by its description: the least of table and indexes.

    A repair writes to each index as well, and the one with the least capacity is the first to throttle.
    """
    if table.get("BillingModeSummary", {}).get("BillingMode") == "PAY_PER_REQUEST":
        return ON_DEMAND_UNITS
    described = [table, *table.get("GlobalSecondaryIndexes", [])]
    units = [one.get("ProvisionedThroughput", {}).get("WriteCapacityUnits", 0) for one in described]
    return float(min(units, default=0)) or ON_DEMAND_UNITS


def read_capacity(table: Mapping[str, Any]) -> float:
    """Return a table's read units per second by its description; its indexes are read by nobody here."""
    if table.get("BillingModeSummary", {}).get("BillingMode") == "PAY_PER_REQUEST":
        return ON_DEMAND_READ_UNITS
    units = table.get("ProvisionedThroughput", {}).get("ReadCapacityUnits", 0)
    return float(units) or ON_DEMAND_READ_UNITS
