"""The values of one metric that fell into one span of time, with what statistics need of them.

Memory is bounded: when more than `DISTINCT_VALUES` different values came, they are put into classes that
grow by 2 %, so percentiles are then exact to 1 %; count, sum, minimum and maximum always are exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

DISTINCT_VALUES = 128
_CLASS_GROWTH = math.log(1.02)


class Bucket:
    """An aggregate that values, published statistic sets and other buckets can be added to.

    `samples` gives value → weight, or None when it is not known (see `add_set`).
    """

    __slots__ = ("_samples", "_samples_known", "count", "maximum", "minimum", "total")

    def __init__(self) -> None:
        self.count = 0.0
        self.total = 0.0
        self.minimum = math.inf
        self.maximum = -math.inf
        # While all values are equal, minimum and count say it all and no dictionary is kept.
        self._samples: dict[float, float] | None = None
        self._samples_known = True

    def add(self, value: float, weight: float = 1.0) -> None:
        """Add a value that was seen `weight` times."""
        # This runs several times for each request to any service, so the usual case calls nothing.
        if self._samples is not None or value != self.minimum or value != self.maximum:
            self._add_sample(value, weight)
            self.minimum = min(self.minimum, value)
            self.maximum = max(self.maximum, value)
        self.count += weight
        self.total += value * weight

    def add_set(self, count: float, total: float, minimum: float, maximum: float) -> None:
        """Add a statistic set.

        Percentiles need the single values, so a set hides them unless it stands for one repeated value
        (PutMetricData's `StatisticValues`; CloudWatch user guide, "Percentiles").
        """
        if minimum == maximum:
            self._add_sample(minimum, count)
        else:
            self._samples_known = False
            self._samples = None
        self._add_totals(count, total, minimum, maximum)

    def merge(self, other: Bucket) -> None:
        """Add all that another bucket holds."""
        if not other.count:
            return
        if other._samples is None and other._samples_known:
            self._add_sample(other.minimum, other.count)
        elif other._samples is None:
            self._samples_known = False
            self._samples = None
        elif not self.count:
            self._samples = dict(other._samples)
        else:
            if self._samples is None and self._samples_known:
                self._samples = {self.minimum: self.count}
            for value, weight in other._samples.items():
                self._add_sample(value, weight)
        self._add_totals(other.count, other.total, other.minimum, other.maximum)

    def merge_totals(self, other: Bucket) -> None:
        """Add what another bucket holds without its single values; quick, for all but percentiles."""
        self._samples_known = False
        self._samples = None
        self._add_totals(other.count, other.total, other.minimum, other.maximum)

    @property
    def samples(self) -> dict[float, float] | None:
        """Value → weight of all values, or None when a statistic set hides them."""
        if not self._samples_known:
            return None
        if self._samples is not None:
            return self._samples
        return {self.minimum: self.count} if self.count else {}

    def _add_sample(self, value: float, weight: float) -> None:
        """Note a value; called before the totals take it in."""
        if not self._samples_known or (self._samples is None and (not self.count or self._is_only(value))):
            return
        if self._samples is None:
            self._samples = {self.minimum: self.count}
        elif len(self._samples) > DISTINCT_VALUES:
            value = _class_value(value)
        self._samples[value] = self._samples.get(value, 0.0) + weight
        if len(self._samples) == DISTINCT_VALUES + 1:
            self._samples = _in_classes(self._samples.items())

    def _is_only(self, value: float) -> bool:
        return self.minimum == self.maximum == value

    def _add_totals(self, count: float, total: float, minimum: float, maximum: float) -> None:
        self.count += count
        self.total += total
        self.minimum = min(self.minimum, minimum)
        self.maximum = max(self.maximum, maximum)


def _class_value(value: float) -> float:
    """The value that stands for the class that the value is in."""
    if value == 0.0:
        return 0.0
    return math.copysign(math.exp(round(math.log(abs(value)) / _CLASS_GROWTH) * _CLASS_GROWTH), value)


def _in_classes(samples: Iterable[tuple[float, float]]) -> dict[float, float]:
    classes: dict[float, float] = {}
    for value, weight in samples:
        at = _class_value(value)
        classes[at] = classes.get(at, 0.0) + weight
    return classes
