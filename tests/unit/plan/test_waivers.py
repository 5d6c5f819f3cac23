"""A waiver excuses one violation for a while; one that is over, or excuses nothing, is an error itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.unit.plan.plan_kit import plan, system, table

from techmoda_ha.errors import HaError
from techmoda_ha.plan.engine import Findings, judge
from techmoda_ha.plan.waivers import read_waivers

GOOD = {
    "rule": "data-deletion-protection",
    "environment": "primary",
    "address": "aws_dynamodb_table.products",
    "reason": "It is emptied and made anew next week.",
    "owner": "ana",
    "expires": date(2026, 6, 30),
}


def judged(*waivers: dict[str, Any], protected: bool = False, today: date = date(2026, 6, 30)) -> Findings:
    known = read_waivers({"waivers": list(waivers)})
    return judge(system(plan(table(deletion_protection_enabled=protected))), known, today)


def test_a_violation_without_a_waiver_stands() -> None:
    assert "data-deletion-protection" in judged().broken_rules


def test_a_waiver_excuses_its_violation_until_its_last_day() -> None:
    found = judged(GOOD)
    assert "data-deletion-protection" not in found.broken_rules
    assert [one.waiver.owner for one in found.waived if one.waiver] == ["ana"]
    assert found.waiver_complaints == []


def test_an_expired_waiver_excuses_nothing_and_is_an_error() -> None:
    found = judged(GOOD, today=date(2026, 7, 1))
    assert "data-deletion-protection" in found.broken_rules
    assert [text.split(":")[0] for text in found.waiver_complaints] == ["Expired"]


def test_a_waiver_that_excuses_nothing_is_an_error() -> None:
    found = judged(GOOD, protected=True)
    assert [text.split(":")[0] for text in found.waiver_complaints] == ["Waives nothing any more"]


def test_a_waiver_of_another_rule_or_place_excuses_nothing() -> None:
    elsewhere = judged({**GOOD, "address": "aws_dynamodb_table.other"})
    another = judged({**GOOD, "rule": "data-stream"})
    for found in (elsewhere, another):
        assert "data-deletion-protection" in found.broken_rules
        assert len(found.waiver_complaints) == 1


def test_a_waiver_of_an_environment_that_is_not_judged_is_left_alone() -> None:
    assert judged({**GOOD, "environment": "dr"}).waiver_complaints == []


@pytest.mark.parametrize(
    "document",
    [
        {"waivers": [{**GOOD, "reason": " "}]},
        {"waivers": [{**GOOD, "owner": None}]},
        {"waivers": [{**GOOD, "expires": "some day"}]},
        {"waivers": [{**GOOD, "environment": "moon"}]},
        {"waivers": [{**GOOD, "rule": "no-such-rule"}]},
        {"waivers": [{**GOOD, "extra": 1}]},
        {"waivers": [{name: value for name, value in GOOD.items() if name != "expires"}]},
        {"waivers": [GOOD, GOOD]},
        {"waivers": "none"},
        ["a list"],
    ],
)
def test_a_waiver_that_is_not_whole_is_refused(document: Any) -> None:
    with pytest.raises(HaError) as caught:
        read_waivers(document)
    assert caught.value.exit_code == 2


def test_an_empty_file_waives_nothing() -> None:
    assert read_waivers(None) == ()
