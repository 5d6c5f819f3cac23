"""Publishing what a service of AWS measures of itself: several values under several sets of dimensions."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterable, Mapping

from local_aws.metrics import STORE
from local_aws.metrics.store import Datum, Metric

Dimensions = tuple[tuple[str, str], ...]
"""Name and value pairs, sorted by name."""

Values = Mapping[str, tuple[float, str]]
"""Name of a metric → its value and unit."""


def dimensions(**values: str) -> Dimensions:
    """A set of dimensions."""
    return tuple(sorted(values.items()))


def publish_values(region: str, namespace: str, sets: Iterable[Dimensions], values: Values) -> None:
    """Publish each value now under each set of dimensions. Any thread may call it."""
    at = time.time()
    STORE.add(
        region,
        [
            Datum(_metric(namespace, name, each), at, float(value), unit=unit)
            for each in sets
            for name, (value, unit) in values.items()
        ],
    )


@functools.lru_cache(maxsize=4096)
def _metric(namespace: str, name: str, dimension_set: Dimensions) -> Metric:
    return Metric(namespace, name, dimension_set)
