"""The functions of metric math, except IF, METRICS and SEARCH, which need more than their arguments.

Contract: CloudWatch user guide, "Functions supported for metric math".
"""

from __future__ import annotations

import bisect
import itertools
import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from local_aws.metrics.expression_syntax import ExpressionError
from local_aws.metrics.expression_values import Series, SeriesList, Value, as_series_list
from local_aws.metrics.store import Span

Function = Callable[[Sequence[Value], Span], Value]


def call(name: str, arguments: Sequence[Value], span: Span) -> Value:
    """The function's value, over the periods of `span`. Raises ExpressionError."""
    function = _FUNCTIONS.get(name)
    if function is None:
        raise ExpressionError(f"unsupported function {name}")
    try:
        return function(arguments, span)
    except IndexError as error:
        raise ExpressionError(f"{name} lacks an argument") from error


def _per_value(change: Callable[[float], float]) -> Function:
    return _per_series(lambda series, _span: series.mapped(change))


def _per_series(change: Callable[[Series, Span], Series]) -> Function:
    def function(arguments: Sequence[Value], span: Span) -> Value:
        match arguments[0]:
            case Series() as series:
                return change(series, span)
            case SeriesList(items):
                return SeriesList(tuple(change(item, span) for item in items))
        raise ExpressionError("a time series is expected")

    return function


def _aggregate(of_values: Callable[[list[float]], float], *, missing_is_zero: bool = False) -> Function:
    """A function that makes a number of a time series, and a time series of several."""

    def function(arguments: Sequence[Value], _span: Span) -> Value:
        match arguments[0]:
            case Series(points):
                return of_values(list(points.values())) if points else math.nan
            case SeriesList(items):
                return _across(items, of_values, missing_is_zero=missing_is_zero)
        raise ExpressionError("a time series is expected")

    return function


def _across(
    items: Sequence[Series], of_values: Callable[[list[float]], float], *, missing_is_zero: bool
) -> Series:
    times = sorted(set().union(*(item.points.keys() for item in items)))
    points: dict[int, float] = {}
    for at in times:
        if missing_is_zero:
            values = [item.points.get(at, 0.0) for item in items]
        else:
            values = [item.points[at] for item in items if at in item.points]
        points[at] = of_values(values)
    return Series(points, max((item.period for item in items), default=0))


def _fill(arguments: Sequence[Value], span: Span) -> Value:
    filler = arguments[1]
    return _per_series(lambda series, within: _filled(series, filler, within))(arguments, span)


def _filled(series: Series, filler: Value, span: Span) -> Series:
    points = dict(series.points)
    missing = [at for at in span.starts if at not in points]
    match filler:
        case float():
            points.update(dict.fromkeys(missing, filler))
        case Series(values):
            points.update({at: values[at] for at in missing if at in values})
        case "REPEAT":
            points.update(_repeated(series.points, missing))
        case "LINEAR":
            points.update(_interpolated(series.points, missing))
        case _:
            raise ExpressionError("FILL takes a number, a time series, REPEAT or LINEAR")
    return replace(series, points=points)


def _repeated(points: Mapping[int, float], missing: Sequence[int]) -> dict[int, float]:
    """The value before each missing one; none before the first."""
    times = sorted(points)
    before = {at: bisect.bisect_left(times, at) - 1 for at in missing}
    return {at: points[times[index]] for at, index in before.items() if index >= 0}


def _interpolated(points: Mapping[int, float], missing: Sequence[int]) -> dict[int, float]:
    """Values on the line between the neighbours; none before the first or after the last value."""
    times = sorted(points)
    filled: dict[int, float] = {}
    for at in missing:
        index = bisect.bisect_left(times, at)
        if 0 < index < len(times):
            before, after = times[index - 1], times[index]
            share = (at - before) / (after - before)
            filled[at] = points[before] + share * (points[after] - points[before])
    return filled


def _steps(change: Callable[[float, float, int], float]) -> Function:
    """A function of each value, the one before it, and the seconds between them."""

    def per_series(series: Series, _span: Span) -> Series:
        points = series.points
        neighbours = itertools.pairwise(sorted(points))
        stepped = {at: change(points[at], points[before], at - before) for before, at in neighbours}
        return replace(series, points=stepped)

    return _per_series(per_series)


def _running_sum(series: Series, _span: Span) -> Series:
    total = 0.0
    points: dict[int, float] = {}
    for at in sorted(series.points):
        total += series.points[at]
        points[at] = total
    return replace(series, points=points)


def _clock(read: Callable[[datetime], float]) -> Function:
    def per_series(series: Series, span: Span) -> Series:
        points = {at: float(read(datetime.fromtimestamp(at, UTC))) for at in span.starts}
        return replace(series, points=points)

    return _per_series(per_series)


def _period(arguments: Sequence[Value], _span: Span) -> Value:
    match arguments[0]:
        case Series(_, period):
            return float(period)
    raise ExpressionError("PERIOD takes a metric")


def _time_series(arguments: Sequence[Value], span: Span) -> Value:
    match arguments[0]:
        case float() as number:
            known = math.isfinite(number)
            return Series(dict.fromkeys(span.starts, number) if known else {}, span.period)
    raise ExpressionError("TIME_SERIES takes a number")


def _metric_count(arguments: Sequence[Value], _span: Span) -> Value:
    return float(len(as_series_list(arguments[0]).items))


def _remove_empty(arguments: Sequence[Value], _span: Span) -> Value:
    return SeriesList(tuple(item for item in as_series_list(arguments[0]).items if item.points))


def _first(arguments: Sequence[Value], _span: Span) -> Value:
    return as_series_list(arguments[0]).items[0]


def _last(arguments: Sequence[Value], _span: Span) -> Value:
    return as_series_list(arguments[0]).items[-1]


def _slice(arguments: Sequence[Value], _span: Span) -> Value:
    bounds = [int(argument) for argument in arguments[1:] if isinstance(argument, float)]
    end = bounds[1] if len(bounds) > 1 else None
    return SeriesList(as_series_list(arguments[0]).items[bounds[0] : end])


def _sort(arguments: Sequence[Value], span: Span) -> Value:
    function, order = arguments[1], arguments[2]
    if not isinstance(function, str) or function not in {"AVG", "MIN", "MAX", "SUM"}:
        raise ExpressionError("SORT takes AVG, MIN, MAX or SUM")

    def rank(item: Series) -> float:
        number = call(function, [item], span)
        return number if isinstance(number, float) and math.isfinite(number) else -math.inf

    ranked = sorted(as_series_list(arguments[0]).items, key=rank, reverse=order == "DESC")
    limit = arguments[3] if len(arguments) > 3 else None
    return SeriesList(tuple(ranked[: int(limit)] if isinstance(limit, float) else ranked))


_FUNCTIONS: Mapping[str, Function] = {
    "ABS": _per_value(abs),
    "AVG": _aggregate(statistics.fmean, missing_is_zero=True),
    "CEIL": _per_value(math.ceil),
    "DATAPOINT_COUNT": _aggregate(lambda values: float(len(values))),
    "DATE": _clock(lambda time: time.day),
    "DAY": _clock(lambda time: time.isoweekday()),
    "DIFF": _steps(lambda value, before, _seconds: value - before),
    "DIFF_TIME": _steps(lambda _value, _before, seconds: float(seconds)),
    "EPOCH": _clock(lambda time: time.timestamp()),
    "FILL": _fill,
    "FIRST": _first,
    "FLOOR": _per_value(math.floor),
    "HOUR": _clock(lambda time: time.hour),
    "LAST": _last,
    "LOG": _per_value(math.log),
    "LOG10": _per_value(math.log10),
    "MAX": _aggregate(max),
    "METRIC_COUNT": _metric_count,
    "MIN": _aggregate(min),
    "MINUTE": _clock(lambda time: time.minute),
    "MONTH": _clock(lambda time: time.month),
    "PERIOD": _period,
    "RATE": _steps(lambda value, before, seconds: (value - before) / seconds),
    "REMOVE_EMPTY": _remove_empty,
    "RUNNING_SUM": _per_series(_running_sum),
    "SLICE": _slice,
    "SORT": _sort,
    "STDDEV": _aggregate(statistics.pstdev),
    "SUM": _aggregate(math.fsum),
    "TIME_SERIES": _time_series,
    "YEAR": _clock(lambda time: time.year),
}
