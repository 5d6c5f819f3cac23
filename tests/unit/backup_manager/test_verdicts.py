"""What makes a restored table good or bad."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.unit.backup_manager.kit import NOW, product

from backup_manager.items import checksum
from backup_manager.settings import Difference
from backup_manager.verdicts import LONGEST_MESSAGE, Compared, Findings, compare_items, required_until
from common.clock import rfc3339

UNTIL = rfc3339(NOW - timedelta(minutes=10))
LATER = rfc3339(NOW)


def test_items_are_told_apart_by_whether_they_were_written_since() -> None:
    original = {
        "same": product("same"),
        "lost": product("lost"),
        "bent": product("bent", price={"S": "1.00"}),
        "young": product("young", LATER),
        "edited": product("edited", LATER, price={"S": "2.00"}),
    }
    restored = {
        "same": product("same"),
        "bent": product("bent", price={"S": "0.00"}),
        "edited": product("edited", price={"S": "1.00"}),
        "deleted": product("deleted"),
    }
    compared = compare_items({*original, *restored}, original, restored, UNTIL)
    assert compared == Compared(same=1, missing=1, different=1, changed_since=2, deleted_since=1)


def test_an_item_that_does_not_say_when_it_was_written_counts_as_old() -> None:
    undated = {"id": {"S": "x"}}
    assert compare_items({"x"}, {"x": undated}, {}, UNTIL).missing == 1


def test_the_order_of_attributes_and_sets_is_no_difference() -> None:
    one = {
        "id": {"S": "x"},
        "tags": {"SS": ["a", "b"]},
        "deep": {"M": {"n": {"L": [{"N": "1"}, {"B": b"1"}]}}},
    }
    other = {
        "tags": {"SS": ["b", "a"]},
        "deep": {"M": {"n": {"L": [{"N": "1"}, {"B": b"1"}]}}},
        "id": {"S": "x"},
    }
    assert checksum(one) == checksum(other)
    assert checksum(one) != checksum({**one, "tags": {"SS": ["a"]}})


GRACE = timedelta(minutes=5)


@pytest.mark.parametrize(
    ("newest", "expected"),
    [
        # The newest write in the recovery point shows how far it reaches,
        (NOW - timedelta(minutes=1), NOW - timedelta(minutes=1, seconds=5)),
        # but however little it holds, it is not excused for more than the grace,
        (NOW - timedelta(days=2), NOW - timedelta(minutes=5, seconds=5)),
        (None, NOW - timedelta(minutes=5, seconds=5)),
        # and a clock that is ahead asks for nothing that was written after it was made.
        (NOW + timedelta(hours=1), NOW - timedelta(seconds=5)),
    ],
)
def test_what_must_be_there_ends_with_the_newest_write_or_the_grace(newest: object, expected: object) -> None:
    written = rfc3339(newest) if newest else ""  # type: ignore[arg-type]
    assert required_until(written, NOW, GRACE) == rfc3339(expected)  # type: ignore[arg-type]


GOOD = Findings((), restored_items=120, required_items=118, compared=Compared(same=118, deleted_since=2))


def test_data_that_are_all_there_are_good() -> None:
    assert GOOD.status == "SUCCESSFUL"
    assert "los datos son correctos" in GOOD.message


@pytest.mark.parametrize(
    ("findings", "named"),
    [
        (Findings((), 110, 118, Compared(same=100)), "faltan al menos 8 de 118"),
        (Findings((), 120, 118, Compared(same=100, missing=3)), "3 elementos de la muestra faltan"),
        (Findings((), 120, 118, Compared(same=100, different=2)), "2 elementos de la muestra son distintos"),
        (Findings((Difference("index.by-category", {}, None),), 120, 118, Compared()), "index.by-category"),
    ],
)
def test_each_kind_of_damage_alone_makes_data_bad(findings: Findings, named: str) -> None:
    assert findings.status == "FAILED"
    assert named in findings.message


def test_tables_too_large_to_count_are_judged_by_the_sample_and_say_so() -> None:
    findings = Findings((), None, None, Compared(same=1000))
    assert findings.status == "SUCCESSFUL"
    assert "demasiado grandes" in findings.message


def test_a_message_is_never_longer_than_aws_takes() -> None:
    many = tuple(Difference(f"index.{number}", {}, None) for number in range(200))
    assert len(Findings(many, 0, 0, Compared()).message) == LONGEST_MESSAGE
