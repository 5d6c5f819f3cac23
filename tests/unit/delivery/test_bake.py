"""After a release its region's alarms are watched: one that goes off ends the release, none is overlooked."""

from __future__ import annotations

from typing import Any

import pytest

from techmoda_ha.delivery.bake import AlarmWatch
from techmoda_ha.errors import HaError, ViolationError


class Cloud:
    """CloudWatch and time: `states` gives each alarm's state by the second; sleeping passes the time."""

    def __init__(self, **states: tuple[int, int] | None) -> None:
        self.now, self.states = 0.0, states

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def describe_alarms(self, AlarmNames: list[str], **_: Any) -> dict[str, Any]:  # noqa: N803 - AWS's name
        def state(name: str) -> str:
            ringing = self.states[name]
            return "ALARM" if ringing and ringing[0] <= self.now < ringing[1] else "OK"

        known = [name for name in AlarmNames if name in self.states]
        return {"MetricAlarms": [{"AlarmName": name, "StateValue": state(name)} for name in known]}

    def watch(self, *names: str) -> AlarmWatch:
        return AlarmWatch(self, names or tuple(self.states), lambda: self.now, self.sleep)


def test_a_quiet_bake_lasts_as_long_as_asked() -> None:
    cloud = Cloud(errors=None, latency=None)
    assert cloud.watch().bake(65) == []
    assert cloud.now == 65


def test_an_alarm_that_goes_off_ends_the_bake_at_once() -> None:
    cloud = Cloud(errors=(30, 1000), latency=None)
    with pytest.raises(ViolationError, match="Raised after the release: errors"):
        cloud.watch().bake(600)
    assert cloud.now == 30


def test_an_alarm_that_was_off_before_is_told_and_not_counted() -> None:
    assert Cloud(budget=(0, 1000), errors=None).watch().bake(60) == ["budget"]


def test_more_alarms_than_one_call_tells_are_all_watched() -> None:
    many: dict[str, tuple[int, int] | None] = {f"a{number}": None for number in range(150)}
    with pytest.raises(ViolationError, match="z"):
        Cloud(**many, z=(10, 20)).watch().bake(60)


@pytest.mark.parametrize(("names", "words"), [((), "no alarm to watch"), (("gone",), "no alarm gone")])
def test_a_bake_that_watches_nothing_fails(names: tuple[str, ...], words: str) -> None:
    cloud = Cloud(errors=None)
    with pytest.raises(HaError, match=words):
        AlarmWatch(cloud, names, lambda: cloud.now, cloud.sleep).bake(60)
