"""Figures are written as people of each language read them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from techmoda_ha.report.charts.canvas import round_top, ticks
from techmoda_ha.report.charts.timeline import MARK_GAP, spread
from techmoda_ha.report.language import Language, Speaker

ENGLISH, SPANISH = (Speaker.of(language) for language in Language)


@pytest.mark.parametrize(
    ("name", "value", "english", "spanish"),
    [
        ("rto_seconds", 40.04, "40.0 s", "40,0 s"),
        ("p99_seconds", 0.044, "0.04 s", "0,04 s"),
        ("rto_seconds", 108.0, "1 min 48 s", "1 min 48 s"),
        ("rto_seconds", 10_800, "3 h", "3 h"),
        ("rto_seconds", 0.0, "0 s", "0 s"),
        ("p99_ms", 1234.5, "1,234 ms", "1.234 ms"),
        ("error_share", 0.406, "40.6 %", "40,6 %"),
        ("monthly_usd", 12.5, "$12.50", "$12,50"),
        ("requests", 2051, "2,051", "2.051"),
        ("seed_detection_ratio", 2.725, "2.7 ×", "2,7 ×"),
        ("rto_seconds", None, "—", "—"),
        ("rto_seconds", float("nan"), "—", "—"),
    ],
)
def test_a_figure_is_written_with_its_unit(
    name: str, value: float | None, english: str, spanish: str
) -> None:
    assert ENGLISH.figure(name, value) == english
    assert SPANISH.figure(name, value) == spanish


def test_a_figure_without_a_known_name_is_called_by_its_own_words() -> None:
    assert ENGLISH.name_of("odd_thing_seconds") == "Odd thing"
    assert not ENGLISH.knows("odd_thing_seconds")
    assert SPANISH.name_of("rto_seconds") == "Tiempo sin servicio (RTO)"


def test_marks_that_would_hide_each_other_are_moved_apart_in_order() -> None:
    placed = spread([10, 12, 13, 500, 501], right=510)
    assert placed == sorted(placed)
    assert all(after - before >= MARK_GAP for before, after in pairwise(placed))
    assert placed[-1] <= 510


def test_the_time_axis_has_round_steps() -> None:
    assert list(ticks(0, 203, 12)) == [0, 30, 60, 90, 120, 150, 180]


@pytest.mark.parametrize(("value", "top"), [(0, 1), (0.3, 0.5), (12, 20), (20, 20), (51, 100)])
def test_the_top_of_an_axis_is_round_and_not_below_the_values(value: float, top: float) -> None:
    assert round_top(value) == pytest.approx(top)
