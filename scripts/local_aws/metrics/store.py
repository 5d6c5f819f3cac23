"""All metrics of one account: what CloudWatch keeps of them and how they are found again."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from local_aws.metrics.bucket import Bucket
from local_aws.metrics.timeline import STANDARD_WIDTH, Timeline

NO_UNIT = "None"


class Metric(NamedTuple):
    """What identifies a metric within a region. `dimensions` are name and value pairs sorted by name."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()


def metric(namespace: str, name: str, dimensions: Mapping[str, str] | None = None) -> Metric:
    """The metric of that name with those dimensions."""
    return Metric(namespace, name, tuple(sorted((dimensions or {}).items())))


class Datum(NamedTuple):
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


DimensionSets = tuple[tuple[tuple[str, str], ...], ...]
"""Sets of dimensions, each as pairs sorted by name."""


class Meter:
    """What one thing measures under several sets of dimensions at once. Get it from a MetricStore.

    Values are gathered in buckets of ten seconds, and shared out to the sets when somebody reads.
    """

    def __init__(self, store: MetricStore, region: str, namespace: str, sets: DimensionSets) -> None:
        self.region = region
        self.namespace = namespace
        self.sets = sets
        self._store = store
        # Start of the bucket → metric name and unit → values.
        self._pending: dict[int, dict[tuple[str, str], Bucket]] = {}

    def add(self, values: Iterable[tuple[str, float, str]]) -> None:
        """Take in values: name of the metric, value, unit. Any thread may call it."""
        slot = int(time.time() // STANDARD_WIDTH) * STANDARD_WIDTH
        with self._store._lock:
            buckets = self._pending.get(slot)
            if buckets is None:
                buckets = self._pending[slot] = {}
                self._store._dirty[self] = None
            for name, value, unit in values:
                bucket = buckets.get((name, unit))
                if bucket is None:
                    bucket = buckets[name, unit] = Bucket()
                bucket.add(value)

    def take(self) -> dict[int, dict[tuple[str, str], Bucket]]:
        """What was gathered since the last time."""
        taken, self._pending = self._pending, {}
        return taken


class MetricStore:
    """The metrics of every region. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Meters with values that no timeline has yet, in the order in which they came.
        self._dirty: dict[Meter, None] = {}
        self._meters: dict[tuple[str, str, DimensionSets], Meter] = {}
        # Region → metric → unit → timeline. CloudWatch aggregates values of different units apart.
        self._regions: dict[str, dict[Metric, dict[str, Timeline]]] = {}

    def meter(self, region: str, namespace: str, sets: DimensionSets) -> Meter:
        """The meter for values that count under each of the sets of dimensions."""
        key = (region, namespace, sets)
        meter = self._meters.get(key)
        if meter is None:
            meter = self._meters.setdefault(key, Meter(self, region, namespace, sets))
        return meter

    def add(self, region: str, data: Iterable[Datum]) -> None:
        """Take in published values."""
        with self._lock:
            for datum in data:
                timeline = self._timeline(region, datum.metric, datum.unit)
                if datum.high_resolution:
                    timeline.use_high_resolution()
                bucket = timeline.at(datum.timestamp)
                if datum.statistics:
                    bucket.add_set(*datum.statistics)
                else:
                    bucket.add(datum.value, datum.weight)

    def read(
        self,
        region: str,
        wanted: Metric,
        span: Span,
        unit: str | None = None,
        *,
        with_samples: bool = True,
    ) -> dict[int, Bucket]:
        """Start time of period → values, for the periods of the span that have any.

        Without a unit, the values of all units count together. Without samples it is much quicker, and
        the buckets have the basic statistics only.
        """
        merge = Bucket.merge if with_samples else Bucket.merge_totals
        found: dict[int, Bucket] = {}
        with self._lock:
            self._settle()
            for timeline in self._timelines(region, wanted, unit):
                for at, bucket in timeline.between(span.start, span.end):
                    merge(found.setdefault(span.period_of(at), Bucket()), bucket)
        return found

    def units(self, region: str, wanted: Metric) -> list[str]:
        """The units in which the metric was published."""
        with self._lock:
            self._settle()
            return sorted(self._regions.get(region, {}).get(wanted, {}))

    def newest(self, region: str) -> Iterator[tuple[Metric, float]]:
        """Each metric of the region with the time of its newest value."""
        with self._lock:
            self._settle()
            metrics = list(self._regions.get(region, {}).items())
        for found, units in metrics:
            yield found, max(timeline.newest for timeline in list(units.values()))

    def metrics(self, region: str) -> list[Metric]:
        """All metrics of the region."""
        with self._lock:
            self._settle()
            return list(self._regions.get(region, {}))

    def roll_up(self, now: float) -> None:
        """Condense and drop what is old; call it once in a while."""
        with self._lock:
            self._settle()
            for metrics in self._regions.values():
                for found, units in list(metrics.items()):
                    for unit, timeline in list(units.items()):
                        timeline.roll_up(now)
                        if not timeline:
                            del units[unit]
                    if not units:
                        del metrics[found]

    def _settle(self) -> None:
        """Share what the meters gathered out to the timelines of their sets of dimensions."""
        dirty, self._dirty = self._dirty, {}
        for meter in dirty:
            for at, buckets in meter.take().items():
                for (name, unit), gathered in buckets.items():
                    for dimensions in meter.sets:
                        metric = Metric(meter.namespace, name, dimensions)
                        self._timeline(meter.region, metric, unit).at(at).merge(gathered)

    def _timeline(self, region: str, wanted: Metric, unit: str) -> Timeline:
        """The timeline of a metric in a unit, made when it is not there."""
        units = self._regions.setdefault(region, {}).setdefault(wanted, {})
        timeline = units.get(unit)
        if timeline is None:
            timeline = units[unit] = Timeline()
        return timeline

    def _timelines(self, region: str, wanted: Metric, unit: str | None) -> list[Timeline]:
        units = self._regions.get(region, {}).get(wanted, {})
        if unit is None:
            return list(units.values())
        return [units[unit]] if unit in units else []
