"""The state of a table at an earlier time, computed from its changes."""

from __future__ import annotations

from typing import Any

from local_aws.backup.change_log import DAY_SECONDS, ChangeLog

NOW = 1_000_000.0


def item(text: str) -> dict[str, Any]:
    return {"text": {"S": text}}


def test_a_change_after_the_moment_is_undone() -> None:
    log = ChangeLog(since=NOW)
    log.record(NOW + 1, "a", "-", item("old"))
    assert log.items_at(NOW, {"a": {"-": item("new")}}) == {"a": {"-": item("old")}}


def test_a_change_at_the_moment_itself_stays() -> None:
    log = ChangeLog(since=NOW)
    log.record(NOW, "a", "-", item("old"))
    assert log.items_at(NOW, {"a": {"-": item("new")}}) == {"a": {"-": item("new")}}


def test_several_changes_of_a_key_are_undone_to_the_oldest_after_the_moment() -> None:
    log = ChangeLog(since=NOW)
    log.record(NOW + 1, "a", "-", item("first"))
    log.record(NOW + 2, "a", "-", item("second"))
    log.record(NOW + 3, "a", "-", item("third"))
    assert log.items_at(NOW + 1, {"a": {"-": item("now")}}) == {"a": {"-": item("second")}}


def test_an_item_created_later_is_gone_and_one_deleted_later_is_back() -> None:
    log = ChangeLog(since=NOW)
    log.record(NOW + 1, "created", "-", None)
    log.record(NOW + 2, "deleted", "-", item("kept"))
    assert log.items_at(NOW, {"created": {"-": item("x")}}) == {"deleted": {"-": item("kept")}}


def test_the_items_of_now_are_left_as_they_are() -> None:
    log = ChangeLog(since=NOW)
    log.record(NOW + 1, "a", "1", None)
    items = {"a": {"1": item("x"), "2": item("y")}}
    assert log.items_at(NOW, items) == {"a": {"2": item("y")}}
    assert items == {"a": {"1": item("x"), "2": item("y")}}


def test_a_key_created_and_deleted_after_the_moment_leaves_nothing() -> None:
    log = ChangeLog(since=NOW)
    log.record(NOW + 1, "a", "-", None)
    log.record(NOW + 2, "a", "-", item("x"))
    assert log.items_at(NOW, {}) == {}


def test_the_window_opens_when_recovery_is_enabled_and_then_moves_with_the_period() -> None:
    log = ChangeLog(since=NOW, period_days=2)
    assert log.earliest(NOW + DAY_SECONDS) == NOW
    assert log.earliest(NOW + 5 * DAY_SECONDS) == NOW + 3 * DAY_SECONDS


def test_the_latest_restorable_time_lags_but_never_precedes_the_window() -> None:
    log = ChangeLog(since=NOW)
    assert log.latest(NOW + 1000, lag_seconds=300) == NOW + 700
    assert log.latest(NOW + 1, lag_seconds=300) == NOW


def test_changes_older_than_the_period_are_forgotten() -> None:
    log = ChangeLog(since=NOW, period_days=1)
    log.record(NOW + 1, "a", "-", None)
    log.record(NOW + DAY_SECONDS, "b", "-", None)
    log.forget(NOW + DAY_SECONDS + 2)
    assert log.length == 1
