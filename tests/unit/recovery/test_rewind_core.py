"""What the core promises for every history: nothing bad stays, nothing legitimate is lost."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from tests.unit.recovery.stories import (
    BAD,
    GOOD,
    HEADER,
    UNDO_BAD,
    MemoryStore,
    Story,
    content,
    giving,
    key,
    planner,
    product,
    stories,
)

from techmoda_ha.recovery.applying import Application, prepare_undo
from techmoda_recovery.core.changes import Change
from techmoda_recovery.core.rules import Rules, WrittenBy
from techmoda_recovery.erasures import NoErasures
from techmoda_recovery.pace import Pace
from techmoda_recovery.plan_files import Plan

# Deletions name no writer; in these histories time tells who made them.
UNDO_BY_TIME = Rules(until=1_000)
T = 1_000


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


def application(store: MemoryStore, workers: int = 1, chunk: int = 2) -> Application:
    return Application(store, NoErasures(), Pace(1e9), workers=workers, chunk=chunk)


def rewound(story: Story, path: Path, rules: Rules = UNDO_BY_TIME) -> tuple[Plan, MemoryStore]:
    plan = planner(path, rules).rewind(path / "plan.jsonl", T, giving(story.changes))
    store = MemoryStore(dict(story.after))
    application(store).apply(plan)
    return plan, store


def model(story: Story) -> dict[str, Any]:
    """Return each item's content had the bad writes never been made: attribute by attribute."""
    healed = {name: content(item) for name, item in story.before.items()}
    for change in story.changes:
        name = change.key["id"]["S"]
        if change.at == T:
            continue
        old, new, now = content(change.old), content(change.new), healed.get(name)
        if old is None or new is None or now is None:
            healed[name] = new
        else:
            removed = old.keys() - new.keys()
            changed = {attribute: value for attribute, value in new.items() if old.get(attribute) != value}
            healed[name] = {**{a: v for a, v in now.items() if a not in removed}, **changed}
    return {name: item for name, item in healed.items() if item is not None}


def contents(items: dict[str, Any]) -> dict[str, Any]:
    return {name: content(item) for name, item in items.items()}


@given(stories())
@settings(max_examples=300, deadline=None)
def test_a_rewound_table_is_what_it_would_be_without_the_bad_writes(story: Story) -> None:
    with folder() as path:
        _, store = rewound(story, path)
    assert contents(store.items) == model(story)


@given(stories(writers=(BAD,)))
@settings(max_examples=100, deadline=None)
def test_keys_that_only_bad_writes_touched_are_as_they_were_at_the_moment(story: Story) -> None:
    with folder() as path:
        _, store = rewound(story, path)
    assert contents(store.items) == contents(story.before)


@given(stories(writers=(GOOD,)))
@settings(max_examples=50, deadline=None)
def test_where_no_bad_write_was_made_nothing_is_written(story: Story) -> None:
    with folder() as path:
        plan, store = rewound(story, path)
    assert (plan.size, store.items) == (0, story.after)


@given(stories())
@settings(max_examples=100, deadline=None)
def test_twice_is_once(story: Story) -> None:
    with folder() as path:
        plan, store = rewound(story, path)
        once = dict(store.items)
        again = application(store).apply(plan)
        assert store.items == once
        assert sum(again.outcomes.values()) == again.outcomes["already_right"] == plan.size


@given(stories())
@settings(max_examples=100, deadline=None)
def test_a_new_plan_over_the_repairs_own_writes_finds_nothing_to_do(story: Story) -> None:
    with folder() as path:
        plan, store = rewound(story, path)
        own = [Change(one.key, one.expected, one.target, T) for one in store.writes]
        later = Story(story.before, story.changes + own, store.items)
        assert planner(path, UNDO_BY_TIME).rewind(path / "again.jsonl", T, giving(later.changes)).size == 0
        assert plan.size == len(own)


@given(stories())
@settings(max_examples=100, deadline=None)
def test_killed_midway_and_run_again_ends_in_the_same_state(story: Story) -> None:
    with folder() as path:
        plan, whole = rewound(story, path)
        for fail_after in range(plan.size):
            store = MemoryStore(dict(story.after), fail_after=fail_after)
            with pytest.raises(RuntimeError, match="died"):
                application(store).apply(plan)
            store.fail_after = None
            application(store).apply(plan)
            assert store.items == whole.items


@given(stories())
@settings(max_examples=100, deadline=None)
def test_undo_brings_the_content_before_the_rewind_back_however_far_it_got(story: Story) -> None:
    with folder() as path:
        plan = planner(path, UNDO_BY_TIME).rewind(path / "plan.jsonl", T, giving(story.changes))
        undo = prepare_undo(plan, path / "undo.jsonl")
        for fail_after in (None, plan.size // 2):
            store = MemoryStore(dict(story.after), fail_after=fail_after)
            if fail_after is None or fail_after >= plan.size:
                application(store).apply(plan)
            else:
                with pytest.raises(RuntimeError, match="died"):
                    application(store).apply(plan)
            store.fail_after = None
            application(store).apply(undo)
            assert contents(store.items) == contents(story.after)


@given(stories())
@settings(max_examples=100, deadline=None)
def test_versions_only_grow(story: Story) -> None:
    with folder() as path:
        _, store = rewound(story, path)
    seen: dict[str, int] = {}
    for change in story.changes:
        for state in (change.old, change.new):
            if state is not None:
                name = change.key["id"]["S"]
                seen[name] = max(seen.get(name, 0), int(state["version"]["N"]))
    for repair in store.writes:
        if repair.target is not None:
            assert int(repair.target["version"]["N"]) > seen[repair.key["id"]["S"]]


@given(stories())
@settings(max_examples=50, deadline=None)
def test_a_write_between_plan_and_repair_is_left_alone(story: Story) -> None:
    with folder() as path:
        plan = planner(path, UNDO_BY_TIME).rewind(path / "plan.jsonl", T, giving(story.changes))
        repairs = list(plan.repairs())
        if not repairs:
            return
        name = repairs[0].key["id"]["S"]
        written = product(name, 99, GOOD, name="Written meanwhile")
        store = MemoryStore({**story.after, name: written})
        progress = application(store).apply(plan)
    assert store.items[name] == written
    assert (progress.changed, progress.unrepaired) == (1, [key(name)])


def one_history(*changes: Change, rules: Rules = UNDO_BAD) -> dict[str, Any] | None:
    with folder() as path:
        plan = planner(path, rules).rewind(path / "plan.jsonl", T, giving(changes))
        repairs = list(plan.repairs())
    assert len(repairs) <= 1
    return content(repairs[0].target) if repairs else None


def test_a_legitimate_edit_of_a_corrupted_product_survives_without_the_corruption() -> None:
    sound = product("a", 1, name="Vestido", price="19.90", stock="5")
    corrupt = product("a", 2, BAD, name="V", price="0.00", stock="5")
    edited = product("a", 3, GOOD, name="V", price="0.00", stock="4")
    healed = one_history(Change(key("a"), sound, corrupt, T), Change(key("a"), corrupt, edited, T + 5))
    assert healed == content(product("a", name="Vestido", price="19.90", stock="4"))


def test_what_a_customer_wrote_over_the_corruption_stays() -> None:
    sound, corrupt = product("a", 1, price="19.90"), product("a", 2, BAD, price="0.00")
    edited = product("a", 3, GOOD, price="24.90")
    changes = (Change(key("a"), sound, corrupt, T), Change(key("a"), corrupt, edited, T + 5))
    assert one_history(*changes) is None


def test_a_legitimate_deletion_after_the_corruption_stays_deleted() -> None:
    sound, corrupt = product("a", 1, price="19.90"), product("a", 2, BAD, price="0.00")
    assert one_history(Change(key("a"), sound, corrupt, T), Change(key("a"), corrupt, None, T + 5)) is None


def test_what_expired_by_ttl_does_not_come_back() -> None:
    sound = product("a", 1)
    changes = (Change(key("a"), sound, None, T, by_ttl=True),)
    assert one_history(*changes, rules=Rules()) is None


def test_an_item_whose_history_has_a_gap_is_left_alone_and_counted() -> None:
    corrupt = product("a", 2, BAD, price="0.00")
    changes = [
        Change(key("a"), product("a", 1, price="19.90"), corrupt, T),
        Change(key("a"), product("a", 3, price="9.90"), product("a", 4, BAD, price="0.00"), T),
    ]
    with folder() as path:
        plan = planner(path).rewind(path / "plan.jsonl", T, giving(changes))
    assert (plan.size, plan.counts["gaps"], plan.gaps) == (0, 1, ["a"])


def test_writes_before_the_moment_are_no_matter_of_the_rewind() -> None:
    sound, corrupt = product("a", 1, price="19.90"), product("a", 2, BAD, price="0.00")
    assert one_history(Change(key("a"), sound, corrupt, T - 1)) is None


def test_a_write_that_leaves_all_stamps_alone_is_not_by_who_stands_in_the_item() -> None:
    mine = product("a", 2, BAD, price="1.00")
    patched = {**mine, "price": {"S": "2.00"}}
    assert not WrittenBy(frozenset({BAD}))(Change(key("a"), mine, patched, T))
    assert WrittenBy(frozenset({BAD}))(Change(key("a"), None, mine, T))


@given(stories())
@settings(max_examples=100, deadline=None)
def test_after_an_undo_a_new_rewind_repairs_again(story: Story) -> None:
    with folder() as path:
        plan = planner(path, UNDO_BY_TIME).rewind(path / "plan.jsonl", T, giving(story.changes))
        store = MemoryStore(dict(story.after))
        application(store).apply(plan)
        application(store).apply(prepare_undo(plan, path / "undo.jsonl"))
        own = [Change(one.key, one.expected, one.target, T) for one in store.writes]
        header = replace(HEADER, plan_id="plan-2")
        later = planner(path, UNDO_BY_TIME, header).rewind(
            path / "again.jsonl", T, giving(story.changes + own)
        )
        application(store).apply(later)
    assert contents(store.items) == model(story)


def test_a_repair_between_two_faulty_deployments_is_kept() -> None:
    sound, corrupt = product("a", 1, price="19.90"), product("a", 2, BAD, price="0.00")
    repaired = product("a", 3, "recovery:rewind-1", price="19.90")
    again = product("a", 4, BAD, price="0.01")
    repair, relapse = Change(key("a"), corrupt, repaired, T), Change(key("a"), repaired, again, T)
    assert one_history(Change(key("a"), sound, corrupt, T), repair, relapse) == content(sound)
    assert one_history(repair, relapse) == content(sound)
