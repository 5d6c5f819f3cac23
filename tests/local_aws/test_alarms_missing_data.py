"""The tables of the CloudWatch user guide on missing data, and what it says around them.

Source: "How alarm state is evaluated when data is missing" and "Avoiding premature transitions to alarm
state". 0 is a data point within the threshold, X one that breaches it, - a missing one, newest last.
"""

from __future__ import annotations

import pytest

from local_aws.metrics.alarm_decision import Missing, Point, State, decide

OK, ALARM, UNKNOWN, KEPT = State.OK, State.ALARM, State.INSUFFICIENT_DATA, None
TREATMENTS = [Missing.MISSING, Missing.IGNORE, Missing.BREACHING, Missing.NOT_BREACHING]

Table = list[tuple[str, list[State | None]]]

THREE_OF_THREE: Table = [
    ("0 - X - X", [OK, OK, OK, OK]),
    ("0 - - - -", [OK, OK, OK, OK]),
    ("- - - - -", [UNKNOWN, KEPT, ALARM, OK]),
    ("0 X X - X", [ALARM, ALARM, ALARM, ALARM]),
    ("- - X - -", [ALARM, KEPT, ALARM, OK]),
]
TWO_OF_THREE: Table = [
    ("0 - X - X", [ALARM, ALARM, ALARM, ALARM]),
    ("0 0 X 0 X", [ALARM, ALARM, ALARM, ALARM]),
    ("0 - X - -", [OK, OK, ALARM, OK]),
    ("- - - - 0", [OK, OK, ALARM, OK]),
    ("- - - X -", [ALARM, KEPT, ALARM, OK]),
]
CASES = [
    pytest.param(data, needed, treatment, state, id=f"{needed} of 3: {data} {treatment}")
    for needed, table in ((3, THREE_OF_THREE), (2, TWO_OF_THREE))
    for data, states in table
    for treatment, state in zip(TREATMENTS, states, strict=True)
]


def points(data: str) -> list[Point | None]:
    """The data points of a row of the tables."""
    return [
        None if mark == "-" else Point(timestamp=at * 300, value=0.0, breaching=mark == "X")
        for at, mark in enumerate(data.split())
    ]


@pytest.mark.parametrize(("data", "needed", "treatment", "state"), CASES)
def test_a_row_of_the_user_guide_holds(
    data: str, needed: int, treatment: Missing, state: State | None
) -> None:
    assert decide(points(data), 3, needed, treatment).state == state


@pytest.mark.parametrize("data", ["- - - - X", "- - - X -"])
@pytest.mark.parametrize("treatment", [Missing.MISSING, Missing.IGNORE])
def test_a_breach_that_is_too_young_does_not_alarm_yet(data: str, treatment: Missing) -> None:
    assert decide(points(data), 3, 3, treatment).state is None


def test_the_data_point_that_a_breach_was_waiting_for_decides() -> None:
    assert decide(points("- - - X 0"), 3, 3, Missing.MISSING).state is OK


def test_missing_points_are_filled_in_as_few_times_as_possible() -> None:
    decision = decide(points("0 - - - -"), 3, 3, Missing.BREACHING)
    assert (len(decision.evaluated), decision.filled) == (1, 2)


def test_older_points_stand_in_for_missing_ones_before_these_are_filled() -> None:
    decision = decide(points("X X - X -"), 3, 3, Missing.NOT_BREACHING)
    assert (decision.state, decision.filled) == (ALARM, 0)


def test_a_single_period_alarms_on_one_breach() -> None:
    assert decide(points("0 0 X"), 1, 1, Missing.MISSING).state is ALARM


def test_a_breach_outside_of_the_evaluated_points_counts_no_longer() -> None:
    assert decide(points("X X X 0 0"), 3, 2, Missing.MISSING).state is OK
