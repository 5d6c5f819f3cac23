"""Metrics embedded in log lines (EMF).

Contract: CloudWatch user guide, "Specification: Embedded metric format". Metadata that Lambda puts before
the document is passed over. A dimension set or a metric that the document does not back with members of
the right type is left out, the rest counts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from local_aws.metrics.store import NO_UNIT, Datum, Metric

_MARK = '"_aws"'
_MOST_VALUES = 100
_MOST_DIMENSIONS = 30
_NUMBERS = frozenset({int, float})

Dimensions = tuple[tuple[str, str], ...]


class EmbeddedFormatError(ValueError):
    """A log line claims to embed metrics but does not hold to the format. `parsed` says that it is JSON."""

    def __init__(self, message: str, *, parsed: bool) -> None:
        super().__init__(message)
        self.parsed = parsed


def embedded_metrics(message: str) -> list[Datum]:
    """The metrics in a log line; none for a line without any. Raises EmbeddedFormatError."""
    start = message.find("{") if _MARK in message else -1
    if start < 0:
        return []
    try:
        document = json.loads(message[start:])
    except ValueError as error:
        raise EmbeddedFormatError("not a JSON document", parsed=False) from error
    metadata = document.get("_aws")
    if not isinstance(metadata, dict) or "CloudWatchMetrics" not in metadata:
        return []
    timestamp: Any = metadata.get("Timestamp")
    if not _is_number(timestamp) or not isinstance(metadata["CloudWatchMetrics"], list):
        raise EmbeddedFormatError("'_aws' lacks Timestamp or a list of CloudWatchMetrics", parsed=True)
    data: list[Datum] = []
    for directive in metadata["CloudWatchMetrics"]:
        _add_directive(data, directive, document, timestamp / 1000)
    return data


def _add_directive(data: list[Datum], directive: Any, document: Mapping[str, Any], at: float) -> None:
    """Add the metrics that a directive names. It runs for each line of each function, so it is plain."""
    if not isinstance(directive, dict) or not isinstance(directive.get("Namespace"), str):
        raise EmbeddedFormatError("a metric directive has no namespace", parsed=True)
    namespace = directive["Namespace"]
    sets: list[Any] = directive.get("Dimensions") or [[]]
    backed = [_dimensions(names, document) for names in sets]
    for definition in directive.get("Metrics") or ():
        name, unit = definition.get("Name", ""), definition.get("Unit") or NO_UNIT
        high_resolution = definition.get("StorageResolution") == 1
        for value in _values(document.get(name)):
            for dimensions in backed:
                if dimensions is not None:
                    metric = Metric(namespace, name, dimensions)
                    data.append(Datum(metric, at, float(value), 1.0, unit, high_resolution))


def _dimensions(names: Any, document: Mapping[str, Any]) -> Dimensions | None:
    """The pairs of a dimension set, or None when the document does not back it."""
    if not isinstance(names, list) or len(names) > _MOST_DIMENSIONS:
        return None
    pairs: list[tuple[str, Any]] = [(name, document.get(name)) for name in sorted(names)]
    return tuple(pairs) if all(type(value) is str for _, value in pairs) else None


def _values(target: Any) -> Sequence[float]:
    """The numbers of a metric's target."""
    if isinstance(target, list):
        return [value for value in target if _is_number(value)] if len(target) <= _MOST_VALUES else ()
    return (target,) if _is_number(target) else ()


def _is_number(value: Any) -> bool:
    """Whether JSON gave a number; true and false are none."""
    return type(value) in _NUMBERS
