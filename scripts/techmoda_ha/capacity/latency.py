"""Percentiles of latency from how requests are made up: most are warm, some wait for a cold start."""

from __future__ import annotations

import math

from techmoda_ha.capacity.configuration import Workload

_BISECTIONS = 60


def p99_seconds(workload: Workload, cold_share: float) -> float:
    """Return the duration that 99 of 100 served requests stay below.

    Warm durations are log-normal through the workload's p50 and p99; a cold one adds the cold start. The
    share of cold ones lies between 0 and 1.
    """
    low, high = 0.0, 100 * (workload.p99_seconds + workload.cold_start_seconds)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        below = (1 - cold_share) * _within(workload, middle) + cold_share * _within(
            workload, middle - workload.cold_start_seconds
        )
        low, high = (middle, high) if below < 0.99 else (low, middle)
    return high


def _within(workload: Workload, seconds: float) -> float:
    """Return the share of warm requests that take at most so long."""
    if seconds <= 0:
        return 0.0
    deviations = math.log(seconds / workload.p50_seconds) / workload.log_sigma
    return 0.5 * math.erfc(-deviations / math.sqrt(2))
