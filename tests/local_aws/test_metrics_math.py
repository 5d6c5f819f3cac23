"""Metric math as the CloudWatch user guide describes it, with its own examples where it has some."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pytest

from local_aws.metrics.queries import Answers, QueryError, read_queries
from local_aws.metrics.store import Datum, MetricStore, Span, metric

REGION = "us-east-1"
SPAN = Span(0, 300, 60)
Row = list[float | None]


def answer(expression: str, **metrics: Row) -> Row:
    """The expression over metrics that have one value, or none, in each minute."""
    series = answers(expression, **metrics)
    assert len(series) == 1
    return series[0]


def answers(expression: str, **metrics: Row) -> list[Row]:
    store = MetricStore()
    queries: list[Mapping[str, Any]] = [{"Id": "result", "Expression": expression}]
    for name, row in metrics.items():
        found = metric("Test", name)
        store.add(REGION, [Datum(found, at * 60, value) for at, value in enumerate(row) if value is not None])
        stat = {"Metric": {"Namespace": "Test", "MetricName": name}, "Period": 60, "Stat": "Sum"}
        queries.append({"Id": name, "MetricStat": stat, "ReturnData": False})
    read = read_queries(queries)
    length = max((len(row) for row in metrics.values()), default=5)
    span = Span(0, length * 60, 60)
    found_series = Answers(read, store, REGION, lambda _period: span).answer(read[0])
    return [[series.points.get(at) for at in span.starts] for series in found_series]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("m1 + m2", [4.0, 1.0, 8.0]),
        ("m1 - m2", [-2.0, 1.0, -8.0]),
        ("5 * m1", [5.0, 5.0, None]),
        ("-m1", [-1.0, -1.0, None]),
        ("m2 ^ 2", [9.0, None, 64.0]),
        ("2 ^ 3 ^ 2 * m1", [512.0, 512.0, None]),
        ("(m1 + 1) * 2 - 1", [3.0, 3.0, None]),
        ("m1 / PERIOD(m1)", [1 / 60, 1 / 60, None]),
    ],
)
def test_arithmetic_takes_a_value_that_one_series_lacks_as_zero(expression: str, expected: Row) -> None:
    assert answer(expression, m1=[1, 1, None], m2=[3, None, 8]) == expected


def test_a_division_by_zero_drops_the_data_point() -> None:
    assert answer("m1 / m2", m1=[6, 6, 6], m2=[3, 0, None]) == [2.0, None, None]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("metric1 < metric2", [0, 0, 1, 0]),
        ("metric1 >= 30", [1, 0, 0, 0]),
        ("metric1 > 15 AND metric2 > 15", [1, 0, 0, 0]),
        ("metric1 > 15 && metric2 > 15", [1, 0, 0, 0]),
        ("metric1 > 25 || metric2 == 20", [1, 0, 1, 0]),
    ],
)
def test_comparisons_are_those_of_the_user_guide(expression: str, expected: Row) -> None:
    assert answer(expression, metric1=[30, 20, 0, 0], metric2=[20, None, 20, None]) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("IF(metric1, metric2, metric3)", [30, 0, 20, None, None]),
        ("IF(metric1, 5, metric3)", [5, 5, 20, None, None]),
        ("IF(metric1, metric2, 5)", [30, 0, 5, 5, None]),
        ("IF(metric1, 7, 5)", [7, 7, 5, 5, None]),
        ("IF(metric1, 7)", [7, 7, None, None, None]),
        ("IF(1, metric2, metric3)", [30, None, 0, 0, 30]),
        ("IF(0, metric2, metric3)", [0, 0, 20, None, 20]),
    ],
)
def test_if_is_that_of_the_user_guide(expression: str, expected: Row) -> None:
    rows: dict[str, Row] = {
        "metric1": [1, 1, 0, 0, None],
        "metric2": [30, None, 0, 0, 30],
        "metric3": [0, 0, 20, None, 20],
    }
    assert answer(expression, **rows) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("FILL(m1, 0)", [0, 2, 0, 0, 8, 0]),
        ("FILL(m1, REPEAT)", [None, 2, 2, 2, 8, 8]),
        ("FILL(m1, LINEAR)", [None, 2, 4, 6, 8, None]),
        ("FILL(m1, m2)", [1, 2, 1, None, 8, 1]),
        ("FILL(m1, MIN(m1))", [2, 2, 2, 2, 8, 2]),
    ],
)
def test_fill_gives_the_missing_values(expression: str, expected: Row) -> None:
    rows: dict[str, Row] = {"m1": [None, 2, None, None, 8, None], "m2": [1, 1, 1, None, 1, 1]}
    assert answer(expression, **rows) == expected


def test_fill_gives_a_metric_values_that_never_had_one() -> None:
    assert answer("FILL(m1, 0) + 1", m1=[None, None]) == [1, 1]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("SUM(METRICS())", [4, 1, 8]),
        ("AVG(METRICS())", [2, 0.5, 4]),
        ("MIN([m1, m2])", [1, 1, 8]),
        ("MAX([m1, m2])", [3, 1, 8]),
        ("DATAPOINT_COUNT([m1, m2])", [2, 1, 1]),
        ('SUM(METRICS("2")) * 2', [6, None, 16]),
        ("m1 / METRIC_COUNT(METRICS())", [0.5, 0.5, None]),
        ("SUM(100 / [m1, m2])", [100 + 100 / 3, 100, 12.5]),
        ("FIRST(SORT(METRICS(), SUM, DESC))", [3, None, 8]),
        ("LAST(SORT(METRICS(), AVG, DESC))", [1, 1, None]),
    ],
)
def test_arrays_are_aggregated_by_time(expression: str, expected: Row) -> None:
    assert answer(expression, m1=[1, 1, None], m2=[3, None, 8]) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("RATE(m1)", [None, 1.0, None, 0.5]),
        ("DIFF(m1)", [None, 60.0, None, 60.0]),
        ("DIFF_TIME(m1)", [None, 60.0, None, 120.0]),
        ("RUNNING_SUM(m1)", [60.0, 180.0, None, 360.0]),
        ("ABS(m1 - 100)", [40.0, 20.0, None, 80.0]),
        ("CEIL(m1 / 100)", [1.0, 2.0, None, 2.0]),
        ("FLOOR(m1 / 100)", [0.0, 1.0, None, 1.0]),
        ("m1 - AVG(m1)", [-60.0, 0.0, None, 60.0]),
        ("MAX(m1) / m1", [3.0, 1.5, None, 1.0]),
        ("SUM(m1) / DATAPOINT_COUNT(m1) * TIME_SERIES(1)", [120.0] * 4),
        ("LOG10(m1 - 50)", [1.0, math.log10(70), None, math.log10(130)]),
        ("LOG(m1 - 60)", [None, math.log(60), None, math.log(120)]),
        ("EPOCH(m1) + MINUTE(m1)", [0.0, 61.0, 122.0, 183.0]),
    ],
)
def test_functions_of_one_series(expression: str, expected: Row) -> None:
    assert answer(expression, m1=[60, 120, None, 180]) == pytest.approx(expected)


def test_an_array_is_as_many_results() -> None:
    assert answers("METRICS() * 100", m1=[1], m2=[2]) == [[100], [200]]
    assert answers("SLICE(SORT(METRICS(), MAX, ASC), 1)", m1=[3], m2=[2], m3=[9]) == [[3], [9]]
    assert answers("REMOVE_EMPTY(METRICS())", m1=[3], m2=[None]) == [[3]]


def test_the_burn_rate_of_an_error_budget() -> None:
    rows: dict[str, Row] = {"errors": [10, None, 3], "requests": [1000, 1000, None]}
    assert answer("(FILL(errors, 0) / requests) / 0.0001", **rows) == pytest.approx([100, 0, None])


@pytest.mark.parametrize(
    ("expression", "part"),
    [
        ("m1 +", "unexpected the end"),
        ("m1 m1", "unexpected m1"),
        ("m1 $ 2", r"unexpected '\$'"),
        ("[m1", "unexpected the end"),
        ("m9 + 1", "Unknown identifier 'm9'"),
        ("NOSUCH(m1)", "unsupported function NOSUCH"),
        ("FILL(m1)", "FILL lacks an argument"),
        ("SUM(m1)", "not a time series"),
        ("result + 1", "refers to itself"),
        ("FILL(m1, ASC)", "FILL takes"),
        ("IF(METRICS(), 1, 2)", "IF takes"),
    ],
)
def test_a_wrong_expression_is_refused_with_its_reason(expression: str, part: str) -> None:
    with pytest.raises(QueryError, match=part):
        answer(expression, m1=[1])
