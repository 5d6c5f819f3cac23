"""Publishing what a service of AWS measures of itself: several values under several sets of dimensions."""

from __future__ import annotations

from collections.abc import Iterable

from local_aws.metrics import STORE
from local_aws.metrics.store import DimensionSets

Dimensions = tuple[tuple[str, str], ...]
"""Name and value pairs, sorted by name."""

Value = tuple[str, float, str]
"""Name of the metric, value and unit."""


def dimensions(**values: str) -> Dimensions:
    """A set of dimensions."""
    return tuple(sorted(values.items()))


def publish_values(region: str, namespace: str, sets: DimensionSets, values: Iterable[Value]) -> None:
    """Publish each value now under each set of dimensions. Any thread may call it."""
    STORE.meter(region, namespace, sets).add(values)


def count(name: str, number: float = 1) -> Value:
    """A value of a metric that counts."""
    return name, number, "Count"
