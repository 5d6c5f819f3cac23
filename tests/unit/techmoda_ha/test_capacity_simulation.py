"""The capacity model as a whole: what a surge does to the original configuration and to ours."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from techmoda_ha.capacity import profiles
from techmoda_ha.capacity.bill import bill, monthly
from techmoda_ha.capacity.charts import round_step, round_top
from techmoda_ha.capacity.configuration import (
    SEED,
    TABLE_PARTS,
    Case,
    Concurrency,
    Configuration,
    Event,
    Objectives,
    OnDemand,
    Provisioned,
    Throttle,
)
from techmoda_ha.capacity.profiles import Profile
from techmoda_ha.capacity.report import Verdict, page
from techmoda_ha.capacity.search import Found, alone, cheapest, meets, smallest
from techmoda_ha.capacity.simulation import PARTS, Result, simulate
from techmoda_ha.errors import HaError

WARM = Configuration(
    name="warm",
    throttle=Throttle(200, 400),
    write_throttle=Throttle(50, 100),
    products=Concurrency(100, 2, 50),
    authorizer=Concurrency(20),
    throughputs={
        "table_read": Provisioned(50, 500),
        "table_write": Provisioned(15, 150),
        "index_read": Provisioned(50, 500),
        "index_write": Provisioned(15, 150),
    },
    requests_per_address=10_000,
)
SURGE = profiles.named("plus-1000", 10.0)
OBJECTIVES = Objectives()
HOUR = Profile("hour", "An hour, as if it were a day", profiles.daily(10.0, 3600, start_hour=15.0))


def run(configuration: Configuration, profile: Profile = SURGE) -> Result:
    return simulate(Case(configuration), profile)


def with_throughput(**changed: Provisioned | OnDemand) -> Configuration:
    return replace(WARM, throughputs={**WARM.throughputs, **changed})


def test_the_original_configuration_does_not_hold_a_sudden_surge() -> None:
    result = run(SEED)
    assert meets(result, OBJECTIVES) != []
    assert result.first_bottleneck == "table_read"
    assert result.throttled["table_write"] > 1000  # its writes are not scaled at all


def test_warm_baselines_hold_it() -> None:
    result = run(WARM)
    assert meets(result, OBJECTIVES) == []
    assert result.first_bottleneck is None


def test_autoscaling_from_a_cold_baseline_comes_too_late() -> None:
    result = run(with_throughput(table_read=Provisioned(5, 500)))
    assert result.first_bottleneck == "table_read"
    # The surge begins after 10 minutes; its first minute empties the bucket, long before autoscaling acts.
    assert 600 < result.first_at["table_read"] < 720


@pytest.mark.parametrize(
    ("part", "broken"),
    [
        ("table_read", with_throughput(table_read=Provisioned(50, 55))),
        ("table_write", with_throughput(table_write=Provisioned(2, 3))),
        ("index_write", with_throughput(index_write=Provisioned(1, 2))),
        ("products", replace(WARM, products=Concurrency(5))),
        ("authorizer", replace(WARM, authorizer=Concurrency(1))),
        ("throttle", replace(WARM, throttle=Throttle(40, 40))),
        ("write_throttle", replace(WARM, write_throttle=Throttle(2, 2))),
    ],
)
def test_whatever_is_too_small_is_named_as_the_bottleneck(part: str, broken: Configuration) -> None:
    result = run(broken)
    assert meets(result, OBJECTIVES) != []
    assert result.first_bottleneck == part


def test_the_firewall_stops_a_single_address_that_sends_it_all() -> None:
    result = run(WARM, replace(SURGE, top_address_share=1.0))
    assert result.first_bottleneck == "firewall"


def test_a_known_event_lifts_the_limits_before_the_surge() -> None:
    limits = {"table_read": (60.0, 600.0), "index_read": (60.0, 600.0)}
    cold = with_throughput(table_read=Provisioned(5, 500), index_read=Provisioned(5, 500))
    announced = replace(cold, events=(Event(300, 3600, limits),))
    assert run(announced).throttled_requests < 0.5 < run(cold).throttled_requests


def test_requests_are_served_or_refused_by_one_part() -> None:
    result = run(SEED)
    assert set(result.throttled) == set(PARTS)
    assert 0 < result.throttled_requests < result.requests == pytest.approx(SURGE.requests)


def test_a_day_takes_less_than_five_seconds() -> None:
    began = time.process_time()
    run(WARM, profiles.named("day", 10.0))
    assert time.process_time() - began < 5


def test_what_is_not_used_costs_nothing_on_demand() -> None:
    idle = Profile("idle", "Nearly nothing", profiles.steps((0.001, 3600)))
    demanded = replace(WARM, throughputs=dict.fromkeys(TABLE_PARTS, OnDemand()))
    assert sum(bill(run(demanded, idle))[part] for part in TABLE_PARTS) < 0.0001
    # 50 + 50 read units and 15 + 15 write units in two regions for an hour.
    assert sum(bill(run(WARM, idle))[part] for part in TABLE_PARTS) == pytest.approx(
        2 * (100 * 0.00013 + 30 * 0.00065)
    )


def test_a_month_costs_thirty_days() -> None:
    hour = run(WARM, HOUR)
    assert monthly(hour) == pytest.approx(30 * sum(bill(hour).values()))


def test_the_cheapest_configuration_holds_and_costs_no_more_than_ours() -> None:
    best = cheapest(Case(WARM), SURGE, HOUR, OBJECTIVES)
    assert best is not None
    assert meets(best.result, OBJECTIVES) == []
    assert best.monthly_cost <= monthly(simulate(Case(WARM), HOUR))


def test_the_cheapest_configuration_reserves_what_the_account_has_even_where_tables_fail_at_a_jump() -> None:
    # Twice the rate at once is more than a baseline of 2 carries, which says nothing about functions.
    rush = Profile("rush", "", (*profiles.steps((4.0, 1200)), *profiles.ramp(4.0, 8.0, 1200)))
    best = cheapest(Case(WARM), rush, HOUR, OBJECTIVES)
    assert best is not None
    reserved = [best.configuration.products.reserved, best.configuration.authorizer.reserved]
    assert all(one is not None and one < 200 for one in reserved)


def test_a_part_alone_refuses_what_the_simulation_of_everything_says() -> None:
    limits = dict.fromkeys(TABLE_PARTS, OnDemand()) | {"table_read": Provisioned(20, 60)}
    ample = Concurrency(5000)
    case = Case(replace(WARM, products=ample, authorizer=ample, throughputs=limits))
    whole = simulate(case, SURGE)
    store, refused = alone(case, "table_read", SURGE)
    assert refused > 0.01
    assert refused == pytest.approx(whole.throttled_share, rel=1e-3)
    assert store.consumed == pytest.approx(whole.stores["table_read"].consumed, rel=1e-3)


def test_no_configuration_is_the_cheapest_where_none_holds() -> None:
    impossible = Objectives(throttled_share=0.0001, p99_seconds=0.001)
    assert cheapest(Case(WARM), SURGE, HOUR, impossible) is None


@pytest.mark.parametrize("least", [1, 7, 100])
def test_bisection_finds_the_smallest_number(least: int) -> None:
    assert smallest(lambda number: number >= least, 100) == least
    assert smallest(lambda _number: False, 100) is None


@given(
    rates=st.lists(st.floats(0.5, 200), min_size=2, max_size=90),
    part=st.sampled_from(["throttle", "products", "table_read"]),
    small=st.integers(1, 60),
    more=st.integers(0, 200),
)
@settings(max_examples=60, deadline=None)
def test_more_of_a_part_never_refuses_more_at_that_part(
    rates: list[float], part: str, small: int, more: int
) -> None:
    def refused(size: int) -> float:
        demanded = replace(WARM, throughputs=dict.fromkeys(TABLE_PARTS, OnDemand()))
        changes = {
            "throttle": replace(demanded, throttle=Throttle(size, size)),
            "products": replace(demanded, products=Concurrency(size)),
            "table_read": replace(
                demanded, throughputs={**demanded.throughputs, "table_read": Provisioned(size, size, None)}
            ),
        }
        return run(changes[part], Profile("any", "Any", tuple(rates))).throttled[part]

    assert refused(small + more) <= refused(small) + 1e-6


def test_the_named_profiles_are_what_they_say() -> None:
    lengths = {name: len(profiles.named(name, 10.0).rates) for name in profiles.NAMES}
    assert lengths == {
        "seed": 210,
        "plus-1000": 4200,
        "fashion-week": 604_800,
        "two-day-sale": 259_200,
        "day": 86_400,
    }
    assert profiles.named("plus-1000", 10.0).peak == pytest.approx(110)
    assert profiles.named("fashion-week", 10.0).peak == pytest.approx(90)
    assert profiles.named("day", 10.0).peak == pytest.approx(10)
    assert profiles.named("seed", 3.0).requests == 150 + 300 + 600 + 1500 + 6000 + 150


def test_the_steepest_hours_of_a_long_profile_are_those_of_its_rush() -> None:
    sale = profiles.named("two-day-sale", 10.0)
    assert max(sale.steepest().rates) == sale.peak
    assert len(sale.steepest().rates) == 4 * 3600
    assert SURGE.steepest() is SURGE


def test_a_profile_is_read_from_csv() -> None:
    profile = profiles.from_csv("seconds,requests_per_second\n2,10\n1,20.5\n", "mine")
    assert profile.rates == (10, 10, 20.5)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "seconds,requests_per_second\n",
        "seconds,requests_per_second\n0,10\n",
        "seconds,requests_per_second\n10,-1\n",
        "seconds,requests_per_second\n10,nan\n",
        "seconds,requests_per_second\n10,0\n",
        "seconds\n10\n",
        "seconds,requests_per_second\n9999999,1\n",
    ],
)
def test_a_csv_file_that_is_no_profile_is_refused(text: str) -> None:
    with pytest.raises(HaError, match=r"mine\.csv, line"):
        profiles.from_csv(text, "mine")


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(HaError, match="no traffic profile named christmas"):
        profiles.named("christmas", 10.0)


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 4), (0.9, 1), (6.6, 8), (110, 120), (72, 80), (100, 100), (5000, 6000)]
)
def test_an_axis_has_round_numbers(highest: float, top: float) -> None:
    assert round_top(highest) == pytest.approx(top)


@pytest.mark.parametrize(("seconds", "step"), [(1, 1), (210, 60), (4200, 900), (259_200, 43_200)])
def test_time_is_divided_into_round_spans(seconds: int, step: int) -> None:
    assert round_step(seconds) == step


def test_the_page_stands_alone_and_names_every_rules_source() -> None:
    found = [Found(one.case.configuration, one, 1.0, 30.0) for one in map(run, (SEED, WARM))]
    text = page("A surge <today>", [Verdict(one, OBJECTIVES) for one in found])
    assert "A surge &lt;today&gt;" in text
    assert all(part not in text for part in ("http://", "https://", "<script"))
    assert text.count("<svg") == 12
    assert "Erlang" in text
