"""The statistics of CloudWatch over the values of one period.

Contract: CloudWatch user guide, "CloudWatch statistics definitions". Besides the five basic ones there
are percentiles ("p99.9"), trimmed means, counts and sums ("tm99", "TC(0.005:0.03)", "TS(80%:)"),
winsorized means ("wm98"), the interquartile mean ("IQM") and percentile ranks ("PR(:300)"). All but the
basic ones need the single values, and none of these may be negative.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from local_aws.metrics.bucket import Bucket

_BASIC: Mapping[str, Callable[[Bucket], float]] = {
    "SampleCount": lambda bucket: bucket.count,
    "Sum": lambda bucket: bucket.total,
    "Average": lambda bucket: bucket.total / bucket.count,
    "Minimum": lambda bucket: bucket.minimum,
    "Maximum": lambda bucket: bucket.maximum,
}
BASIC_STATISTICS = frozenset(_BASIC)

_PERCENTILE = re.compile(r"[pP](?P<percent>\d{1,3}(?:\.\d{0,10})?)")
_UP_TO = re.compile(r"(?P<kind>tm|tc|ts|wm)(?P<percent>\d{1,2}(?:\.\d{0,10})?)")
_NUMBER = r"\d+(?:\.\d{0,10})?"
_RANGE = re.compile(
    rf"(?P<kind>TM|TC|TS|WM|PR)\((?P<low>{_NUMBER}%?)?:(?P<high>{_NUMBER}%?)?\)", re.IGNORECASE
)

Samples = list[tuple[float, float]]
"""Value and weight pairs, by rising value."""


class UnknownStatisticError(ValueError):
    """CloudWatch has no statistic of that name."""


@dataclass(frozen=True)
class Statistic:
    """A statistic by its name in the API.

    `needs_samples` says whether it takes the single values, and `percentile` is its percentage when it is
    a percentile.
    """

    name: str
    of: Callable[[Bucket], float | None]
    needs_samples: bool = True
    percentile: float | None = None


def statistic(name: str) -> Statistic:
    """The statistic of that name; its `of` is None where the values do not allow it.

    Raises UnknownStatisticError.
    """
    if name in _BASIC:
        return Statistic(name, _of_any(_BASIC[name]), needs_samples=False)
    if match := _PERCENTILE.fullmatch(name):
        percent = float(match["percent"])
        if percent <= 100:
            of = _of_samples(lambda samples: _percentile(samples, percent))
            return Statistic(name, of, percentile=percent)
    bounds = _bounds(name)
    if bounds is None:
        raise UnknownStatisticError(f"'{name}' is not a statistic")
    kind, low, high = bounds
    return Statistic(name, _of_samples(lambda samples: _ranged(kind, samples, low, high)))


def _of_any(compute: Callable[[Bucket], float]) -> Callable[[Bucket], float | None]:
    return lambda bucket: compute(bucket) if bucket.count else None


def _of_samples(compute: Callable[[Samples], float | None]) -> Callable[[Bucket], float | None]:
    def of(bucket: Bucket) -> float | None:
        samples = bucket.samples
        if not samples or bucket.minimum < 0:
            return None
        return compute(sorted(samples.items()))

    return of


def _percentile(samples: Samples, percent: float) -> float:
    """Interpolated between the two nearest ranks, each value standing as often as its weight says."""
    rank = percent / 100 * max(_total_weight(samples) - 1, 0)
    lower = int(rank)
    low = _at_rank(samples, lower)
    return low + (rank - lower) * (_at_rank(samples, lower + 1) - low)


def _at_rank(samples: Samples, rank: float) -> float:
    seen = 0.0
    for value, weight in samples:
        seen += weight
        if rank < seen:
            return value
    return samples[-1][0]


@dataclass(frozen=True)
class _Bound:
    """One end of a range: a percentage of the values, or a value."""

    number: float
    is_percent: bool

    def value(self, samples: Samples) -> float:
        return _percentile(samples, self.number) if self.is_percent else self.number


def _bounds(name: str) -> tuple[str, _Bound | None, _Bound | None] | None:
    """Kind and ends of a ranged statistic, or None when the name is not one."""
    if name.upper() == "IQM":
        return "TM", _Bound(25, is_percent=True), _Bound(75, is_percent=True)
    if match := _UP_TO.fullmatch(name):
        return match["kind"].upper(), None, _Bound(float(match["percent"]), is_percent=True)
    match = _RANGE.fullmatch(name)
    if match and (match["low"] or match["high"]):
        return match["kind"].upper(), _bound(match["low"]), _bound(match["high"])
    return None


def _bound(text: str | None) -> _Bound | None:
    return _Bound(float(text.rstrip("%")), text.endswith("%")) if text else None


def _ranged(kind: str, samples: Samples, low: _Bound | None, high: _Bound | None) -> float | None:
    match kind:
        case "PR":
            inside = _total_weight(_within_values(samples, low, high))
            return 100 * inside / _total_weight(samples)
        case "WM":
            return _mean(_clamped(samples, low, high))
    kept = _within(samples, low, high)
    match kind:
        case "TC":
            return _total_weight(kept)
        case "TS":
            return sum(value * weight for value, weight in kept)
    return _mean(kept)


def _within(samples: Samples, low: _Bound | None, high: _Bound | None) -> Samples:
    """The samples between the ends: percentages cut the weight, values exclude the low end itself."""
    if (low and not low.is_percent) or (high and not high.is_percent):
        return _within_values(samples, low, high)
    total = _total_weight(samples)
    first = total * (low.number if low else 0) / 100
    last = total * (high.number if high else 100) / 100
    kept: Samples = []
    seen = 0.0
    for value, weight in samples:
        inside = min(seen + weight, last) - max(seen, first)
        if inside > 0:
            kept.append((value, inside))
        seen += weight
    return kept


def _within_values(samples: Samples, low: _Bound | None, high: _Bound | None) -> Samples:
    above = low.value(samples) if low else float("-inf")
    up_to = high.value(samples) if high else float("inf")
    return [(value, weight) for value, weight in samples if above < value <= up_to]


def _clamped(samples: Samples, low: _Bound | None, high: _Bound | None) -> Samples:
    least = low.value(samples) if low else float("-inf")
    most = high.value(samples) if high else float("inf")
    return [(min(max(value, least), most), weight) for value, weight in samples]


def _total_weight(samples: Iterable[tuple[float, float]]) -> float:
    return sum(weight for _, weight in samples)


def _mean(samples: Samples) -> float | None:
    weight = _total_weight(samples)
    return sum(value * times for value, times in samples) / weight if weight else None
