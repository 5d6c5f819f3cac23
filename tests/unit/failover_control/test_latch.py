"""When the latch arms, when it engages, and when it must do neither."""

from __future__ import annotations

import io
from typing import Any, cast

import pytest
from aws_lambda_powertools import Logger
from tests.unit.failover_control.fakes import Looks, StoppedClock, Store

from common.clock import rfc3339
from failover_control.latch import LATCH, Latch, Timing, Watched
from failover_control.switch import Switch, SwitchStore
from failover_control.whereabouts import Led

PRIMARY, DR, UNKNOWN = Led.TO_PRIMARY, Led.TO_DR, Led.UNKNOWN
ARM_AFTER = 92.0
LONG_AGO = "2025-11-28T09:00:00.000Z"
ARMED = Switch(engaged=False, armed=True, reason="r", by=LATCH, at=LONG_AGO, version=1)
RESUMED = Switch(engaged=False, armed=False, reason="fixed", by="operator:ana", at=LONG_AGO, version=3)
STOPPED = Switch(engaged=True, armed=False, reason="drill", by="operator:ana", at=LONG_AGO, version=2)


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


def watch(store: Store, looks: Looks, clock: StoppedClock, seconds: float = 60) -> Watched:
    latch = Latch(
        cast("SwitchStore", store),
        looks,
        Timing(look_every=5, arm_after=ARM_AFTER),
        clock=clock,
        sleep=clock.sleep,
        logger=Logger(service=f"latch-{id(store)}", stream=io.StringIO()),
    )
    return latch.watch(seconds)


def test_two_looks_in_a_row_that_lead_to_the_dr_region_engage_the_switch(clock: StoppedClock) -> None:
    store = Store(ARMED)
    watched = watch(store, Looks([PRIMARY, PRIMARY, DR]), clock)
    assert watched == Watched(store.switch, engaged_now=True, working=True, led=DR)
    assert (store.switch.engaged, store.switch.armed, store.switch.by) == (True, False, LATCH)
    assert store.switch.at == "2025-11-28T10:00:15.000Z"  # the fourth look, the second that leads to DR
    assert "failed over" in store.switch.reason


@pytest.mark.parametrize("between", [PRIMARY, UNKNOWN])
def test_single_looks_engage_nothing(clock: StoppedClock, between: Led) -> None:
    store = Store(ARMED)
    watched = watch(store, Looks([DR, between] * 10), clock)
    assert not watched.engaged_now
    assert store.trail == []


def test_a_new_switch_is_armed_as_soon_as_dns_leads_to_the_primary_region(clock: StoppedClock) -> None:
    store = Store()
    watch(store, Looks([PRIMARY]), clock)
    assert [(state.engaged, state.armed, state.version) for state in store.trail] == [(False, True, 1)]


def test_before_there_is_a_primary_region_nothing_is_engaged(clock: StoppedClock) -> None:
    store = Store()
    watched = watch(store, Looks([DR]), clock)
    assert store.trail == []
    assert watched == Watched(Switch(), engaged_now=False, working=True, led=DR)


def test_after_a_resume_dns_that_still_leads_to_dr_engages_nothing(clock: StoppedClock) -> None:
    store = Store(RESUMED)
    watch(store, Looks([DR]), clock)
    assert store.trail == []


def test_after_a_resume_the_latch_is_armed_once_dns_leads_to_the_primary_region(clock: StoppedClock) -> None:
    store = Store(RESUMED)
    watch(store, Looks([DR, DR, PRIMARY]), clock)
    assert [state.armed for state in store.trail] == [True]


def test_a_change_that_dns_has_not_followed_yet_arms_nothing(clock: StoppedClock) -> None:
    # Stopped and resumed at once: DNS leads to the primary region now, but is about to turn.
    fresh = Switch(False, False, "fixed", "operator:ana", rfc3339(clock.now()), 3)
    store = Store(fresh)
    watch(store, Looks([PRIMARY]), clock)
    assert store.trail == []
    clock.sleep(ARM_AFTER - clock.slept)
    watch(store, Looks([PRIMARY]), clock)
    assert [state.armed for state in store.trail] == [True]


def test_an_engaged_switch_is_left_alone_and_ends_the_watch(clock: StoppedClock) -> None:
    store, looks = Store(STOPPED), Looks([PRIMARY])
    assert watch(store, looks, clock) == Watched(STOPPED, engaged_now=False, working=True)
    assert (looks.taken, clock.slept) == (0, 0.0)


def test_an_operator_who_is_faster_wins(clock: StoppedClock) -> None:
    store = Store(ARMED)

    def operator_resumes() -> None:
        store.before_change = lambda: None
        store.put(engaged=False, armed=False, by="operator:ana", at=rfc3339(clock.now()))

    store.before_change = operator_resumes
    watched = watch(store, Looks([DR]), clock)
    assert not watched.engaged_now
    assert [state.by for state in store.trail] == ["operator:ana"]


def test_a_watch_lasts_as_long_as_it_may_and_looks_every_five_seconds(clock: StoppedClock) -> None:
    looks = Looks([PRIMARY])
    watch(Store(ARMED), looks, clock, seconds=60)
    assert (looks.taken, clock.slept) == (12, 55.0)


def test_a_table_that_cannot_be_read_is_reported_and_tried_again(clock: StoppedClock) -> None:
    store = Store(ARMED, unreadable=True)
    assert watch(store, Looks([DR]), clock) == Watched(None, engaged_now=False, working=False)
    store.unreadable = False
    assert watch(store, Looks([DR]), clock).engaged_now


def test_dns_that_never_answers_counts_as_a_latch_that_does_not_work(clock: StoppedClock) -> None:
    watched: Any = watch(Store(ARMED), Looks([UNKNOWN]), clock)
    assert watched == Watched(ARMED, engaged_now=False, working=False)
