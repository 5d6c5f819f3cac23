"""PutMetricData, GetMetricData, GetMetricStatistics and ListMetrics, without the protocol around them.

Contract: CloudWatch API Reference (botocore's model "cloudwatch"). Requests and results are dictionaries
as the model names their members; times in results are Unix seconds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from local_aws.metrics.bucket import Bucket
from local_aws.metrics.expression_values import Series
from local_aws.metrics.queries import Answers, Query, QueryError, read_queries
from local_aws.metrics.requests import OperationError, dimensions_of, seconds
from local_aws.metrics.statistics import BASIC_STATISTICS, Statistic, UnknownStatisticError, statistic
from local_aws.metrics.store import NO_UNIT, Datum, Metric, MetricStore, Span, metric

Request = Mapping[str, Any]
Result = dict[str, Any]

_MINUTE = 60
_LARGEST_VALUE = 2.0**360
_OLDEST_SECONDS = 14 * 24 * 3600
_NEWEST_SECONDS = 2 * 3600
_MOST_METRICS = 1000
_MOST_STATISTICS_POINTS = 1440
_METRICS_PAGE = 500
_RECENT_SECONDS = 3 * 3600


def put_metric_data(store: MetricStore, region: str, request: Request, now: float) -> Result:
    """Take in custom metrics. Raises OperationError."""
    namespace = request["Namespace"]
    if namespace.startswith("AWS/"):
        raise OperationError(
            "InvalidParameterValue", f"The value {namespace} for parameter Namespace is invalid."
        )
    given = [*request.get("MetricData", ())]
    for entity in request.get("EntityMetricData", ()):
        given += entity.get("MetricData", ())
    if len(given) > _MOST_METRICS:
        raise OperationError(
            "LimitExceeded", f"The collection MetricData must not have more than {_MOST_METRICS} elements."
        )
    store.add(region, [datum for item in given for datum in _data(namespace, item, now)])
    return {}


def _data(namespace: str, item: Request, now: float) -> Iterator[Datum]:
    at = now if item.get("Timestamp") is None else seconds(item["Timestamp"])
    if not now - _OLDEST_SECONDS <= at <= now + _NEWEST_SECONDS:
        raise OperationError(
            "InvalidParameterValue",
            "The parameter MetricData.member.1.Timestamp must specify a time within the past two weeks.",
        )
    common: dict[str, Any] = {
        "metric": metric(namespace, item["MetricName"], dimensions_of(item)),
        "timestamp": at,
        "unit": item.get("Unit") or NO_UNIT,
        "high_resolution": int(item.get("StorageResolution") or _MINUTE) == 1,
    }
    if item.get("StatisticValues"):
        numbers = item["StatisticValues"]
        wanted = ("SampleCount", "Sum", "Minimum", "Maximum")
        count, total, minimum, maximum = (_number(numbers[name]) for name in wanted)
        yield Datum(**common, statistics=(count, total, minimum, maximum))
        return
    values = item.get("Values")
    if values is None:
        yield Datum(**common, value=_number(item.get("Value", math.nan)))
        return
    counts = item.get("Counts") or [1.0] * len(values)
    if len(counts) != len(values):
        raise OperationError(
            "InvalidParameterValue",
            "The parameters MetricData.member.1.Values and Counts must be of the same size.",
        )
    for value, count in zip(values, counts, strict=True):
        yield Datum(**common, value=_number(value), weight=_number(count))


def _number(value: float) -> float:
    number = float(value)
    if not math.isfinite(number) or abs(number) > _LARGEST_VALUE:
        raise OperationError(
            "InvalidParameterValue",
            "The parameter MetricData.member.1.Value must be a finite number between -2^360 and 2^360.",
        )
    return number


def get_metric_data(store: MetricStore, region: str, request: Request) -> Result:
    """Metrics and metric math over a time range. Raises OperationError."""
    start, end = seconds(request["StartTime"]), seconds(request["EndTime"])
    if end <= start:
        raise OperationError("ValidationError", "The parameter EndTime must be greater than StartTime.")
    try:
        queries = read_queries(request["MetricDataQueries"])
        answers = Answers(queries, store, region, lambda period: _span(start, end, period))
        descending = request.get("ScanBy") != "TimestampAscending"
        results = [
            _data_result(query, series, descending=descending)
            for query in queries
            if query.returns
            for series in answers.answer(query)
        ]
    except QueryError as error:
        raise OperationError("ValidationError", str(error)) from error
    return {"MetricDataResults": results, "Messages": []}


def _data_result(query: Query, series: Series, *, descending: bool) -> Result:
    points = sorted(series.points.items(), reverse=descending)
    return {
        "Id": query.id,
        "Label": series.label,
        "Timestamps": [at for at, _ in points],
        "Values": [value for _, value in points],
        "StatusCode": "Complete",
    }


def get_metric_statistics(store: MetricStore, region: str, request: Request) -> Result:
    """Several statistics of one metric over a time range. Raises OperationError."""
    span = _span(seconds(request["StartTime"]), seconds(request["EndTime"]), int(request["Period"]))
    if len(span.starts) > _MOST_STATISTICS_POINTS:
        raise OperationError(
            "InvalidParameterCombination",
            f"You have requested up to {len(span.starts):,} datapoints, which exceeds the limit of 1,440.",
        )
    names = [*request.get("Statistics", ()), *request.get("ExtendedStatistics", ())]
    if not names:
        raise OperationError(
            "InvalidParameterCombination", "Must specify either Statistics or ExtendedStatistics"
        )
    wanted = [_statistic(name) for name in names]
    needed = any(each.needs_samples for each in wanted)
    found = metric(request["Namespace"], request["MetricName"], dimensions_of(request))
    units = [request["Unit"]] if request.get("Unit") else store.units(region, found)
    points = [
        _datapoint(at, unit, bucket, wanted)
        for unit in units
        for at, bucket in sorted(store.read(region, found, span, unit, with_samples=needed).items())
    ]
    return {"Label": request["MetricName"], "Datapoints": points}


def _statistic(name: str) -> Statistic:
    try:
        return statistic(name)
    except UnknownStatisticError as error:
        raise OperationError("InvalidParameterValue", str(error)) from error


def _datapoint(at: int, unit: str, bucket: Bucket, wanted: Iterable[Statistic]) -> Result:
    values = {each.name: each.of(bucket) for each in wanted}
    known = {name: value for name, value in values.items() if value is not None}
    point: Result = {"Timestamp": at, "Unit": unit}
    point |= {name: value for name, value in known.items() if name in BASIC_STATISTICS}
    extended = {name: value for name, value in known.items() if name not in BASIC_STATISTICS}
    if extended:
        point["ExtendedStatistics"] = extended
    return point


def _span(start: float, end: float, period: int) -> Span:
    """The periods from `start`, rounded down to a minute, or to the period when that is shorter."""
    step = min(period, _MINUTE)
    return Span(int(start // step) * step, math.ceil(end), period)


def list_metrics(store: MetricStore, region: str, request: Request, now: float) -> Result:
    """The metrics that had values lately, a page at a time. Raises OperationError."""
    since = now - (_RECENT_SECONDS if request.get("RecentlyActive") else _OLDEST_SECONDS)
    found = sorted(
        (each for each, newest in store.newest(region) if newest >= since and _is_listed(each, request)),
        key=lambda each: (each.namespace, each.name, each.dimensions),
    )
    first = _page_start(request.get("NextToken"))
    page = found[first : first + _METRICS_PAGE]
    result: Result = {"Metrics": [_description(each) for each in page]}
    if first + _METRICS_PAGE < len(found):
        result["NextToken"] = str(first + _METRICS_PAGE)
    return result


def _page_start(token: str | None) -> int:
    if token is None:
        return 0
    if not token.isdigit():
        raise OperationError("InvalidParameterValue", "Invalid nextToken")
    return int(token)


def _is_listed(found: Metric, request: Request) -> bool:
    if request.get("Namespace") not in {None, found.namespace}:
        return False
    if request.get("MetricName") not in {None, found.name}:
        return False
    own = dict(found.dimensions)
    return all(
        item["Name"] in own and item.get("Value") in {None, own[item["Name"]]}
        for item in request.get("Dimensions", ())
    )


def _description(found: Metric) -> Result:
    dimensions = [{"Name": name, "Value": value} for name, value in found.dimensions]
    return {"Namespace": found.namespace, "MetricName": found.name, "Dimensions": dimensions}
