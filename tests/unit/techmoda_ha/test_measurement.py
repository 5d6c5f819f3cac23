"""RTO and RPO are computed from what clients saw, and cannot come out well by accident."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from techmoda_ha.drills.measurement import (
    Observation,
    Write,
    error_share,
    lost_writes,
    outage_of,
    percentile,
    worst_outage,
    writes_at_risk,
)
from techmoda_ha.errors import HaError
from techmoda_ha.evidence import Evidence, TimelineEntry, read_evidence

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def requests(pattern: str, client: str = "reader", every: float = 1.0) -> list[Observation]:
    """Return one request a second: '.' went well, 'x' failed; each takes 0.1 s."""
    return [
        Observation(client, index * every, index * every + 0.1, mark == ".")
        for index, mark in enumerate(pattern)
    ]


def test_a_client_that_never_failed_saw_no_outage() -> None:
    assert outage_of(requests("......")) is None


def test_rto_runs_from_the_first_failure_to_the_first_answer_of_the_good_row() -> None:
    outage = outage_of(requests("...xxxx......"))
    assert outage
    assert outage.began == 3
    assert outage.rto_seconds == pytest.approx(7.1 - 3)


def test_one_lucky_answer_between_failures_is_no_recovery() -> None:
    outage = outage_of(requests("..xx.xx....."))
    assert outage
    assert outage.rto_seconds == pytest.approx(7.1 - 2)


def test_a_relapse_prolongs_the_outage() -> None:
    outage = outage_of(requests(".x......xx......"))
    assert outage
    assert outage.rto_seconds == pytest.approx(10.1 - 1)


def test_an_outage_without_a_row_of_good_answers_has_not_ended() -> None:
    outage = outage_of(requests("...xx...."))
    assert outage
    assert math.isnan(outage.rto_seconds)


def test_observations_count_by_the_moment_they_were_sent() -> None:
    assert outage_of(reversed(requests("...xxxx......"))) == outage_of(requests("...xxxx......"))


def test_the_worst_client_counts() -> None:
    both = requests("..x.......", "reader") + requests("..xxx.......", "writer")
    worst = worst_outage(both)
    assert worst
    assert worst.rto_seconds == pytest.approx(5.1 - 2)


def test_a_client_that_never_recovered_is_the_worst_whatever_others_saw() -> None:
    worst = worst_outage(requests(".xxxxxxxx......", "slow") + requests("........x.", "stuck"))
    assert worst
    assert worst.recovered is None


def test_rpo_reaches_back_to_the_oldest_missing_acknowledged_write() -> None:
    writes = [Write(f"w{second}", float(second)) for second in range(100)]
    found = {f"w{second}" for second in range(40)}
    risk = writes_at_risk(writes, found, disaster=99.5)
    assert risk.rpo_seconds == pytest.approx(59.5)
    assert risk.newest_missing_age_seconds == pytest.approx(0.5)
    assert len(risk.missing) == 60


def test_rpo_is_zero_when_every_acknowledged_write_is_there() -> None:
    assert writes_at_risk([Write("a", 1.0)], {"a"}, disaster=5.0).rpo_seconds == 0


def test_a_write_that_nobody_acknowledged_is_not_at_risk() -> None:
    assert writes_at_risk([Write("a", None)], set(), disaster=5.0).missing == ()
    assert lost_writes([Write("a", None)], set()) == []


def test_a_write_acknowledged_after_the_disaster_is_lost_but_not_part_of_rpo() -> None:
    late = Write("late", 9.0)
    assert writes_at_risk([late], set(), disaster=5.0).missing == ()
    assert lost_writes([late], set()) == [late]


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_percentiles_are_nearest_rank(share: float, expected: float) -> None:
    assert percentile([float(value) for value in range(100, 0, -1)], share) == expected


def test_figures_of_nothing_are_no_numbers() -> None:
    assert math.isnan(percentile([], 0.99))
    assert math.isnan(error_share([]))
    assert error_share(requests("..xx")) == 0.5


def evidence(**measured: float) -> Evidence:
    objectives = {"rto_seconds": 1800.0, "rpo_seconds": 900.0}
    ended = START + timedelta(minutes=3)
    timeline = [TimelineEntry(ended, "healed"), TimelineEntry(START, "cut off")]
    return Evidence("region-outage", "local", START, ended, objectives, dict(measured), timeline)


def test_evidence_passes_when_every_objective_holds() -> None:
    assert evidence(rto_seconds=70, rpo_seconds=0).passed


def test_a_measurement_over_its_objective_fails_and_says_by_how_much() -> None:
    failed = evidence(rto_seconds=70, rpo_seconds=901)
    assert not failed.passed
    assert failed.violations == ["rpo_seconds is 901, over the objective of 900"]


@pytest.mark.parametrize("measured", [{"rto_seconds": 70.0}, {"rto_seconds": 70.0, "rpo_seconds": math.nan}])
def test_a_drill_that_could_not_measure_fails(measured: dict[str, float]) -> None:
    assert evidence(**measured).violations == ["rpo_seconds could not be measured"]


def test_evidence_without_objectives_shows_nothing() -> None:
    empty = evidence(rto_seconds=1)
    empty.objectives = {}
    assert not empty.passed


def test_written_evidence_is_ordered_in_time_and_can_be_read_back(tmp_path: Path) -> None:
    content = read_evidence(evidence(rto_seconds=70.12345, rpo_seconds=0).write(tmp_path))
    assert [entry["event"] for entry in content["timeline"]] == ["cut off", "healed"]
    assert content["started_at"] == "2026-03-01T12:00:00.000Z"
    assert content["measurements"]["rto_seconds"] == 70.123


@pytest.mark.parametrize("content", ["", "[]", '{"name": "x"}'])
def test_a_file_that_is_no_evidence_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(content)
    with pytest.raises(HaError, match=r"x\.json is no evidence"):
        read_evidence(file)
