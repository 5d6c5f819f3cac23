"""The state of a metric alarm, from its data points.

Contract: CloudWatch user guide, "Evaluating an alarm" and "Configuring how CloudWatch alarms treat
missing data", whose tables tests/local_aws/test_alarms_missing_data.py holds. In short: of the data
points in the evaluation range the newest `EvaluationPeriods` real ones count; only when there are fewer
are missing ones filled in, as few as possible.

The guide leaves open what happens when too few data points are there and all of them breach, but not
long enough ago for the premature alarm state: it says only that the alarm does not go into ALARM. Here
the state is kept then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The states of an alarm."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


class Missing(StrEnum):
    """What a missing data point counts as (`TreatMissingData`)."""

    MISSING = "missing"
    IGNORE = "ignore"
    BREACHING = "breaching"
    NOT_BREACHING = "notBreaching"


@dataclass(frozen=True)
class Point:
    """One data point: Unix time of the start of its period, and its value."""

    timestamp: int
    value: float
    breaching: bool
    sample_count: float | None = None


@dataclass(frozen=True)
class Decision:
    """What the data points say.

    `state` is None when the alarm keeps the state that it is in. `evaluated` are the real data points
    that were looked at, newest first, and `filled` is how many missing ones were filled in.
    """

    state: State | None
    evaluated: tuple[Point, ...]
    filled: int
    treatment: Missing

    @property
    def breaching(self) -> tuple[Point, ...]:
        """The evaluated data points that breach the threshold."""
        return tuple(point for point in self.evaluated if point.breaching)


def decide(
    points: Sequence[Point | None], evaluation_periods: int, datapoints_to_alarm: int, treatment: Missing
) -> Decision:
    """The decision on the data points of the evaluation range, oldest first; None is a missing one."""
    newest_first = list(reversed(points))
    real = [point for point in newest_first if point is not None]
    evaluated = tuple(real[:evaluation_periods])
    filled = evaluation_periods - len(evaluated)
    breaching = sum(point.breaching for point in evaluated)
    if not filled:
        state: State | None = _by_count(breaching, datapoints_to_alarm)
    elif treatment is Missing.BREACHING:
        state = _by_count(breaching + filled, datapoints_to_alarm)
    elif treatment is Missing.NOT_BREACHING:
        state = _by_count(breaching, datapoints_to_alarm)
    else:
        state = _with_gaps(newest_first, evaluated, datapoints_to_alarm, treatment)
    return Decision(state, evaluated, filled, treatment)


def _by_count(breaching: int, datapoints_to_alarm: int) -> State:
    return State.ALARM if breaching >= datapoints_to_alarm else State.OK


def _with_gaps(
    newest_first: Sequence[Point | None],
    evaluated: Sequence[Point],
    datapoints_to_alarm: int,
    treatment: Missing,
) -> State | None:
    """The state when data points lack and missing ones count as neither good nor bad."""
    if not evaluated:
        return None if treatment is Missing.IGNORE else State.INSUFFICIENT_DATA
    breaching = sum(point.breaching for point in evaluated)
    if breaching >= datapoints_to_alarm:
        return State.ALARM
    if breaching < len(evaluated):
        return State.OK
    # All that is there breaches. It is an alarm when the oldest of it is old enough, unless missing
    # data is to leave the state alone.
    age = 1 + max(index for index, point in enumerate(newest_first) if point is not None)
    premature = treatment is Missing.MISSING and age >= datapoints_to_alarm
    return State.ALARM if premature else None
