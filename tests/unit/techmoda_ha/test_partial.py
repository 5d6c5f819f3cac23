"""What can be had of two regions when one is gone."""

from __future__ import annotations

import pytest

from techmoda_ha.errors import HaError
from techmoda_ha.partial import what_answers


def ask(region: str) -> str:
    if region.startswith("lost"):
        raise HaError(f"{region} does not answer.", "Wait.")
    return region.upper()


def test_what_answers_is_kept_in_order_and_the_rest_is_named() -> None:
    told: list[str] = []
    assert what_answers(["a", "lost-1", "b"], ask, told.append) == ["A", "B"]
    assert told == ["Left out: lost-1 does not answer."]


def test_one_cause_of_several_gaps_is_told_once() -> None:
    told: list[str] = []
    what_answers(["a", "lost-1", "lost-1"], ask, told.append)
    assert told == ["Left out: lost-1 does not answer."]


def test_nothing_at_all_is_the_first_error() -> None:
    with pytest.raises(HaError, match="lost-1 does not answer"):
        what_answers(["lost-1", "lost-2"], ask, print)


def test_all_that_answer_need_no_word() -> None:
    told: list[str] = []
    assert what_answers(["a"], ask, told.append) == ["A"]
    assert not told
