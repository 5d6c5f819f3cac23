"""Load of a drill's own: something done again and again in threads, and how it went lately."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

GOOD_IN_A_ROW = 5
"""So many good answers in a row are a recovery; a single one may be luck."""


@dataclass
class Load:
    """Does `act` in `threads` threads, `rate` times a second in each; `act` tells whether it went well."""

    act: Callable[[], bool]
    threads: int
    rate: float
    good: int = 0
    failed: int = 0
    _latest: deque[bool] = field(default_factory=lambda: deque(maxlen=GOOD_IN_A_ROW))
    _stop: threading.Event = field(default_factory=threading.Event)
    _running: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Begin."""
        for _ in range(self.threads):
            thread = threading.Thread(target=self._run, daemon=True)
            self._running.append(thread)
            thread.start()

    def stop(self) -> None:
        """End, after what is under way."""
        self._stop.set()
        for thread in self._running:
            thread.join(30)

    def is_well(self) -> bool:
        """Tell whether the latest answers were all good."""
        with self._lock:
            return len(self._latest) == GOOD_IN_A_ROW and all(self._latest)

    def _run(self) -> None:
        while not self._stop.is_set():
            went_well = self.act()
            with self._lock:
                self._latest.append(went_well)
                self.good, self.failed = self.good + went_well, self.failed + (not went_well)
            self._stop.wait(1 / self.rate)
