"""Evaluating a metric alarm against the stored metrics at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from local_aws.metrics.alarm_decision import Decision, Missing, Point, decide
from local_aws.metrics.alarm_definition import AlarmDefinition
from local_aws.metrics.bucket import Bucket
from local_aws.metrics.queries import Answers, QueryError, read_stat
from local_aws.metrics.store import MetricStore, Span


@dataclass(frozen=True)
class Evaluation:
    """A decision with the periods that it was made on."""

    decision: Decision
    span: Span


def due_at(definition: AlarmDefinition, now: float) -> int:
    """The newest moment at which the alarm is to be evaluated: its periods end there (Unix seconds)."""
    return int(now // definition.interval) * definition.interval


def evaluate(definition: AlarmDefinition, store: MetricStore, region: str, end: int) -> Evaluation:
    """Evaluate the alarm on the periods that end at `end`. Raises QueryError.

    A period is a sliding window: each evaluation counts its periods back from its own end.
    """
    span = Span(end - definition.range_points * definition.period, end, definition.period)
    stat = definition.watched.stat
    if stat:
        buckets = read_stat(store, region, stat, span)
        values: Mapping[int, float | None] = {at: stat.statistic.of(each) for at, each in buckets.items()}
    else:
        buckets, values = {}, _computed(definition, store, region, span)
    points = [_point(definition, at, values.get(at), buckets.get(at)) for at in span.starts]
    decision = decide(
        points, definition.evaluation_periods, definition.datapoints_to_alarm, definition.treatment
    )
    if _too_few_samples(definition, decision, buckets):
        decision = Decision(None, decision.evaluated, decision.filled, Missing.IGNORE)
    return Evaluation(decision, span)


def _computed(
    definition: AlarmDefinition, store: MetricStore, region: str, span: Span
) -> Mapping[int, float | None]:
    """The values of metric math."""
    found = Answers(definition.queries, store, region, lambda _period: span).answer(definition.watched)
    if len(found) != 1:
        raise QueryError("the watched expression is not a single time series")
    return found[0].points


def _point(definition: AlarmDefinition, at: int, value: float | None, bucket: Bucket | None) -> Point | None:
    if value is None:
        return None
    breaching = definition.breaches(value, definition.threshold)
    return Point(at, value, breaching, bucket.count if bucket else None)


def _too_few_samples(definition: AlarmDefinition, decision: Decision, buckets: dict[int, Bucket]) -> bool:
    """Whether there are too few samples for the percentile to mean anything.

    Source: CloudWatch user guide, "Percentile-based CloudWatch alarms and low data samples".
    """
    if definition.low_samples_percentile is None or not decision.evaluated:
        return False
    share = definition.low_samples_percentile / 100
    tail = 1 - share if share >= 0.5 else share
    samples = sum(buckets[point.timestamp].count for point in decision.evaluated)
    return tail > 0 and samples < 10 / tail
