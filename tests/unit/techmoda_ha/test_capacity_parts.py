"""Each part of the capacity model by itself, and that more of anything never refuses more."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from techmoda_ha.capacity.configuration import (
    Concurrency,
    OnDemand,
    Provisioned,
    Throttle,
    Workload,
)
from techmoda_ha.capacity.functions import Function, lost_share
from techmoda_ha.capacity.gateway import AddressCount, TokenBucket
from techmoda_ha.capacity.latency import p99_seconds
from techmoda_ha.capacity.throughput import Store, store_of
from techmoda_ha.capacity.tracking import Decreases, Policy, Tracker

demands = st.lists(st.floats(0, 500), min_size=1, max_size=120)


def reads(limits: Provisioned | OnDemand, first: float = 0.0, hottest: float = 0.0) -> Store:
    return store_of(limits, reads=True, first_units=first, hottest_share=hottest)


def served(store: Store, demand: list[float]) -> float:
    return sum(store.take(second, units) for second, units in enumerate(demand))


def test_a_token_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    bucket = TokenBucket(Throttle(rate=10, burst=40))
    assert bucket.take(100) == 50
    assert bucket.take(100) == 10


def test_a_token_bucket_fills_up_again_in_quiet_seconds() -> None:
    bucket = TokenBucket(Throttle(rate=10, burst=40))
    bucket.take(100)
    for _ in range(4):
        bucket.take(0)
    assert bucket.take(100) == 50


def test_the_firewall_blocks_the_address_that_sends_too_much_and_nobody_else() -> None:
    count = AddressCount(limit=1000, share=0.5)
    passed = [count.take(100) for _ in range(40)]
    assert passed[:21] == [100] * 21
    assert set(passed[21:]) == {50}


def test_an_address_is_let_in_again_when_it_has_slowed_down() -> None:
    count = AddressCount(limit=1000, share=1.0)
    for _ in range(20):
        count.take(100)
    assert count.take(10) == 0
    for _ in range(300):
        count.take(1)
    assert count.take(10) == 10


def test_erlangs_formula_gives_the_textbook_figures() -> None:
    # Standard table of Erlang B: 10 lines at 5 erlangs lose 1.84 %, 1 line at 1 erlang half.
    assert lost_share(10, 5.0) == pytest.approx(0.0184, abs=0.0001)
    assert lost_share(1, 1.0) == pytest.approx(0.5)
    assert lost_share(0, 1.0) == 1.0
    assert lost_share(10, 0.0) == 0.0


def test_unused_throughput_of_five_minutes_carries_a_burst() -> None:
    store = reads(Provisioned(10, 10, None), first=4.0)
    # 300 s of 6 unused units, and 10 a second: 1800 / 90 = 20 seconds of 100.
    assert served(store, [100.0] * 20) == pytest.approx(2000)
    assert store.take(20, 100.0) == pytest.approx(10)


def test_a_key_gets_no_more_than_its_partition_gives() -> None:
    assert reads(Provisioned(40_000, 40_000, None), hottest=0.5).take(0, 10_000) == 6000


def test_on_demand_takes_twice_the_peak_only_half_an_hour_after_it() -> None:
    store = reads(OnDemand())
    for second in range(1800):
        assert store.take(second, 10_000) == 10_000
    assert store.take(1800, 30_000) == 20_000


def test_on_demand_obeys_the_ceiling_that_was_asked_for() -> None:
    assert reads(OnDemand(ceiling=50)).take(0, 80) == 50


def test_capacity_rises_after_two_minutes_over_the_target_and_not_after_one() -> None:
    tracker = Tracker(Policy(0.7, 0.5, 2, delay_seconds=0), 10, 100, 10)
    for second, used in ((59, 9.0), (119, 5.0), (179, 9.0)):
        tracker.minute(second, used)
        tracker.apply(second)
    assert tracker.capacity == 10
    tracker.minute(239, 9.8)
    tracker.apply(239)
    assert tracker.capacity == 14


def test_capacity_falls_after_fifteen_quiet_minutes() -> None:
    tracker = Tracker(Policy(0.7, 0.5, 2, delay_seconds=0), 10, 100, 100)
    for minute in range(15):
        assert tracker.capacity == 100
        tracker.minute(minute * 60 + 59, 35.0)
        tracker.apply(minute * 60 + 59)
    assert tracker.capacity == 50


def test_an_idle_table_is_not_scaled_in() -> None:
    tracker = Tracker(Policy.of_throughput(0.7), 10, 100, 100)
    for minute in range(60):
        tracker.minute(minute * 60 + 59, 0.0)
        tracker.apply(minute * 60 + 200)
    assert tracker.capacity == 100


def test_a_use_between_the_two_thresholds_changes_nothing() -> None:
    tracker = Tracker(Policy.of_throughput(0.7), 10, 100, 100)
    for minute in range(60):
        tracker.minute(minute * 60 + 59, 55.0)
        tracker.apply(minute * 60 + 200)
    assert tracker.capacity == 100


def test_a_scheduled_action_holds_at_once() -> None:
    tracker = Tracker(Policy.of_throughput(0.7), 10, 100, 10)
    tracker.set_limits(60, 600)
    assert tracker.capacity == 60
    tracker.set_limits(10, 40)
    assert tracker.capacity == 40


def test_capacity_may_be_lowered_27_times_a_day() -> None:
    decreases = Decreases()
    assert sum(decreases.allow(second) for second in range(0, 86_400, 60)) == 27


def test_a_cold_start_is_paid_by_requests_that_find_no_idle_environment() -> None:
    cold = Function(Concurrency(100), 100, 0.1, 1.2, first_rate=0.0)
    warm = Function(Concurrency(100, 30, 30), 100, 0.1, 1.2, first_rate=0.0)
    assert cold.take(0, 100)[1] > 20
    assert warm.take(0, 100)[1] < 1


def test_environments_start_no_faster_than_lambda_lets_them() -> None:
    function = Function(Concurrency(100_000), 100_000, 10.0, 0.0, first_rate=0.0)
    # The bucket of 1000, and 100 more each second.
    assert function.take(0, 5000)[0] == pytest.approx(1000, abs=1)
    assert function.take(1, 5000)[0] <= 1101


def test_cold_starts_move_the_p99_only_when_they_are_one_in_a_hundred() -> None:
    workload = Workload(p50_seconds=0.04, p99_seconds=0.3, cold_start_seconds=1.2)
    assert p99_seconds(workload, 0.0) == pytest.approx(0.3, rel=0.01)
    assert p99_seconds(workload, 0.001) < 0.35
    assert p99_seconds(workload, 0.03) > 1.2


@given(demand=demands, capacity=st.integers(1, 300), more=st.integers(0, 300))
def test_more_fixed_throughput_never_serves_less(demand: list[float], capacity: int, more: int) -> None:
    small = served(reads(Provisioned(capacity, capacity, None)), demand)
    large = served(reads(Provisioned(capacity + more, capacity + more, None)), demand)
    assert large >= small - 1e-6


@given(demand=demands, rate=st.floats(0, 300), burst=st.floats(0, 300), more=st.floats(0, 300))
def test_a_larger_bucket_never_passes_less(
    demand: list[float], rate: float, burst: float, more: float
) -> None:
    def passed(throttle: Throttle) -> float:
        bucket = TokenBucket(throttle)
        return sum(bucket.take(requests) for requests in demand)

    few = passed(Throttle(rate, burst))
    assert passed(Throttle(rate + more, burst)) >= few - 1e-6
    assert passed(Throttle(rate, burst + more)) >= few - 1e-6


@given(servers=st.integers(1, 400), more=st.integers(0, 100), load=st.floats(0.01, 500))
def test_more_executions_never_lose_more(servers: int, more: int, load: float) -> None:
    assert 0 <= lost_share(servers + more, load) <= lost_share(servers, load) <= 1


@given(servers=st.integers(1, 100), load=st.floats(0.01, 200), more=st.floats(0, 100))
def test_a_higher_load_never_loses_less(servers: int, load: float, more: float) -> None:
    assert lost_share(servers, load + more) >= lost_share(servers, load)


@given(demand=demands, baseline=st.integers(1, 300), maximum=st.integers(1, 1000))
@settings(max_examples=50)
def test_nothing_is_served_that_was_not_asked_for(demand: list[float], baseline: int, maximum: int) -> None:
    store = reads(Provisioned(baseline, max(baseline, maximum), 0.7))
    for second, units in enumerate(demand):
        assert 0 <= store.take(second, units) <= units
    assert baseline <= store.capacity <= max(baseline, maximum)


@given(
    normal=st.floats(1, 50), factor=st.floats(1, 20), maximum=st.integers(60, 500), more=st.integers(0, 500)
)
@settings(max_examples=50)
def test_under_one_lasting_step_a_higher_maximum_never_serves_less(
    normal: float, factor: float, maximum: int, more: int
) -> None:
    """With a use that goes up and down this need not hold: who scaled out further may scale in further."""
    demand = [normal * factor] * 1800

    def total(most: int) -> float:
        return served(reads(Provisioned(5, most, 0.7), first=normal), demand)

    assert total(maximum + more) >= total(maximum) - 1e-6
    assert math.isfinite(total(maximum))
