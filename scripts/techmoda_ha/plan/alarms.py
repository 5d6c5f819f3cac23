"""Alarms of a plan: what they watch, and how long they take to go off."""

from __future__ import annotations

import re

from techmoda_ha.plan.model import Plan, Resource
from techmoda_ha.plan.values import View

METRIC_ALARM, COMPOSITE_ALARM = "aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"


def metrics_of(alarm: Resource) -> list[View]:
    """Return the metrics that an alarm reads: its own, or those of its metric queries.

    Each has metric_name, namespace, dimensions and period.
    """
    if alarm.value("metric_name"):
        return [alarm]
    queries = alarm.blocks("metric_query")
    return [metric for query in queries for metric in query.blocks("metric")]


def watches(alarm: Resource, namespace: str, metric: str) -> bool:
    """Tell whether an alarm reads a metric."""
    return any(
        (one.value("namespace"), one.value("metric_name")) == (namespace, metric) for one in metrics_of(alarm)
    )


def alarms_on(plan: Plan, namespace: str, metric: str) -> list[Resource]:
    """Return the metric alarms of a plan on a metric."""
    return [alarm for alarm in plan.of(METRIC_ALARM) if watches(alarm, namespace, metric)]


def detection_seconds(alarm: Resource) -> float | None:
    """Return how long an alarm takes at most from the first bad second until it goes off; None if unknown."""
    periods = alarm.value("evaluation_periods")
    lengths = [one.value("period") for one in metrics_of(alarm)]
    if not isinstance(periods, int) or not lengths or not all(isinstance(one, int) for one in lengths):
        return None
    return float(periods * max(lengths))


def quickest(alarms: list[Resource]) -> float | None:
    """Return the shortest detection of several alarms, None when none is known."""
    known = [seconds for alarm in alarms if (seconds := detection_seconds(alarm)) is not None]
    return min(known, default=None)


NAMED = re.compile(r'\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*"?([^")]+?)"?\s*\)')


def parts_of(composite: Resource) -> list[str]:
    """Return the names of the alarms that a composite alarm's rule names; none while the rule is unknown."""
    expression = composite.value("alarm_rule")
    return (
        [name.rpartition(":alarm:")[2] for name in NAMED.findall(expression)]
        if isinstance(expression, str)
        else []
    )


def ratio_window_seconds(alarm: Resource) -> float | None:
    """Return the window of an alarm on the share of failed requests (5XXError, Count); None for others."""
    names = {
        one.value("metric_name") for one in metrics_of(alarm) if one.value("namespace") == "AWS/ApiGateway"
    }
    if not {"5XXError", "Count"} <= names or alarm.value("threshold") is None:
        return None
    return detection_seconds(alarm)
