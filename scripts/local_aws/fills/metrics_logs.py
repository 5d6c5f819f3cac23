"""Metrics out of logs: the embedded metric format, and metric filters.

Contract: CloudWatch user guide, "Embedded metric format", and CloudWatch Logs user guide, "Creating
metrics from log events using filters". MiniStack stores logs and metric filters and makes no metrics of
either. Lines that claim to embed metrics but do not hold to the format count in AWS/Logs EMFParsingErrors
and EMFValidationErrors of their log group, as on AWS.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ministack.core.responses import get_region
from ministack.services import cloudwatch_logs

from local_aws.fills import Fill
from local_aws.fills.patching import Answer, wrap
from local_aws.metrics import STORE, publish
from local_aws.metrics.embedded_format import EmbeddedFormatError, embedded_metrics
from local_aws.metrics.log_pattern_syntax import PatternError
from local_aws.metrics.log_patterns import Found, Matcher, compile_pattern
from local_aws.metrics.store import NO_UNIT, Datum, metric
from local_aws.settings import Settings

logger = logging.getLogger("local_aws")

Event = Mapping[str, Any]


def _on_events(original: Callable[..., None], group: str, stream: str, events: list[Event]) -> None:
    """What MiniStack calls with each batch of log events, of PutLogEvents and of its own services."""
    _embedded(group, events)
    _filtered(group, events)
    original(group, stream, events)


def _embedded(group: str, events: Iterable[Event]) -> None:
    for event in events:
        try:
            data = embedded_metrics(event.get("message", ""))
        except EmbeddedFormatError as error:
            name = "EMFValidationErrors" if error.parsed else "EMFParsingErrors"
            publish(get_region(), "AWS/Logs", name, 1, "Count", {"LogGroupName": group})
            logger.warning("log group %s: embedded metrics ignored: %s", group, error)
        else:
            if data:
                STORE.add(get_region(), data)


def _filtered(group: str, events: Iterable[Event]) -> None:
    filters = [each for (owner, _), each in cloudwatch_logs._metric_filters.items() if owner == group]
    for each in filters:
        matcher = _matcher(each["filterPattern"])
        matched = [(event, found) for event in events if (found := matcher(event.get("message", "")))]
        for transformation in each["metricTransformations"]:
            if matched:
                data = [_transformed(transformation, found, event) for event, found in matched]
                STORE.add(get_region(), [datum for datum in data if datum])
            elif "defaultValue" in transformation:
                # The value of a time in which events came and none of them matched.
                namespace, name = transformation["metricNamespace"], transformation["metricName"]
                unit = transformation.get("unit") or NO_UNIT
                publish(get_region(), namespace, name, transformation["defaultValue"], unit)


@functools.lru_cache(maxsize=256)
def _matcher(pattern: str) -> Matcher:
    return compile_pattern(pattern)


def _transformed(transformation: Mapping[str, Any], found: Found, event: Event) -> Datum | None:
    """The value that a transformation makes of a matching event, if the event holds what it needs."""
    value, dimensions = _number(transformation, found), _dimensions(transformation, found)
    if value is None or dimensions is None:
        return None
    return Datum(
        metric(transformation["metricNamespace"], transformation["metricName"], dimensions),
        event["timestamp"] / 1000,
        value,
        unit=transformation.get("unit") or NO_UNIT,
    )


def _number(transformation: Mapping[str, Any], found: Found) -> float | None:
    text: str = transformation["metricValue"]
    value = found(text) if text.startswith("$") else text
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _dimensions(transformation: Mapping[str, Any], found: Found) -> dict[str, str] | None:
    """The dimensions of an event, or None when it lacks one of them."""
    wanted = transformation.get("dimensions") or {}
    values = {name: found(selector) for name, selector in wanted.items()}
    return None if None in values.values() else {name: str(value) for name, value in values.items()}


def _put_metric_filter(original: Callable[..., Answer], data: Mapping[str, Any]) -> Answer:
    """Refuse a pattern that cannot be read, as AWS does."""
    try:
        compile_pattern(data.get("filterPattern", ""))
    except PatternError as error:
        refusal: Answer = cloudwatch_logs.error_response_json(
            "InvalidParameterException", f"Invalid metric filter pattern: {error}", 400
        )
        return refusal
    return original(data)


def _install(_settings: Settings) -> None:
    wrap(cloudwatch_logs, "_fanout_to_subscription_filters", _on_events)
    wrap(cloudwatch_logs, "_put_metric_filter", _put_metric_filter)


FILL = Fill(
    name="metrics_logs",
    requires=tuple(
        f"ministack.services.cloudwatch_logs.{name}"
        for name in (
            "_fanout_to_subscription_filters",
            "_metric_filters",
            "_put_metric_filter",
            "error_response_json",
        )
    ),
    install=_install,
)
