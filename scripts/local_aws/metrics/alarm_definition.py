"""A metric alarm as PutMetricAlarm describes it, made ready for evaluation.

Contract: CloudWatch API Reference, PutMetricAlarm, and user guide, "Evaluating an alarm".
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.metrics.alarm_decision import Missing
from local_aws.metrics.queries import Query, QueryError, read_metric_stat, read_queries

_MINUTE = 60
_SHORT_PERIODS_EVERY = 10
# The guide's examples read 5 data points for 3 evaluation periods; for other numbers it names none.
_EXTRA_POINTS = 2
_DYNAMODB = "AWS/DynamoDB"

_COMPARISONS: Mapping[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}


class UnsupportedAlarmError(ValueError):
    """The alarm needs something that is not evaluated here, such as anomaly detection."""


@dataclass(frozen=True)
class AlarmDefinition:
    """What an alarm watches and when it goes off.

    `period` is in seconds. `low_samples_percentile` is the percentile that is not evaluated on few
    samples (`EvaluateLowSampleCountPercentile` "ignore"), or None. `statistic` names the statistic of a
    single metric, and is empty for metric math.
    """

    queries: tuple[Query, ...]
    watched: Query
    period: int
    evaluation_periods: int
    datapoints_to_alarm: int
    threshold: float
    breaches: Callable[[float, float], bool]
    comparison: str
    treatment: Missing
    statistic: str = ""
    low_samples_percentile: float | None = None

    @property
    def range_points(self) -> int:
        """How many data points are read: some more than count, in case some are missing."""
        return self.evaluation_periods + _EXTRA_POINTS

    @property
    def interval(self) -> int:
        """Seconds between two evaluations: each minute, or each 10 s when the period is shorter."""
        return _MINUTE if self.period >= _MINUTE else _SHORT_PERIODS_EVERY


def read_alarm(alarm: Mapping[str, Any]) -> AlarmDefinition:
    """The definition in an alarm's stored members. Raises UnsupportedAlarmError or QueryError."""
    comparison = alarm.get("ComparisonOperator", "")
    if comparison not in _COMPARISONS or alarm.get("ThresholdMetricId"):
        raise UnsupportedAlarmError(f"comparison {comparison} is not evaluated")
    queries = _queries(alarm)
    watched = next((query for query in queries if query.returns), None)
    if watched is None:
        raise QueryError("no element of the metrics list returns data")
    stats = [query.stat for query in queries if query.stat]
    periods = int(alarm["EvaluationPeriods"])
    breaches, words = _COMPARISONS[comparison]
    return AlarmDefinition(
        queries=tuple(queries),
        watched=watched,
        period=max((stat.period for stat in stats), default=watched.period or _MINUTE),
        evaluation_periods=periods,
        datapoints_to_alarm=int(alarm.get("DatapointsToAlarm") or periods),
        threshold=float(alarm.get("Threshold", 0.0)),
        breaches=breaches,
        comparison=words,
        treatment=_treatment(alarm, [stat.metric.namespace for stat in stats]),
        statistic=watched.stat.statistic.name if watched.stat else "",
        low_samples_percentile=_low_samples_percentile(alarm, watched),
    )


def _queries(alarm: Mapping[str, Any]) -> list[Query]:
    if alarm.get("Metrics"):
        return read_queries(alarm["Metrics"])
    given = {
        "Metric": {name: alarm.get(name) for name in ("Namespace", "MetricName", "Dimensions")},
        "Period": alarm["Period"],
        "Stat": alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average",
        "Unit": alarm.get("Unit"),
    }
    return [Query("m1", alarm.get("MetricName") or "", returns=True, stat=read_metric_stat(given))]


def _treatment(alarm: Mapping[str, Any], namespaces: list[str]) -> Missing:
    """The treatment that is set; where none is, DynamoDB's metrics ignore missing data."""
    if alarm.get("TreatMissingData"):
        return Missing(alarm["TreatMissingData"])
    return Missing.IGNORE if _DYNAMODB in namespaces else Missing.MISSING


def _low_samples_percentile(alarm: Mapping[str, Any], watched: Query) -> float | None:
    if alarm.get("EvaluateLowSampleCountPercentile") != "ignore" or not watched.stat:
        return None
    return watched.stat.statistic.percentile
