"""The time, as something that is passed in, so that a test can stop it."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time of day and measures durations."""

    def now(self) -> datetime:
        """Return the current time, in UTC and aware of it."""
        ...

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start that never goes back."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the current time, in UTC and aware of it."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start that never goes back."""
        return time.monotonic()


def rfc3339(moment: datetime) -> str:
    """Write `moment` as RFC 3339 in UTC with milliseconds: 2025-11-28T10:00:00.000Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
