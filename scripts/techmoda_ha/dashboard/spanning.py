"""Which regions a widget's series takes its values from; a math expression may name series of several."""

from __future__ import annotations

import re
from collections.abc import Mapping

from techmoda_ha.dashboard.body import MetricWidget, Series

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_NAME = re.compile(r"[a-z]\w*")  # ids begin with a lower-case letter (CloudWatch, "Using metric math")


def named_series(widget: MetricWidget) -> dict[str, Series]:
    """Return the widget's series by their ids, in order; one without an id gets one."""
    return {one.id or f"line{number}": one for number, one in enumerate(widget.series)}


def regions_of(name: str, series: Mapping[str, Series], above: frozenset[str] = frozenset()) -> set[str]:
    """Return the regions that a series needs: its own, and those of all that its expression names."""
    one = series[name]
    named = set(_NAME.findall(_QUOTED.sub("", one.expression))) & (series.keys() - above - {name})
    return {one.region}.union(*(regions_of(other, series, above | {name}) for other in named))
