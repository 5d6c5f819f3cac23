"""A region outage's figures: from what was seen, and never from what was not."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from techmoda_ha.drills.faults import Variant
from techmoda_ha.drills.measurement import Edit, Observation, Write, overwritten_edits, writes_at_risk
from techmoda_ha.drills.outage_figures import Moments, Seen
from techmoda_ha.drills.plan import OutagePlan
from techmoda_ha.drills.watching import Sample, changes, first_after

EAST, WEST = "us-east-1", "us-west-2"


def served(start: int, end: int, region: str, *, ok: bool = True) -> list[Observation]:
    """Return one request a second."""
    return [Observation("reader", float(t), t + 0.1, ok, region if ok else "") for t in range(start, end)]


# Cut off at 10, DNS changes at 40, clients are served again at 70, restored at 90.
WRITES = [Write(f"w{n}", float(n), EAST, f"p{n}") for n in range(10)]
SEEN = Seen(
    moments=Moments(0.0, disaster=10.0, restored=90.0, resumed=95.0, back=150.0, latched=60.0),
    dr_region=WEST,
    observations=served(0, 10, EAST) + served(10, 70, EAST, ok=False) + served(70, 100, WEST),
    writes=WRITES,
    edits=[],
    answers=[Sample(float(t), EAST if t < 40 else WEST) for t in range(100)],
    comparison=[Sample(float(t), "primary" if t < 100 else "secondary") for t in range(120)],
    at_risk=writes_at_risk(WRITES, {one.id for one in WRITES[:8]}, disaster=10.0),
    found_everywhere={one.id for one in WRITES},
)


def test_rto_detection_and_the_ratio_to_the_seeds_settings() -> None:
    figures = SEEN.measurements()
    assert figures["rto_seconds"] == pytest.approx(60.1)
    assert figures["detection_seconds"] == 30
    assert figures["seed_detection_seconds"] == 90
    assert figures["seed_detection_ratio"] == 3


def test_a_request_that_fails_as_the_region_comes_back_prolongs_the_outage_and_hides_not_its_end() -> None:
    late = [*served(0, 10, EAST), *served(10, 70, EAST, ok=False), *served(70, 89, WEST)]
    late += [*served(89, 90, WEST, ok=False), *served(90, 95, WEST)]
    assert replace(SEEN, observations=late).measurements()["rto_seconds"] == pytest.approx(80.1)


def test_a_client_that_is_never_served_again_before_it_is_led_back_has_no_rto() -> None:
    failing = served(0, 10, EAST) + served(10, 95, EAST, ok=False) + served(96, 100, EAST)
    assert math.isnan(replace(SEEN, observations=failing).measurements()["rto_seconds"])


def test_rpo_reaches_back_to_the_oldest_missing_write() -> None:
    figures = SEEN.measurements()
    assert figures["rpo_seconds"] == 2
    assert figures["newest_missing_age_seconds"] == 1
    assert figures["writes_at_risk"] == 2
    assert [one["id"] for one in SEEN.details()["writes_at_risk"]] == ["w8", "w9"]


def test_a_simulated_clock_lengthens_the_ages_of_missing_writes() -> None:
    assert replace(SEEN, time_factor=20.0).measurements()["rpo_seconds"] == 40


def test_a_write_missing_after_healing_is_lost() -> None:
    lacking = replace(SEEN, found_everywhere={one.id for one in WRITES[1:]})
    assert lacking.measurements()["lost_writes"] == 1
    assert [one["id"] for one in lacking.details()["lost_writes"]] == ["w0"]


def test_what_was_not_looked_for_is_no_number() -> None:
    blind = replace(SEEN, moments=Moments(0.0), at_risk=None, found_everywhere=None)
    figures = blind.measurements()
    for name in ("rto_seconds", "rpo_seconds", "lost_writes", "detection_seconds", "safe_failback_seconds"):
        assert math.isnan(figures[name]), name


def test_clients_that_were_never_served_again_have_no_rto() -> None:
    dark = replace(SEEN, observations=served(0, 10, EAST) + served(10, 90, EAST, ok=False))
    assert math.isnan(dark.measurements()["rto_seconds"])


def test_times_of_the_way_back_are_measured_from_their_own_beginnings() -> None:
    figures = SEEN.measurements()
    assert figures["latch_seconds"] == 50
    assert figures["safe_failback_seconds"] == 5
    assert figures["clients_back_seconds"] == 55


def test_requests_are_counted_by_the_second_and_by_who_answered() -> None:
    seconds = {one["second"]: one for one in SEEN.details()["requests_per_second"]}
    assert seconds[5] == {"second": 5, "ok": 1, "failed": 0, "regions": {EAST: 1}}
    assert seconds[20] == {"second": 20, "ok": 0, "failed": 1, "regions": {}}
    assert seconds[75]["regions"] == {WEST: 1}


def test_an_edit_that_the_next_one_did_not_see_was_overwritten() -> None:
    edits = [
        Edit("p", 1, 0, 1.0, EAST),
        Edit("p", 2, 1, 2.0, EAST),
        Edit("p", 3, 2, 3.0, EAST),
        Edit("p", 4, 1, 9.0, WEST),
    ]
    assert [one.number for one in overwritten_edits(edits)] == [2, 3]


def test_edits_that_saw_one_another_overwrote_nothing() -> None:
    assert overwritten_edits([Edit("p", n, n - 1, float(n), EAST) for n in range(1, 5)]) == []


def test_a_change_is_looked_for_after_the_disaster_only() -> None:
    samples = [Sample(1.0, WEST), Sample(5.0, EAST), Sample(20.0, WEST)]
    assert first_after(samples, 10.0, WEST) == 20.0
    assert first_after(samples, 10.0, EAST) is None
    assert [one.at for one in changes([*samples, Sample(21.0, WEST)])] == [1.0, 5.0, 20.0]


def test_a_minute_of_lag_is_waited_for_in_real_time() -> None:
    plan = OutagePlan(lag_seconds=60)
    assert plan.time_factor == 1
    assert plan.real_lag_seconds == 60
    assert plan.real_warm_up_seconds > 60
    assert not any("Simulated clock" in note for note in plan.notes())


def test_a_longer_lag_is_told_by_a_simulated_clock_and_says_so() -> None:
    plan = OutagePlan(lag_seconds=1200)
    assert plan.time_factor == 20
    assert plan.real_lag_seconds == 60
    assert any("Simulated clock" in note for note in plan.notes())


def test_a_shortened_run_says_so() -> None:
    assert OutagePlan().notes() == []
    assert any("Shortened run" in note for note in OutagePlan(fast=True).notes())


def test_a_plan_takes_its_numbers_from_the_experiment() -> None:
    plan = OutagePlan.from_configuration(
        {"writers": 5, "run": "x"}, variant=Variant.HANG, fast=False, lag_seconds=None
    )
    assert (plan.writers, plan.variant) == (5, Variant.HANG)
