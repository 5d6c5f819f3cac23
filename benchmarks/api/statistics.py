"""Percentiles and ratios of measured times."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Summary:
    """Times of one kind, in milliseconds. With fewer than 100 samples p99 is their maximum."""

    samples: int
    p50: float
    p99: float

    @classmethod
    def of(cls, milliseconds: Sequence[float]) -> Summary:
        """Summarise at least one sample by the nearest-rank method.

        Raises:
            ValueError: there is no sample: nothing was measured.
        """
        if not milliseconds:
            raise ValueError("nothing was measured")
        ranked = sorted(milliseconds)
        return cls(len(ranked), _rank(ranked, 0.50), _rank(ranked, 0.99))


def _rank(ranked: Sequence[float], share: float) -> float:
    return round(ranked[max(0, math.ceil(share * len(ranked)) - 1)], 2)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same thing measured of the original and of ours; `ratio` > 1 means that ours is faster."""

    name: str
    original: Summary
    ours: Summary
    target: float | None = None  # the least ratio of the medians that is asked for

    @property
    def ratio(self) -> float:
        """How many times faster ours is at the median."""
        return round(self.original.p50 / self.ours.p50, 2)

    @property
    def ratio_p99(self) -> float:
        """How many times faster ours is at the 99th percentile."""
        return round(self.original.p99 / self.ours.p99, 2)

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is no target."""
        return None if self.target is None else self.ratio >= self.target
