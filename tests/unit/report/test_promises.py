"""Promises beside measurements: nothing is met that was not measured in a run that passed."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.report.report_kit import collected, objectives, outage

from techmoda_ha.report.incidents import repeated
from techmoda_ha.report.promises import SCENARIOS, Standing, Verdict, standings


def standing(**changes: Any) -> Standing:
    return standings(collected(outage(**changes)).runs, objectives())[0]


def verdict_of_rto(**changes: Any) -> Verdict:
    return next(row.verdict for row in standing(**changes).rows if row.measurement == "rto_seconds")


def test_the_promise_to_techmoda_stands_beside_the_tighter_limit() -> None:
    row = standing().rows[0]
    assert (row.promised, row.limit, row.measured) == (1800, 120, 40.5)
    assert row.verdict is Verdict.MET


@pytest.mark.parametrize(
    "changes",
    [
        {"measurements": {"rto_seconds": 121}},
        {"measurements": {"rto_seconds": None}},
        {"objectives": {}, "measurements": {"rto_seconds": 1801}},
    ],
)
def test_a_promise_is_missed_by_a_figure_over_it_or_by_none(changes: dict[str, Any]) -> None:
    assert verdict_of_rto(**changes) is Verdict.MISSED


def test_a_good_figure_of_a_failed_run_is_void() -> None:
    assert verdict_of_rto(passed=False) is Verdict.VOID


def test_the_times_of_a_shortened_run_meet_nothing_but_its_counts_do() -> None:
    rows = {row.measurement: row.verdict for row in standing(notes=["Shortened run: ten times."]).rows}
    assert rows["rto_seconds"] is Verdict.SHORTENED
    assert rows["lost_writes"] is Verdict.MET
    assert standing(notes=["Shortened run: ten times."]).verdict is Verdict.SHORTENED


def test_every_scenario_without_evidence_is_shown_as_not_measured() -> None:
    stands = standings({}, objectives())
    assert [one.scenario for one in stands] == list(SCENARIOS)
    assert {one.verdict for one in stands} == {Verdict.NOT_MEASURED}
    assert {row.verdict for one in stands for row in one.rows} == {Verdict.NOT_MEASURED}


def test_evidence_that_nobody_expected_is_shown_too() -> None:
    assert standings(collected(outage(name="new-drill")).runs, objectives())[-1].scenario.name == "new-drill"


def test_a_run_that_was_weakened_on_purpose_promises_nothing() -> None:
    weakened = outage(name="surge-throttle", details={"weakness": "throttle"})
    assert [one.scenario for one in standings(collected(weakened).runs, objectives())] == list(SCENARIOS)


def test_an_incident_is_compared_only_with_a_drill_that_passed() -> None:
    region = next(one for one in repeated(collected(outage()).runs) if one.incident.key == "region")
    assert region.times_shorter == pytest.approx(3 * 3600 / 40.5)
    failed = next(
        one for one in repeated(collected(outage(passed=False)).runs) if one.incident.key == "region"
    )
    assert failed.headline is None
    shortened = repeated(collected(outage(notes=["Shortened run."])).runs)
    assert all(one.headline is None for one in shortened)
    assert failed.times_shorter is None


def test_an_incident_without_a_drill_says_nothing_of_now() -> None:
    assert all(one.headline is None for one in repeated({}))
