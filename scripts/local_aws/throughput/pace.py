"""How fast the minutes of capacity pass.

Autoscaling and burst capacity reckon in minutes, too long for a drill on a laptop. At a pace of 20, one of
their minutes takes three seconds and the bucket holds 15 s of unused throughput instead of 300 s.
Rates stay what they are: a unit is a unit in a second of the wall clock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

SLOWEST, FASTEST = 1.0, 60.0


class PaceError(ValueError):
    """The pace cannot be had; the message says why."""


class Pace:
    """The clock of capacity: seconds that pass `factor` times as fast as `clock`'s."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._factor = 1.0
        self._since, self._passed = clock(), 0.0

    @property
    def factor(self) -> float:
        """How many times as fast."""
        return self._factor

    def now(self) -> float:
        """The seconds of capacity that have passed."""
        with self._lock:
            return self._passed + (self._clock() - self._since) * self._factor

    def wall(self, seconds: float) -> float:
        """How long these seconds of capacity last on the wall clock."""
        return seconds / self._factor

    def set(self, factor: float) -> None:
        """Change the pace from now on. Raises PaceError."""
        if not SLOWEST <= factor <= FASTEST:
            raise PaceError(f"the pace must be between {SLOWEST:g} and {FASTEST:g}, not {factor:g}")
        passed = self.now()
        with self._lock:
            self._since, self._passed, self._factor = self._clock(), passed, factor
