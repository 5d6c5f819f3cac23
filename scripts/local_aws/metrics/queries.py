"""Answering MetricDataQuery structures: metrics and metric math, for GetMetricData and for alarms.

Contract: CloudWatch API Reference, MetricDataQuery and MetricStat (botocore's model "cloudwatch").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from local_aws.metrics import expression_syntax
from local_aws.metrics.bucket import Bucket
from local_aws.metrics.expression_syntax import ExpressionError, Node
from local_aws.metrics.expression_values import Series, SeriesList, Value
from local_aws.metrics.expressions import WORDS, evaluate
from local_aws.metrics.search import find
from local_aws.metrics.statistics import Statistic, UnknownStatisticError, statistic
from local_aws.metrics.store import Metric, MetricStore, Span, metric


class QueryError(ValueError):
    """A query cannot be answered; the message says why, as CloudWatch would."""


@dataclass(frozen=True)
class MetricStat:
    """A statistic of one metric. `period` is in seconds; without a unit, values of all units count."""

    metric: Metric
    period: int
    statistic: Statistic
    unit: str | None = None


@dataclass(frozen=True)
class Query:
    """One element of a request: a metric's statistic, or an expression over the other elements."""

    id: str
    label: str
    returns: bool
    stat: MetricStat | None = None
    expression: Node | None = None
    period: int | None = None


def read_queries(queries: Iterable[Mapping[str, Any]]) -> list[Query]:
    """The queries of a request. Raises QueryError."""
    read = [_read_query(query) for query in queries]
    ids = [query.id for query in read]
    if len(set(ids)) != len(ids):
        raise QueryError("The values for parameter id in MetricDataQueries are not unique.")
    known = {*ids, *WORDS}
    for query in read:
        for name in expression_syntax.names(query.expression) if query.expression else ():
            if name not in known:
                raise QueryError(f"Error in expression '{query.id}': Unknown identifier '{name}'")
    return read


def _read_query(query: Mapping[str, Any]) -> Query:
    label = query.get("Label", "")
    returns = bool(query.get("ReturnData", True))
    period = query.get("Period")
    if query.get("Expression"):
        try:
            tree = expression_syntax.parse(query["Expression"])
        except ExpressionError as error:
            raise QueryError(str(error)) from error
        return Query(query["Id"], label or query["Id"], returns, expression=tree, period=period)
    if not query.get("MetricStat"):
        raise QueryError(f"Query '{query['Id']}' has neither a metric nor an expression")
    stat = read_metric_stat(query["MetricStat"])
    return Query(query["Id"], label or stat.metric.name, returns, stat=stat)


def read_metric_stat(given: Mapping[str, Any]) -> MetricStat:
    """A MetricStat structure. Raises QueryError."""
    wanted = given["Metric"]
    dimensions = {item["Name"]: item["Value"] for item in wanted.get("Dimensions") or ()}
    try:
        found = statistic(given["Stat"])
    except UnknownStatisticError as error:
        raise QueryError(str(error)) from error
    return MetricStat(
        metric(wanted.get("Namespace", ""), wanted.get("MetricName", ""), dimensions),
        int(given["Period"]),
        found,
        given.get("Unit"),
    )


def read_stat(store: MetricStore, region: str, stat: MetricStat, span: Span) -> dict[int, Bucket]:
    """Start of period → the values that the statistic is made of."""
    needed = stat.statistic.needs_samples
    return store.read(region, stat.metric, span, stat.unit, with_samples=needed)


class Answers:
    """The answers to one request.

    `span_of` gives the periods to compute for a length of period, in seconds.
    """

    def __init__(
        self, queries: Iterable[Query], store: MetricStore, region: str, span_of: Callable[[int], Span]
    ) -> None:
        self._queries = {query.id: query for query in queries}
        self._store = store
        self._region = region
        self._span_of = span_of
        self._known: dict[tuple[str, int], Value] = {}
        self._open: list[str] = []

    def answer(self, query: Query) -> list[Series]:
        """The time series that the query returns, labelled. Raises QueryError."""
        try:
            value = self._value(query, self.period(query))
        except ExpressionError as error:
            raise QueryError(f"Error in expression '{query.id}': {error}") from error
        match value:
            case Series():
                return [replace(value, label=query.label)]
            case SeriesList(items):
                own_label = query.label if query.label != query.id else ""
                return [replace(item, label=f"{own_label} {item.label}".strip()) for item in items]
        raise QueryError(f"Error in expression '{query.id}': the result is not a time series")

    def period(self, query: Query) -> int:
        """The period of a query's results: of an expression, the longest among what it refers to."""
        if query.stat:
            return query.stat.period
        if query.period:
            return query.period
        return max(self._periods(query, set()), default=60)

    def _periods(self, query: Query, seen: set[str]) -> Iterable[int]:
        if query.stat:
            yield query.stat.period
        if query.expression is None or query.id in seen:
            return
        seen.add(query.id)
        functions = set(expression_syntax.calls(query.expression))
        for other in self._queries.values():
            if other.id in set(expression_syntax.names(query.expression)) or (
                other.stat and "METRICS" in functions
            ):
                yield from self._periods(other, seen)

    def _value(self, query: Query, period: int) -> Value:
        key = (query.id, period)
        if key not in self._known:
            self._known[key] = self._compute(query, period)
        return self._known[key]

    def _compute(self, query: Query, period: int) -> Value:
        if query.stat:
            return replace(self._read(query.stat, period), label=query.label)
        if query.id in self._open:
            raise ExpressionError(f"'{query.id}' refers to itself")
        self._open.append(query.id)
        try:
            # A query without a statistic has an expression.
            return evaluate(cast("Node", query.expression), _Scope(self, period))
        finally:
            self._open.pop()

    def _read(self, stat: MetricStat, period: int) -> Series:
        buckets = read_stat(self._store, self._region, stat, self._span_of(period))
        values = ((at, stat.statistic.of(bucket)) for at, bucket in buckets.items())
        return Series({at: value for at, value in values if value is not None}, period)


class _Scope:
    """What an expression of the request sees, all at one period."""

    def __init__(self, answers: Answers, period: int) -> None:
        self._answers = answers
        self._period = period

    @property
    def span(self) -> Span:
        return self._answers._span_of(self._period)

    def named(self, name: str) -> Value:
        query = self._answers._queries.get(name)
        if query is None:
            raise ExpressionError(f"Unknown identifier '{name}'")
        return self._answers._value(query, self._period)

    def metrics(self, part: str) -> SeriesList:
        found = (query for query in self._answers._queries.values() if query.stat and part in query.id)
        values = [self._answers._value(query, self._period) for query in found]
        return SeriesList(tuple(value for value in values if isinstance(value, Series)))

    def search(self, expression: str, statistic_name: str, period: int) -> SeriesList:
        answers = self._answers
        try:
            wanted = statistic(statistic_name)
        except UnknownStatisticError as error:
            raise ExpressionError(str(error)) from error
        found = find(expression, answers._store.metrics(answers._region))
        series = [
            replace(answers._read(MetricStat(each, period, wanted), period), label=_search_label(each))
            for each in found
        ]
        return SeriesList(tuple(item for item in series if item.points))


def _search_label(found: Metric) -> str:
    return " ".join([*(value for _, value in found.dimensions), found.name])
