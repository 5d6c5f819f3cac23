"""All metrics of one account: what CloudWatch keeps of them and how they are found again."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from local_aws.metrics.bucket import Bucket
from local_aws.metrics.timeline import Timeline

NO_UNIT = "None"


@dataclass(frozen=True, slots=True)
class Metric:
    """What identifies a metric within a region. `dimensions` are name and value pairs sorted by name."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()


def metric(namespace: str, name: str, dimensions: Mapping[str, str] | None = None) -> Metric:
    """The metric of that name with those dimensions."""
    return Metric(namespace, name, tuple(sorted((dimensions or {}).items())))


@dataclass(frozen=True, slots=True)
class Datum:
    """One published value of a metric, `weight` times; or a statistic set when `statistics` is given.

    `timestamp` is in Unix seconds. `statistics` are count, sum, minimum and maximum.
    """

    metric: Metric
    timestamp: float
    value: float = 0.0
    weight: float = 1.0
    unit: str = NO_UNIT
    high_resolution: bool = False
    statistics: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """The time from `start` up to `end` (Unix seconds), in periods that follow one another from `start`."""

    start: int
    end: int
    period: int

    @property
    def starts(self) -> range:
        """When each period starts, oldest first."""
        return range(self.start, self.end, self.period)

    def period_of(self, timestamp: float) -> int:
        """The start of the period that the time is in."""
        return int(self.start + (timestamp - self.start) // self.period * self.period)


class MetricStore:
    """The metrics of every region. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Region → metric → unit → timeline. CloudWatch aggregates values of different units apart.
        self._regions: dict[str, dict[Metric, dict[str, Timeline]]] = {}

    def add(self, region: str, data: Iterable[Datum]) -> None:
        """Take in published values."""
        with self._lock:
            metrics = self._regions.setdefault(region, {})
            for datum in data:
                units = metrics.get(datum.metric)
                if units is None:
                    units = metrics[datum.metric] = {}
                timeline = units.get(datum.unit)
                if timeline is None:
                    timeline = units[datum.unit] = Timeline()
                if datum.high_resolution:
                    timeline.use_high_resolution()
                bucket = timeline.at(datum.timestamp)
                if datum.statistics:
                    bucket.add_set(*datum.statistics)
                else:
                    bucket.add(datum.value, datum.weight)

    def read(self, region: str, wanted: Metric, span: Span, unit: str | None = None) -> dict[int, Bucket]:
        """Start time of period → values, for the periods of the span that have any.

        Without a unit, the values of all units count together.
        """
        found: dict[int, Bucket] = {}
        with self._lock:
            for timeline in self._timelines(region, wanted, unit):
                for at, bucket in timeline.between(span.start, span.end):
                    found.setdefault(span.period_of(at), Bucket()).merge(bucket)
        return found

    def units(self, region: str, wanted: Metric) -> list[str]:
        """The units in which the metric was published."""
        with self._lock:
            return sorted(self._regions.get(region, {}).get(wanted, {}))

    def newest(self, region: str) -> Iterator[tuple[Metric, float]]:
        """Each metric of the region with the time of its newest value."""
        with self._lock:
            metrics = list(self._regions.get(region, {}).items())
        for found, units in metrics:
            yield found, max(timeline.newest for timeline in list(units.values()))

    def metrics(self, region: str) -> list[Metric]:
        """All metrics of the region."""
        with self._lock:
            return list(self._regions.get(region, {}))

    def roll_up(self, now: float) -> None:
        """Condense and drop what is old; call it once in a while."""
        with self._lock:
            for metrics in self._regions.values():
                for found, units in list(metrics.items()):
                    for unit, timeline in list(units.items()):
                        timeline.roll_up(now)
                        if not timeline:
                            del units[unit]
                    if not units:
                        del metrics[found]

    def _timelines(self, region: str, wanted: Metric, unit: str | None) -> list[Timeline]:
        units = self._regions.get(region, {}).get(wanted, {})
        if unit is None:
            return list(units.values())
        return [units[unit]] if unit in units else []
