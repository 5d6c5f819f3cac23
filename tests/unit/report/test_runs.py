"""Evidence files become typed runs, and what cannot be read is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.report.report_kit import outage

from techmoda_ha.errors import HaError
from techmoda_ha.report.runs import collect, parse_run
from techmoda_ha.report.series import State, find_series


def save(folder: Path, name: str, content: object) -> None:
    (folder / name).write_text(json.dumps(content))


def test_events_are_placed_by_seconds_since_the_run_began() -> None:
    assert [one.second for one in parse_run(outage()).timeline] == [5.0, 25.0]


def test_a_measurement_that_could_not_be_made_stays_none() -> None:
    run = parse_run(outage(measurements={"rto_seconds": None}))
    assert run.measurements["rto_seconds"] is None
    assert run.holds("rto_seconds") is None


def test_passed_must_be_true_and_nothing_like_it() -> None:
    assert not parse_run(outage(passed="yes")).passed


@pytest.mark.parametrize(
    "content",
    ["no json at all", {"name": "x"}, outage(started_at="2026-11-02T10:00:00"), outage(measurements=[1])],
)
def test_a_file_that_is_no_evidence_is_told_and_the_others_are_read(tmp_path: Path, content: object) -> None:
    save(tmp_path, "good.json", outage())
    (tmp_path / "bad.json").write_text(content if isinstance(content, str) else json.dumps(content))
    found = collect(tmp_path)
    assert list(found.runs) == ["region-outage"]
    assert [one.file for one in found.unreadable] == ["bad.json"]


def test_the_look_up_of_vulnerabilities_is_no_run_and_no_broken_one(tmp_path: Path) -> None:
    save(tmp_path, "good.json", outage())
    save(tmp_path, "audit.json", {"name": "audit", "reachable": False})
    assert collect(tmp_path).unreadable == []


def test_no_evidence_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(HaError, match="no evidence yet"):
        collect(tmp_path)


def test_the_smoke_test_implies_that_no_check_fails() -> None:
    smoke = parse_run(outage(name="smoke", objectives={}, measurements={"failed_checks": 1}))
    assert smoke.holds("failed_checks") is False


def test_series_are_recognised_by_their_form() -> None:
    series = find_series(outage()["details"])
    assert [one.failed for one in series.requests] == [0, 4, 1]
    assert series.regions == ["us-east-1", "us-west-2"]
    assert series.states["dns_answers"] == [State(0.5, 25.0, "us-east-1"), State(25.0, 40.0, "us-west-2")]
    assert series.states["health us-east-1"][-1] == State(5.0, 5.0, "no answer")
    assert series.figures["latency p99_ms"] == [(0.0, 30.0), (10.0, 90.0)]


def test_what_is_no_series_is_left_alone() -> None:
    details = {"variant": "reset", "lost_writes": [{"id": "1"}], "nothing": [], "moments": {"a": 1.0}}
    series = find_series(details)
    assert not series.requests
    assert not series.states
    assert not series.figures
