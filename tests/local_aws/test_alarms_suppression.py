"""The six examples of "Composite alarm action suppression" in the CloudWatch user guide.

As there, WaitPeriod is 2 and ExtensionPeriod 3, unless an example's times ask for 2.
"""

from __future__ import annotations

from local_aws.metrics.action_suppression import Suppression


def suppression(extension: float = 3) -> Suppression:
    return Suppression("maintenance", wait_seconds=2, extension_seconds=extension)


def test_actions_happen_after_the_wait_when_the_suppressor_stays_quiet() -> None:
    held = suppression()
    assert not held.changed(2, suppressor_in_alarm=False)
    assert held.held_by == "WaitPeriod"
    assert not held.released(3, suppressor_in_alarm=False)
    assert held.released(4, suppressor_in_alarm=False)
    assert not held.held_by


def test_a_suppressor_that_alarms_within_the_wait_holds_the_actions() -> None:
    held = suppression()
    held.changed(2, suppressor_in_alarm=False)
    assert not held.released(3, suppressor_in_alarm=True)
    assert held.held_by == "Alarm"
    assert not held.released(100, suppressor_in_alarm=True)


def test_a_change_within_the_wait_starts_another_wait() -> None:
    held = suppression()
    held.changed(2, suppressor_in_alarm=False)
    held.changed(3, suppressor_in_alarm=False)
    assert not held.released(4, suppressor_in_alarm=False)
    assert held.released(5, suppressor_in_alarm=False)


def test_a_suppressor_that_is_in_alarm_already_holds_the_actions() -> None:
    held = suppression()
    assert not held.changed(2, suppressor_in_alarm=True)
    assert held.held_by == "Alarm"


def test_actions_happen_after_the_extension_when_the_suppressor_has_recovered() -> None:
    held = suppression()
    held.changed(2, suppressor_in_alarm=False)
    held.released(3, suppressor_in_alarm=True)
    assert not held.released(6, suppressor_in_alarm=False)
    assert held.held_by == "ExtensionPeriod"
    assert not held.released(8, suppressor_in_alarm=False)
    assert held.released(9, suppressor_in_alarm=False)


def test_a_change_within_the_extension_starts_a_wait() -> None:
    held = suppression(extension=2)
    held.changed(2, suppressor_in_alarm=False)
    held.released(3, suppressor_in_alarm=True)
    held.released(6, suppressor_in_alarm=False)
    held.changed(7, suppressor_in_alarm=False)
    assert held.held_by == "WaitPeriod"
    assert not held.released(8, suppressor_in_alarm=False)
    assert held.released(9, suppressor_in_alarm=False)


def test_without_periods_actions_happen_at_once() -> None:
    free = Suppression("maintenance", wait_seconds=0, extension_seconds=0)
    assert free.changed(2, suppressor_in_alarm=False)
    assert not free.changed(3, suppressor_in_alarm=True)
    assert free.released(4, suppressor_in_alarm=False)
