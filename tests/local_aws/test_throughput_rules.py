"""Provisioned throughput without a server: burst buckets, target tracking, schedules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

from local_aws.settings import Settings, SettingsError
from local_aws.throughput.ledger import Ledger
from local_aws.throughput.pace import Pace, PaceError
from local_aws.throughput.schedules import is_due, next_fire
from local_aws.throughput.tracking import Rule, Tracker

KEY = ("us-east-1", "products", "", "Read")
RULE = Rule(target=70.0, minimum=10, maximum=200)


@dataclass
class Clock:
    """A clock that a test moves."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def ledger(pace: float = 1.0) -> tuple[Ledger, Clock]:
    clock = Clock()
    running = Pace(clock)
    running.set(pace)
    return Ledger(running, clock), clock


def track(tracker: Tracker, used: list[float | None], capacity: int, rule: Rule = RULE) -> int:
    """The capacity after these minutes, with a further minute for the last decision to take effect."""
    for minute, units in enumerate(used, 1):
        tracker.minute(minute * 60.0, units, capacity, rule)
        capacity = tracker.change(minute * 60.0, capacity) or capacity
    return tracker.change((len(used) + 1) * 60.0, capacity) or capacity


def test_the_alarm_over_the_target_fires_until_the_capacity_has_changed() -> None:
    tracker = Tracker()
    assert tracker.alarm_states() == ("INSUFFICIENT_DATA", "INSUFFICIENT_DATA")
    tracker.minute(60.0, 9.0, 10, RULE)
    assert tracker.alarm_states() == ("OK", "OK")
    tracker.minute(120.0, 9.0, 10, RULE)
    assert tracker.alarm_states() == ("ALARM", "OK")
    assert tracker.change(180.0, 10) == 13
    assert tracker.alarm_states() == ("OK", "OK")


def test_the_alarm_below_the_target_fires_after_fifteen_quiet_minutes() -> None:
    tracker = Tracker()
    for minute in range(15):
        assert tracker.alarm_states()[1] != "ALARM"
        tracker.minute(minute * 60.0, 1.0, 10, RULE)
    assert tracker.alarm_states() == ("OK", "ALARM")
    tracker.minute(960.0, None, 10, RULE)
    assert tracker.alarm_states() == ("INSUFFICIENT_DATA", "INSUFFICIENT_DATA")


def test_a_new_table_has_five_minutes_of_its_throughput_and_no_more() -> None:
    book, _clock = ledger()
    book.take(KEY, 10, 2999)
    assert book.admits(KEY, 10)
    book.take(KEY, 10, 1)
    assert not book.admits(KEY, 10)


def test_what_was_taken_too_much_is_owed() -> None:
    book, clock = ledger()
    book.take(KEY, 10, 3050)
    clock.now = 4.9
    assert not book.admits(KEY, 10)
    clock.now = 5.1
    assert book.admits(KEY, 10)


def test_unused_throughput_is_kept_for_five_minutes_only() -> None:
    book, clock = ledger()
    book.take(KEY, 10, 3000)
    clock.now = 10_000
    book.take(KEY, 10, 3000)
    assert not book.admits(KEY, 10)


def test_at_a_faster_pace_the_bucket_is_smaller_and_the_rate_the_same() -> None:
    book, clock = ledger(pace=20)
    book.take(KEY, 10, 150)
    assert not book.admits(KEY, 10)
    clock.now = 1.0
    book.take(KEY, 10, 9)
    assert book.admits(KEY, 10)


def test_a_table_that_was_deleted_owes_nothing() -> None:
    book, _clock = ledger()
    book.take(KEY, 10, 5000)
    book.forget("us-east-1", "products")
    assert book.admits(KEY, 10)
    assert book.taken(KEY) == 0


def test_a_pace_that_changes_does_not_jump() -> None:
    clock = Clock()
    pace = Pace(clock)
    clock.now = 10
    pace.set(20)
    clock.now = 11
    assert pace.now() == 30
    assert pace.wall(60) == 3


@pytest.mark.parametrize("factor", [0, -1, 0.5, 61, float("nan")])
def test_a_pace_out_of_bounds_is_refused(factor: float, tmp_path: Any) -> None:
    with pytest.raises(PaceError):
        Pace().set(factor)
    with pytest.raises(SettingsError):
        Settings(tmp_path, pace=factor)


def test_one_minute_over_the_target_changes_nothing() -> None:
    assert track(Tracker(), [9.0, 5.0, 9.0], 10) == 10


def test_two_minutes_over_the_target_scale_out_to_where_the_use_is_the_target() -> None:
    assert track(Tracker(), [9.0, 49.0], 10) == 70


def test_scaling_out_stops_at_the_maximum() -> None:
    assert track(Tracker(), [900.0, 900.0], 10) == 200


def test_fourteen_quiet_minutes_change_nothing_and_fifteen_scale_in() -> None:
    assert track(Tracker(), [21.0] * 14, 100) == 100
    assert track(Tracker(), [21.0] * 15, 100) == 30


def test_scaling_in_stops_at_the_minimum() -> None:
    assert track(Tracker(), [0.1] * 15, 100) == 10


def test_an_idle_table_is_not_scaled_in() -> None:
    assert track(Tracker(), [None] * 40, 100) == 100


def test_nineteen_points_below_the_target_are_not_enough_to_scale_in() -> None:
    assert track(Tracker(), [51.0] * 40, 100) == 100


def test_a_policy_may_leave_scaling_in_to_others() -> None:
    assert track(Tracker(), [1.0] * 40, 100, replace(RULE, scales_in=False)) == 100


def test_a_cooldown_holds_back_the_next_step() -> None:
    minutes: list[float | None] = [9.0, 9.0, None, 20.0, 20.0]
    assert track(Tracker(), minutes, 10) == 29
    assert track(Tracker(), minutes, 10, replace(RULE, out_cooldown=600)) == 13


def test_a_table_is_lowered_27_times_a_day_at_most() -> None:
    tracker, lowered = Tracker(), 0
    for minute in range(1, 24 * 60):
        tracker.minute(minute * 60.0, 20.0, 100, RULE)
        lowered += tracker.change(minute * 60.0, 100) is not None
    assert 24 <= lowered <= 27


def action(schedule: str, **more: Any) -> dict[str, Any]:
    return {"Schedule": schedule, "CreationTime": 0.0, **more}


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def test_an_action_at_an_instant_is_due_once() -> None:
    one = action("at(2026-09-24T06:00:00)")
    assert next_fire(one, moment("2026-09-24T05:00:00+00:00")) == moment("2026-09-24T06:00:00+00:00")
    assert next_fire(one, moment("2026-09-24T06:00:00+00:00")) is None
    assert is_due(one, moment("2026-09-24T05:59:59+00:00"), moment("2026-09-24T06:00:00+00:00"))


def test_an_instant_is_that_of_the_actions_time_zone() -> None:
    one = action("at(2026-09-24T06:00:00)", Timezone="Europe/Paris")
    assert next_fire(one, 0.0) == moment("2026-09-24T04:00:00+00:00")


def test_a_rate_and_a_cron_repeat() -> None:
    assert next_fire(action("rate(5 minutes)"), 700.0) == 900.0
    daily = action("cron(0 18 * * ? *)")
    assert next_fire(daily, moment("2026-09-24T19:00:00+00:00")) == moment("2026-09-25T18:00:00+00:00")


def test_an_action_does_not_fire_before_its_start_or_after_its_end() -> None:
    assert not is_due(action("rate(1 minute)", StartTime=1000.0), 0.0, 500.0)
    assert not is_due(action("rate(1 minute)", EndTime=400.0), 0.0, 500.0)
    assert is_due(action("rate(1 minute)", EndTime=600.0), 0.0, 500.0)
