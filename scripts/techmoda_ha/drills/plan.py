"""What one run of the region-outage drill shall do."""

from __future__ import annotations

from dataclasses import dataclass

from techmoda_ha.drills.configuration import FromConfiguration
from techmoda_ha.drills.faults import Variant

FAST_FACTOR = 10.0
LONGEST_REAL_LAG_SECONDS = 60.0
LAG_MARGIN_SECONDS = 10.0


@dataclass(frozen=True)
class OutagePlan(FromConfiguration):
    """One run. Times are real seconds, `lag_seconds` is of the story (see `time_factor`)."""

    variant: Variant = Variant.RESET
    fast: bool = False
    lag_seconds: float | None = None
    warm_up_seconds: float = 20.0
    hold_seconds: float = 5.0
    settling_seconds: float = 90.0
    failover_deadline_seconds: float = 180.0
    failback_deadline_seconds: float = 240.0
    readers: int = 2
    writers: int = 2
    rate: float = 2.0
    rto_objective_seconds: float = 120.0
    rpo_objective_seconds: float = 900.0

    @property
    def time_factor(self) -> float:
        """Return how many seconds of the story pass in one real second: a long lag is told shorter."""
        return max(1.0, (self.lag_seconds or 0.0) / LONGEST_REAL_LAG_SECONDS)

    @property
    def real_lag_seconds(self) -> float | None:
        """Return the replication lag to set, None to leave it as it is."""
        return None if self.lag_seconds is None else self.lag_seconds / self.time_factor

    @property
    def real_warm_up_seconds(self) -> float:
        """Return how long clients work before the disaster: longer than the lag, so that it shows."""
        lag = self.real_lag_seconds
        return self.warm_up_seconds if lag is None else max(self.warm_up_seconds, lag + LAG_MARGIN_SECONDS)

    @property
    def ttl_factor(self) -> float:
        """Return which part of a DNS answer's TTL clients keep it for."""
        return 1 / FAST_FACTOR if self.fast else 1.0

    @property
    def check_speed(self) -> float:
        """Return how many times faster health checks shall be."""
        return FAST_FACTOR if self.fast else 1.0

    @property
    def objectives(self) -> dict[str, float]:
        """Return the objectives by the names of their measurements."""
        return {
            "rto_seconds": self.rto_objective_seconds,
            "rpo_seconds": self.rpo_objective_seconds,
            "lost_writes": 0,
        }

    def notes(self) -> list[str]:
        """Say what a reader must know to judge the figures."""
        found = []
        if self.fast:
            found.append(
                f"Shortened run: health checks at {FAST_FACTOR:g} times their speed, DNS answers kept for "
                f"1/{FAST_FACTOR:g} of their TTL. Times are no measure of real time."
            )
        if self.time_factor > 1:
            found.append(
                f"Simulated clock for replication: {self.lag_seconds:g} s of lag were "
                f"{self.real_lag_seconds:g} real seconds, and ages of writes are multiplied "
                f"by {self.time_factor:g}."
            )
        if self.lag_seconds is not None:
            found.append(
                f"Replication was slowed to {self.lag_seconds:g} s before the disaster, and set back to "
                "its usual speed when the region came back."
            )
        if self.variant is Variant.STOP:
            found.append("The primary region was taken out by STOP; it went on working all the time.")
        return found
