"""What happens in a drill, told while it happens and kept for its evidence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from techmoda_ha.evidence import TimelineEntry

Say = Callable[[str], None]


class Telling:
    """The timeline and the failures of one run. `clock` tells seconds, `say` gets each line."""

    def __init__(self, clock: Callable[[], float], say: Say) -> None:
        """Begin now."""
        self._clock, self._say = clock, say
        self.started_at, self._started = datetime.now(UTC), clock()
        self.timeline: list[TimelineEntry] = []
        self.failures: list[str] = []

    def note(self, event: str) -> None:
        """Keep in the timeline what happened now, and say it."""
        since = self._clock() - self._started
        self.timeline.append(TimelineEntry(self.started_at + timedelta(seconds=since), event))
        self._say(f"{since:6.1f} s  {event}")

    def fail(self, failure: str) -> None:
        """Keep a failure: the drill has not passed then."""
        self.failures.append(failure)
        self.note(f"Failed: {failure}")

    def expect(self, *, that: bool, failure: str) -> None:
        """Keep a failure unless what was promised holds."""
        if not that:
            self.fail(failure)
