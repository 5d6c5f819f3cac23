"""What stands before the functions: API Gateway's token buckets and the firewall's count by address."""

from __future__ import annotations

from techmoda_ha.capacity.configuration import Throttle
from techmoda_ha.capacity.rules import WAF_WINDOW_SECONDS


class TokenBucket:
    """A bucket that holds `burst` tokens and gains `rate` a second; it starts full."""

    __slots__ = ("_burst", "_rate", "_tokens")

    def __init__(self, throttle: Throttle) -> None:
        self._rate, self._burst = throttle.rate, throttle.burst
        self._tokens = throttle.burst

    def never_refuses(self, peak: float) -> bool:
        """Tell whether all pass as long as no second brings more than `peak`."""
        return peak <= self._rate

    def take(self, requests: float) -> float:
        """Return how many of this second's requests pass."""
        if requests <= self._rate and self._tokens == self._burst:
            return requests  # Most seconds: the bucket is full and stays so.
        available = self._tokens + self._rate
        passed = min(requests, available)
        self._tokens = min(self._burst, available - passed)
        return passed


class AddressCount:
    """The firewall's rate rule, for the address that sends the most.

    Blocked requests count as well, so an address stays out until it slows down.
    """

    __slots__ = ("_limit", "_next", "_share", "_sum", "_window")

    def __init__(self, limit: float | None, share: float) -> None:
        self._limit, self._share = limit, share
        self._window = [0.0] * WAF_WINDOW_SECONDS
        self._next, self._sum = 0, 0.0

    def never_refuses(self, peak: float) -> bool:
        """Tell whether all pass as long as no second brings more than `peak`."""
        return self._limit is None or peak * self._share * WAF_WINDOW_SECONDS <= self._limit

    def take(self, requests: float) -> float:
        """Return how many of this second's requests pass."""
        if self._limit is None:
            return requests
        sent = requests * self._share
        blocked = self._sum > self._limit
        self._sum += sent - self._window[self._next]
        self._window[self._next] = sent
        self._next = (self._next + 1) % WAF_WINDOW_SECONDS
        return requests - sent if blocked else requests
