"""What one health checker thinks of an endpoint, and what all of them make of it together.

Contract: the Route 53 developer guide, "How Amazon Route 53 determines whether a health check is
healthy": a checker changes its mind after as many results in a row as the failure threshold says, either
way, and an endpoint is healthy if more than 18 % of the checkers say so. A new one counts as healthy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

HEALTHY_ABOVE_PERCENT = 18.0


@dataclass(frozen=True)
class Result:
    """The outcome of one request.

    `text` is what GetHealthCheckStatus says of it, without "Success: " or "Failure: ". The times are in
    milliseconds from the start of each step, None for a step that was not done.
    """

    success: bool
    text: str
    connect_ms: float | None = None
    tls_ms: float | None = None
    first_byte_ms: float | None = None


@dataclass(frozen=True)
class Observation:
    """What a checker reports: a result and when it was had (aware, UTC)."""

    result: Result
    at: datetime

    @property
    def text(self) -> str:
        """The status report's text."""
        return f"{'Success' if self.result.success else 'Failure'}: {self.result.text}"


@dataclass
class Checker:
    """One health checker, in an AWS region and with an IP address that it sends from."""

    region: str
    address: str
    healthy: bool = True
    last: Observation | None = None
    last_failure: Observation | None = None
    _contrary: int = 0

    def take(self, result: Result, at: datetime, threshold: int) -> None:
        """Take in a result; `threshold` results in a row against its opinion change it."""
        self.last = Observation(result, at)
        if not result.success:
            self.last_failure = self.last
        self._contrary = 0 if result.success == self.healthy else self._contrary + 1
        if self._contrary >= threshold:
            self.healthy, self._contrary = result.success, 0


def healthy_percent(checkers: Collection[Checker]) -> float:
    """How many of the checkers think that the endpoint is healthy, 0 to 100; 100 when there are none."""
    return 100.0 * _count(checkers) / len(checkers) if checkers else 100.0


def _count(checkers: Iterable[Checker]) -> int:
    return sum(checker.healthy for checker in checkers)


def considered_healthy(checkers: Collection[Checker]) -> bool:
    """Whether Route 53 considers the endpoint healthy."""
    return healthy_percent(checkers) > HEALTHY_ABOVE_PERCENT
