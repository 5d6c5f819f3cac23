"""The time budget of one invocation, enforced on every attempt to reach AWS."""

from typing import Any

from common.clock import Clock
from products_api.errors import StoreUnavailableError

RESERVE_SECONDS = 0.3  # to write the answer, the log line and the metrics


class Deadline:
    """When the running invocation must have its answer.

    One Lambda environment serves one request at a time, so one object, restarted by each
    invocation, is enough; it is handed to whoever needs it and is not a module's global.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ends_at = float("inf")

    def restart(self, remaining_milliseconds: int) -> None:
        """Begin an invocation that Lambda will end in `remaining_milliseconds`."""
        self._ends_at = self._clock.monotonic() + remaining_milliseconds / 1000

    def remaining_seconds(self) -> float:
        """Return the seconds that calls may still take, less the reserve for answering."""
        return self._ends_at - self._clock.monotonic() - RESERVE_SECONDS

    def refuse_attempts_longer_than(self, seconds: float) -> "AttemptGuard":
        """Return a botocore `before-send` handler for a client whose attempts last up to `seconds`."""
        return AttemptGuard(self, seconds)


class AttemptGuard:
    """Refuses an attempt that could outlast the invocation.

    botocore's retries know nothing of Lambda's deadline. `before-send` fires before every attempt,
    the retries too, and an exception raised here ends the call at once.
    """

    def __init__(self, deadline: Deadline, attempt_seconds: float) -> None:
        self._deadline = deadline
        self._attempt_seconds = attempt_seconds

    def __call__(self, **_event: Any) -> None:
        """Raise StoreUnavailableError unless the whole attempt fits into what is left."""
        if self._deadline.remaining_seconds() < self._attempt_seconds:
            raise StoreUnavailableError("no time is left for another attempt")
