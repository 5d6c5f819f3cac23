"""Plans and undo files on disk: whole, or refused whole; and records that are grouped by key there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.recovery.stories import HEADER, key, product

from techmoda_ha.errors import HaError
from techmoda_ha.recovery import plan_file
from techmoda_ha.recovery.applying import prepare_undo
from techmoda_ha.recovery.service import load
from techmoda_ha.recovery.spill import Spill
from techmoda_recovery.core.images import dumps, loads
from techmoda_recovery.core.repairs import Repair
from techmoda_recovery.plan_files import Header, Plan

REPAIRS = [
    Repair(key("a"), product("a", 2, price="0.00"), product("a", 3, price="19.90"), 1, 0),
    Repair(key("b"), None, product("b", 4), 1, 2),
    Repair(key("c"), product("c", 1), None, 1, 0),
]


def written(folder: Path) -> Plan:
    return plan_file.write(folder / "plan.jsonl", HEADER, REPAIRS, {"right": 7})


def test_a_plan_comes_back_as_it_was_written(tmp_path: Path) -> None:
    plan = plan_file.read(written(tmp_path).file)
    assert list(plan.repairs()) == REPAIRS
    assert plan.header == HEADER
    assert plan.counts == {"repairs": 3, "restored": 1, "recreated": 1, "removed": 1, "right": 7}
    assert plan.checksum == written(tmp_path).checksum


def test_only_its_owner_may_read_a_plan_and_one_that_failed_leaves_nothing(tmp_path: Path) -> None:
    assert written(tmp_path).file.stat().st_mode & 0o077 == 0

    def failing() -> Iterator[Repair]:
        yield REPAIRS[0]
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        plan_file.write(tmp_path / "other.jsonl", HEADER, failing(), {})
    assert [file.name for file in tmp_path.iterdir()] == ["plan.jsonl"]


def test_a_plan_without_repairs_is_a_plan(tmp_path: Path) -> None:
    plan_file.write(tmp_path / "plan.jsonl", HEADER, [], {})
    assert list(plan_file.read(tmp_path / "plan.jsonl").repairs()) == []


def flipped(text: bytes, position: int) -> bytes:
    return text[:position] + bytes([text[position] ^ 1]) + text[position + 1 :]


def test_every_flipped_bit_of_a_file_is_noticed(tmp_path: Path) -> None:
    file = prepare_undo(written(tmp_path), tmp_path / "undo.jsonl").file
    sound = file.read_bytes()
    for position in range(0, len(sound) - 1, 7):
        file.write_bytes(flipped(sound, position))
        with pytest.raises(HaError) as caught:
            plan_file.read(file)
        assert "Nothing was written" in caught.value.next_step


@pytest.mark.parametrize("lines", [0, 1, 2, 3, 4, 5])
def test_a_file_cut_short_is_refused(tmp_path: Path, lines: int) -> None:
    file = written(tmp_path).file
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:lines]))
    with pytest.raises(HaError, match="no recovery plan"):
        plan_file.read(file)


def test_a_removed_a_repeated_and_an_added_line_are_noticed(tmp_path: Path) -> None:
    file = written(tmp_path).file
    lines = file.read_text().splitlines(keepends=True)
    for damaged in (lines[:2] + lines[3:], [*lines[:3], lines[2], *lines[3:]], [*lines, lines[1]]):
        file.write_text("".join(damaged))
        with pytest.raises(HaError):
            plan_file.read(file)


def test_an_undo_file_is_not_applied_by_mistake_nor_a_plan_undone(tmp_path: Path) -> None:
    plan = written(tmp_path)
    undo = prepare_undo(plan, tmp_path / "undo.jsonl")
    assert load(plan.file, undo=False).header.kind == "rewind"
    assert load(undo.file, undo=True).header.kind == "undo"
    with pytest.raises(HaError, match="to undo"):
        load(undo.file, undo=False)
    with pytest.raises(HaError, match="to rewind"):
        load(plan.file, undo=True)


def test_an_undo_file_of_another_plan_is_not_taken_for_this_ones(tmp_path: Path) -> None:
    prepare_undo(written(tmp_path), tmp_path / "undo.jsonl")
    other = plan_file.write(
        tmp_path / "other.jsonl", Header(**{**vars(HEADER), "plan_id": "plan-2"}), REPAIRS, {}
    )
    with pytest.raises(HaError, match="belongs to another plan"):
        prepare_undo(other, tmp_path / "undo.jsonl")


_VALUES = st.recursive(
    st.one_of(
        st.builds(lambda text: {"S": text}, st.text()),
        st.builds(lambda number: {"N": str(number)}, st.integers()),
        st.builds(lambda content: {"B": content}, st.binary()),
        st.builds(lambda contents: {"BS": contents}, st.lists(st.binary(), min_size=1)),
        st.just({"NULL": True}),
    ),
    lambda inner: st.one_of(
        st.builds(lambda values: {"L": values}, st.lists(inner, max_size=3)),
        st.builds(lambda values: {"M": values}, st.dictionaries(st.text(), inner, max_size=3)),
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), _VALUES, max_size=5))
@settings(max_examples=200)
def test_every_item_survives_the_way_through_a_file(item: dict[str, Any]) -> None:
    line = dumps(item)
    assert "\n" not in line
    assert loads(line) == item


@given(st.lists(st.tuples(st.text(max_size=3), st.integers())), st.integers(1, 200))
@settings(max_examples=60, deadline=None)
def test_spilled_records_come_back_by_key_and_in_order(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[str, int]], largest: int
) -> None:
    groups: list[list[Any]] = []
    with Spill(tmp_path_factory.mktemp("spill") / "files", largest_file_bytes=largest) as spill:
        for name, number in records:
            spill.add(key(name), [name, number])
        groups = [list(group) for group in spill.groups()]
    found: dict[str, list[int]] = {}
    homes: dict[str, int] = {}
    for index, group in enumerate(groups):
        for name, number in group:
            assert homes.setdefault(name, index) == index
            found.setdefault(name, []).append(number)
    expected: dict[str, list[int]] = {}
    for name, number in records:
        expected.setdefault(name, []).append(number)
    assert found == expected


def test_a_file_that_is_too_large_is_really_divided(tmp_path: Path) -> None:
    with Spill(tmp_path / "files", largest_file_bytes=500) as spill:
        for number in range(5_000):
            spill.add(key(f"00000000-0000-8000-8000-{number:012d}"), number)
        sizes = [len(list(group)) for group in spill.groups()]
    assert sum(sizes) == 5_000
    assert max(sizes) <= 10, "records that share a file must part at the next depth"


def test_a_spill_leaves_nothing_behind(tmp_path: Path) -> None:
    with Spill(tmp_path / "files") as spill:
        spill.add(key("a"), 1)
        assert list(spill.groups())
    assert list(tmp_path.iterdir()) == []
