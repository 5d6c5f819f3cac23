"""The recovery benchmark measures what it says, and its targets can be missed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.recovery.__main__ import judge, least_disturbed, repeats
from benchmarks.recovery.measuring import Measurement, diff, measure, rewind


@pytest.mark.parametrize("plan", [rewind, diff])
def test_every_fifth_item_is_found_damaged(plan: object, tmp_path: Path) -> None:
    assert callable(plan)
    assert plan(100, tmp_path).size == 20


def test_a_measurement_is_made_in_a_process_of_its_own() -> None:
    measured = measure("rewind", 50)
    assert (measured.items, measured.repairs) == (50, 10)
    assert measured.peak_mib > 10
    assert measured.items_per_second > 0


def results(*, seconds: float = 10.0, peak: float = 50.0, put: float = 100.0) -> list[Measurement]:
    runs = [
        Measurement(what, items, 1.0, items / 10_000 * slower, mib, 1)
        for what in ("rewind", "diff")
        for items, slower, mib in ((10_000, 1.0, 50.0), (100_000, seconds / 10, peak))
    ]
    return [
        *runs,
        Measurement("repair", 10_000, 10.0, 1.0, 50, 1),
        Measurement("scan-and-put", 10_000, put, 1.0, 50, 1),
    ]


def test_short_runs_are_repeated_and_the_least_disturbed_one_counts() -> None:
    assert [repeats("diff", items) for items in (1_000, 100_000, 1_000_000)] == [5, 3, 1]
    assert repeats("repair", 1_000) == 1
    runs = [Measurement("diff", 1_000, 1.0, cpu, 50.0, 1) for cpu in (9.0, 0.1, 0.4)]
    assert least_disturbed(runs).cpu_seconds == 0.1


def test_a_busy_machine_that_makes_runs_wait_changes_no_verdict_on_their_growth() -> None:
    waited = [replace(one, seconds=one.seconds * number) for number, one in enumerate(results(), 1)]
    assert [words for words in judge(waited) if "per item" in words] == [
        words for words in judge(results()) if "per item" in words
    ]


def test_linear_time_flat_memory_and_a_fast_repair_meet_the_targets() -> None:
    assert all(judge(results()).values())


@pytest.mark.parametrize(
    ("missed", "word"),
    [({"seconds": 20.0}, "time"), ({"peak": 120.0}, "memory"), ({"put": 20.0}, "repairing")],
)
def test_each_target_can_be_missed(missed: dict[str, float], word: str) -> None:
    verdicts = judge(results(**missed))
    assert {words for words, holds in verdicts.items() if not holds}
    assert all(word in words for words, holds in verdicts.items() if not holds)
