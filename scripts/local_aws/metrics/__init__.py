"""CloudWatch metrics and alarms: a core without I/O, which the fills connect to MiniStack.

Whoever has something to measure calls `publish`; it costs some microseconds and never fails on what is
measured.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from local_aws.metrics.store import NO_UNIT, Datum, MetricStore, metric

# One server process serves one account, as MiniStack's own stores of the process do.
STORE = MetricStore()


def publish(  # noqa: PLR0917 - the order of PutMetricData's members, which every caller knows
    region: str,
    namespace: str,
    name: str,
    value: float,
    unit: str = NO_UNIT,
    dimensions: Mapping[str, str] | None = None,
    timestamp: float | None = None,
) -> None:
    """Publish one value of a metric in a region, as a service of AWS does for itself.

    `unit` is one of CloudWatch's StandardUnit names. `timestamp` is in Unix seconds and defaults to now.
    Any thread may call it.
    """
    at = time.time() if timestamp is None else timestamp
    STORE.add(region, (Datum(metric(namespace, name, dimensions), at, float(value), unit=unit),))
