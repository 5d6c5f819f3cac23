"""A restored table is compared with the original; a recovery point with missing items is found out."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.backup_manager.kit import NOW, OLD, TABLE, StoppedClock, make_table, product

from backup_manager.comparison import Comparison, Limits, Sample
from backup_manager.items import Pace
from backup_manager.verdicts import Findings
from common.clock import rfc3339

TEST_TABLE = "awsbackup-restore-test-1"
LATER = rfc3339(NOW + timedelta(minutes=1))
ITEMS = 40


def seeded() -> random.Random:
    return random.Random(7)  # noqa: S311 - the same sample in every run


class Tables:
    """The original and its restored copy, and the comparison of both."""

    def __init__(self, dynamodb: Any, clock: StoppedClock, sample: int = 1000) -> None:
        self.dynamodb, self.clock = dynamodb, clock
        limits = Limits(sample, timedelta(minutes=5))
        self.comparison = Comparison(dynamodb, limits, self.pace, seeded())
        self.items = [product(f"p{number}") for number in range(ITEMS)]

    def pace(self, seconds: float) -> Pace:
        return Pace(100, self.clock.monotonic, self.clock.sleep, self.clock.monotonic() + seconds)

    def make(self, original: list[Any], restored: list[Any], **settings: Any) -> None:
        make_table(self.dynamodb, TABLE, original)
        make_table(self.dynamodb, TEST_TABLE, restored, **settings)

    def compare(self, seconds: float = 600) -> Findings:
        return self.comparison.run(TABLE, TEST_TABLE, NOW, seconds)


@pytest.fixture
def tables(dynamodb: Any, clock: StoppedClock) -> Tables:
    return Tables(dynamodb, clock)


def test_a_whole_copy_is_good(tables: Tables) -> None:
    tables.make(tables.items, tables.items)
    findings = tables.compare()
    assert (findings.status, findings.compared.same, findings.restored_items) == ("SUCCESSFUL", ITEMS, ITEMS)


def test_a_copy_with_missing_items_is_bad_and_they_are_counted(tables: Tables) -> None:
    tables.make(tables.items, tables.items[4:])
    findings = tables.compare()
    assert (findings.status, findings.compared.missing) == ("FAILED", 4)
    assert "faltan al menos 4 de 40" in findings.message


def test_an_empty_copy_of_a_table_with_items_is_bad(tables: Tables) -> None:
    tables.make(tables.items, [])
    assert tables.compare().status == "FAILED"


def test_an_empty_copy_is_bad_however_young_the_items_of_the_table_are(tables: Tables) -> None:
    tables.make([product("young", LATER)], [])
    findings = tables.compare()
    assert (findings.status, findings.required_items) == ("FAILED", 0)
    assert "está vacía, y la original tiene 1 elementos" in findings.message


def test_an_empty_copy_of_an_empty_table_is_good(tables: Tables) -> None:
    tables.make([], [])
    assert tables.compare().status == "SUCCESSFUL"


def test_a_copy_with_other_values_is_bad(tables: Tables) -> None:
    tables.make(tables.items, [*tables.items[1:], product("p0", price={"S": "0.00"})])
    findings = tables.compare()
    assert (findings.status, findings.compared.different) == ("FAILED", 1)


def test_what_was_written_and_deleted_since_is_no_fault(tables: Tables) -> None:
    tables.make([*tables.items[2:], product("new", LATER)], tables.items)
    findings = tables.compare()
    assert findings.status == "SUCCESSFUL"
    assert (findings.compared.deleted_since, findings.compared.missing) == (2, 0)


def test_a_copy_without_the_index_is_bad(tables: Tables) -> None:
    tables.make(tables.items, tables.items, GlobalSecondaryIndexes=[])
    findings = tables.compare()
    assert findings.status == "FAILED"
    assert [difference.field for difference in findings.structure] == ["index.by-category"]


def test_without_time_to_count_the_sample_decides(tables: Tables) -> None:
    tables.make(tables.items, tables.items)
    findings = tables.compare(seconds=0)
    assert (findings.restored_items, findings.required_items) == (None, None)


def test_reading_keeps_its_pace(clock: StoppedClock) -> None:
    pace = Pace(100, clock.monotonic, clock.sleep, ends_at=10)
    pace.used(128)
    pace.used(0)
    assert (clock.slept, pace.over) == (1.28, False)
    pace.used(1000)
    assert pace.over


def test_a_sample_of_many_is_as_large_as_asked_and_not_the_first_ones() -> None:
    sample = Sample(50, seeded())
    for number in range(5000):
        sample.add(str(number))
    assert (len(set(sample.keys)), sample.seen) == (50, 5000)
    assert sum(int(key) >= 2500 for key in sample.keys) == pytest.approx(25, abs=12)


def test_more_items_than_one_read_takes_are_compared(dynamodb: Any, clock: StoppedClock) -> None:
    tables = Tables(dynamodb, clock)
    items = [product(f"p{number}") for number in range(130)]
    tables.make(items, items[1:])
    findings = tables.compare()
    assert (findings.compared.same, findings.compared.missing) == (129, 1)


def test_a_small_sample_still_finds_a_tenth_missing(dynamodb: Any, clock: StoppedClock) -> None:
    tables = Tables(dynamodb, clock, sample=30)
    items = [product(f"p{number}", OLD) for number in range(200)]
    tables.make(items, items[20:])
    assert tables.compare().status == "FAILED"
