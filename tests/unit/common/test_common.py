"""What the functions share."""

from __future__ import annotations

import gc
from datetime import UTC, datetime, timedelta, timezone

import pytest

from common.clock import SystemClock, rfc3339
from common.cold_start import without_collections
from common.environment import SettingError, number, required, switch, whole_number


def test_a_setting_is_read_without_its_surrounding_blanks() -> None:
    assert required({"TABLE": " products "}, "TABLE") == "products"


@pytest.mark.parametrize("environ", [{}, {"TABLE": ""}, {"TABLE": "  "}])
def test_a_missing_setting_is_named(environ: dict[str, str]) -> None:
    with pytest.raises(SettingError, match="TABLE"):
        required(environ, "TABLE")


@pytest.mark.parametrize("text", ["soon", "0.4", "-1", "inf", "nan", ""])
def test_a_number_that_is_none_or_too_small_is_refused_by_name(text: str) -> None:
    with pytest.raises(SettingError, match="SECONDS"):
        number({"SECONDS": text}, "SECONDS", least=0.5)
    assert number({"SECONDS": "0.5"}, "SECONDS", least=0.5) == 0.5


@pytest.mark.parametrize("text", ["1.5", "0", "many", ""])
def test_a_whole_number_is_whole_and_large_enough(text: str) -> None:
    with pytest.raises(SettingError, match="DAYS"):
        whole_number({"DAYS": text}, "DAYS")
    assert whole_number({"DAYS": "30"}, "DAYS") == 30


@pytest.mark.parametrize("text", ["yes", "True", "1", ""])
def test_a_switch_takes_no_word_but_true_and_false(text: str) -> None:
    with pytest.raises(SettingError, match="DRY_RUN"):
        switch({"DRY_RUN": text}, "DRY_RUN")
    assert switch({"DRY_RUN": "true"}, "DRY_RUN")
    assert not switch({"DRY_RUN": "false"}, "DRY_RUN")


def test_times_are_written_in_utc_with_milliseconds() -> None:
    moment = datetime(2025, 11, 28, 12, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=2)))
    assert rfc3339(moment) == "2025-11-28T10:00:00.123Z"


def test_the_system_clock_tells_utc_and_never_goes_back() -> None:
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() <= clock.monotonic()


def test_no_garbage_is_collected_during_a_start_and_again_after_it() -> None:
    assert without_collections(gc.isenabled) is False
    assert gc.isenabled()


def test_a_start_that_fails_leaves_the_collector_on() -> None:
    with pytest.raises(ZeroDivisionError):
        without_collections(lambda: 1 // 0)
    assert gc.isenabled()


@pytest.fixture(autouse=True)
def _unfreeze() -> object:
    yield
    gc.unfreeze()  # what a start freezes must not stay so for the other tests
