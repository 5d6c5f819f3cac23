"""What the store keeps of values, how long and how exactly, and the statistics over it."""

from __future__ import annotations

import pytest

from local_aws.metrics.bucket import DISTINCT_VALUES, Bucket
from local_aws.metrics.statistics import UnknownStatisticError, statistic
from local_aws.metrics.store import Datum, Metric, MetricStore, Span, metric

REGION = "us-east-1"
LATENCY = metric("AWS/ApiGateway", "Latency", {"Stage": "live", "ApiName": "shop"})
HOUR = 3600
DAY = 24 * HOUR


def bucket(*values: float) -> Bucket:
    filled = Bucket()
    for value in values:
        filled.add(value)
    return filled


def store_of(*data: tuple[float, float], unit: str = "None", high_resolution: bool = False) -> MetricStore:
    """A store with values of LATENCY, each with its time."""
    store = MetricStore()
    add(store, *data, unit=unit, high_resolution=high_resolution)
    return store


def add(
    store: MetricStore, *data: tuple[float, float], unit: str = "None", high_resolution: bool = False
) -> None:
    store.add(
        REGION, [Datum(LATENCY, at, value, unit=unit, high_resolution=high_resolution) for at, value in data]
    )


def sums(store: MetricStore, span: Span, unit: str | None = None) -> dict[int, float]:
    return {at: found.total for at, found in store.read(REGION, LATENCY, span, unit).items()}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SampleCount", 10),
        ("Sum", 55),
        ("Average", 5.5),
        ("Minimum", 1),
        ("Maximum", 10),
        ("p0", 1),
        ("p50", 5.5),
        ("p90", 9.1),
        ("p99.9", 9.991),
        ("p100", 10),
        ("tm90", 5),
        ("TM(10%:90%)", 5.5),
        ("TM(2:4)", 3.5),
        ("IQM", 5.5),
        ("tc90", 9),
        ("TC(2:5)", 3),
        ("ts90", 45),
        ("TS(80%:)", 19),
        ("PR(:3)", 30),
        ("PR(3:8)", 50),
        ("WM(:5)", (1 + 2 + 3 + 4 + 5 * 6) / 10),
    ],
)
def test_a_statistic_of_the_numbers_from_one_to_ten(name: str, expected: float) -> None:
    assert statistic(name).of(bucket(*range(1, 11))) == pytest.approx(expected)


def test_a_percentile_of_few_values_lies_between_them() -> None:
    assert statistic("p75").of(bucket(10, 20)) == pytest.approx(17.5)
    assert statistic("p99").of(bucket(7)) == 7


def test_values_count_as_often_as_they_weigh() -> None:
    weighted = Bucket()
    weighted.add(1, weight=99)
    weighted.add(1000, weight=1)
    assert statistic("p50").of(weighted) == 1
    assert statistic("PR(:500)").of(weighted) == 99
    assert statistic("SampleCount").of(weighted) == 100


def test_negative_values_have_no_percentiles() -> None:
    assert statistic("p50").of(bucket(-1, 2)) is None
    assert statistic("Average").of(bucket(-1, 2)) == 0.5


def test_a_statistic_set_has_percentiles_only_when_it_is_one_repeated_value() -> None:
    several, repeated = bucket(3), bucket(3)
    several.add_set(count=10, total=50, minimum=1, maximum=9)
    repeated.add_set(count=10, total=30, minimum=3, maximum=3)
    assert statistic("p50").of(several) is None
    assert (several.count, several.total, several.minimum, several.maximum) == (11, 53, 1, 9)
    assert statistic("p50").of(repeated) == 3


@pytest.mark.parametrize("name", ["Median", "p101", "p", "TM(:)", "tm", "avg", ""])
def test_an_unknown_statistic_is_refused(name: str) -> None:
    with pytest.raises(UnknownStatisticError):
        statistic(name)


def test_many_different_values_take_bounded_memory_and_stay_exact_to_one_percent() -> None:
    values = [1.0001**step for step in range(80_000)]
    filled = bucket(*values)
    assert len(filled.samples or {}) < 4 * DISTINCT_VALUES
    assert filled.total == pytest.approx(sum(values))
    assert statistic("p99").of(filled) == pytest.approx(values[79_200], rel=0.011)


@pytest.mark.parametrize(
    ("first", "second"),
    [([5], [5, 5, 7]), ([5, 7], [5]), ([], [1, 2]), ([1, 2], []), ([4], [4]), ([4], [9])],
)
def test_merged_buckets_hold_all_values_of_both(first: list[float], second: list[float]) -> None:
    merged = bucket(*first)
    merged.merge(bucket(*second))
    direct = bucket(*first, *second)
    assert merged.samples == direct.samples
    assert (merged.count, merged.total) == (direct.count, direct.total)


def test_periods_start_where_the_span_does() -> None:
    store = store_of((100, 1), (119, 2), (120, 4), (159, 8), (160, 16))
    assert sums(store, Span(100, 160, 20)) == {100: 3, 120: 4, 140: 8}


def test_values_of_other_dimensions_and_regions_are_other_metrics() -> None:
    store = store_of((0, 1))
    store.add(REGION, [Datum(Metric("AWS/ApiGateway", "Latency"), 0, 10)])
    store.add("us-west-2", [Datum(LATENCY, 0, 100)])
    assert sums(store, Span(0, 60, 60)) == {0: 1}


def test_a_unit_selects_the_values_that_were_published_in_it() -> None:
    store = store_of((0, 1), unit="Seconds")
    add(store, (0, 1000), unit="Milliseconds")
    assert sums(store, Span(0, 60, 60), "Seconds") == {0: 1}
    assert sums(store, Span(0, 60, 60), "Bytes") == {}
    assert sums(store, Span(0, 60, 60)) == {0: 1001}


def test_high_resolution_is_kept_by_the_second_for_three_hours_and_by_the_minute_then() -> None:
    store = store_of((61, 1), (62, 2), high_resolution=True)
    store.roll_up(60 + 3 * HOUR)
    assert sums(store, Span(61, 63, 1)) == {61: 1, 62: 2}
    store.roll_up(120 + 3 * HOUR)
    assert sums(store, Span(61, 63, 1)) == {}
    assert sums(store, Span(60, 120, 60)) == {60: 3}


def test_standard_resolution_is_kept_by_ten_seconds_for_an_hour_first() -> None:
    store = store_of((61, 1), (69, 2), (75, 4))
    assert sums(store, Span(60, 120, 10)) == {60: 3, 70: 4}
    store.roll_up(120 + HOUR)
    assert sums(store, Span(60, 120, 10)) == {60: 7}


def test_values_that_come_late_join_the_minutes() -> None:
    store = store_of((61, 1))
    store.roll_up(10 * HOUR)
    add(store, (75, 2))
    assert sums(store, Span(60, 120, 60)) == {60: 3}


def test_values_are_dropped_after_fifteen_days_and_metrics_without_any_with_them() -> None:
    store = store_of((61, 1))
    store.roll_up(14 * DAY)
    assert store.metrics(REGION) == [LATENCY]
    store.roll_up(16 * DAY)
    assert sums(store, Span(0, DAY, DAY)) == {}
    assert store.metrics(REGION) == []


def test_a_day_of_values_takes_a_bucket_a_minute() -> None:
    store = MetricStore()
    for second in range(0, DAY, 10):
        add(store, (second, second % 7))
        if second % 600 == 0:
            store.roll_up(second)
    found = store.read(REGION, LATENCY, Span(0, DAY, DAY))
    assert found[0].count == DAY / 10
    timeline = store._regions[REGION][LATENCY]["None"]
    assert len(timeline._minutes) + len(timeline._fine) < DAY / 60 + 2 * 360


def test_long_and_short_reads_find_the_same() -> None:
    store = store_of(*((second, 1.0) for second in range(0, 2 * HOUR, 7)))
    store.roll_up(2 * HOUR)
    whole = sum(sums(store, Span(0, 2 * HOUR, 60)).values())
    parts = sum(sum(sums(store, Span(at, at + 60, 60)).values()) for at in range(0, 2 * HOUR, 60))
    assert whole == parts == len(range(0, 2 * HOUR, 7))
