"""A run from its first segment to its report, ended midway, repeated, and taken back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.recovery.stories import BAD, content, giving, product
from tests.unit.recovery_worker.kit import LIVE, REQUEST, RESTORED, EndedError, Shop

from techmoda_ha.recovery.at_scale import Machine
from techmoda_ha.recovery.planning import Planner
from techmoda_recovery.core.images import dumps
from techmoda_recovery.core.rules import Choice
from techmoda_recovery.erasures import ErasureLog
from techmoda_recovery.plan_files import Header, PlanFileError
from techmoda_recovery.runs import Mode

PRODUCTS = 30


def healed(shop: Shop) -> dict[str, Any]:
    """What every product's content is to be: as restored, but for legitimate changes."""
    expected = {name: content(item) for name, item in shop.items(RESTORED).items()}
    sold = {name: content(item) for name, item in shop.items().items() if "stock" in item}
    return expected | sold


def contents(shop: Shop) -> dict[str, Any]:
    return {name: content(item) for name, item in shop.items().items()}


def test_a_run_plans_what_reconcile_plans(shop: Shop, tmp_path: Path) -> None:
    shop.corrupt(PRODUCTS)
    shop.put("erasures", {"id": {"S": "p0001"}})
    figures = shop.asked(Mode.PLAN)
    header = Header(REQUEST.run, "reconcile", "us-east-1", LIVE, "table", REQUEST.created_at, "a test")
    planner = Planner(
        header, REQUEST.choice.rules(), ErasureLog(shop.dynamodb, "erasures"), tmp_path / "scratch"
    )
    plan = planner.reconcile(
        tmp_path / "plan.jsonl",
        lambda item: {"id": item["id"]},
        giving(shop.items(RESTORED).values()),
        giving(shop.items().values()),
    )
    machine = Machine(None, shop.s3, "arn:aws:states:us-east-1:1:stateMachine:m", "runs")
    report = machine.report(REQUEST.run, Mode.PLAN)
    found = list(machine.repairs(REQUEST.run, report["parts"], tmp_path))
    assert sorted(map(str, found)) == sorted(map(str, plan.repairs()))
    assert figures["counts"] == dict(plan.counts)
    assert figures["counts"]["erased"] == 1
    assert "parts" not in figures, "what the execution's history keeps holds no item"


def test_a_plan_writes_nothing_to_the_table(shop: Shop) -> None:
    shop.corrupt(PRODUCTS)
    before = shop.items()
    assert shop.asked(Mode.PLAN)["outcomes"] == {}
    assert shop.items() == before


def test_what_is_damaged_is_put_right_and_what_customers_wrote_is_kept(shop: Shop) -> None:
    shop.corrupt(PRODUCTS)
    expected = healed(shop)
    figures = shop.execute()
    assert figures["outcomes"] == {"repaired": 3 * PRODUCTS // 5}
    assert contents(shop) == expected


def test_a_run_that_is_applied_twice_changes_nothing(shop: Shop) -> None:
    shop.corrupt(PRODUCTS)
    shop.execute()
    after = shop.items()
    assert shop.asked(Mode.APPLY)["outcomes"] == {"already_right": 3 * PRODUCTS // 5}
    assert shop.items() == after


@pytest.mark.parametrize("call", range(2, 14))
def test_an_execution_ended_anywhere_and_begun_again_ends_in_the_same_state(shop: Shop, call: int) -> None:
    shop.corrupt(PRODUCTS)
    expected = healed(shop)
    shop.clock.step = 13.0  # A slice has 60 s, so it is over after some looks at the clock.

    def end(_operation: str, number: int) -> None:
        if number == call:
            raise EndedError

    with pytest.raises(EndedError):
        shop.execute(name="one", before=end)
    figures = shop.execute(name="two")
    assert contents(shop) == expected
    assert figures["outcomes"]["repaired"] + figures["outcomes"].get("already_right", 0) == 3 * PRODUCTS // 5


def test_what_an_ended_execution_had_compared_is_not_compared_again(shop: Shop) -> None:
    shop.corrupt(PRODUCTS)
    shop.asked(Mode.PLAN)
    scans: list[str] = []
    shop.dynamodb.meta.events.register(
        "before-call.dynamodb.Scan", lambda params, **_: scans.append(params["body"])
    )
    shop.execute(name="two")
    assert scans == []


def test_an_invocation_that_dies_between_two_notes_costs_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.corrupt(PRODUCTS)
    expected = healed(shop)
    writes = 0

    def dying(*_: Any, **__: Any) -> None:
        nonlocal writes
        writes += 1
        if writes == 5:
            raise EndedError

    shop.dynamodb.meta.events.register("before-call.dynamodb.PutItem", dying)
    with pytest.raises(EndedError):
        shop.execute(name="one")
    shop.dynamodb.meta.events.unregister("before-call.dynamodb.PutItem", dying)
    shop.execute(name="two")
    assert contents(shop) == expected


def test_an_erased_product_never_comes_back_even_if_it_was_erased_after_the_plan(shop: Shop) -> None:
    shop.corrupt(PRODUCTS)
    shop.put("erasures", {"id": {"S": "p0001"}})
    shop.asked(Mode.PLAN)
    shop.put("erasures", {"id": {"S": "p0006"}})
    figures = shop.asked(Mode.APPLY)
    assert figures["outcomes"]["erased"] == 1
    assert (shop.item("p0001"), shop.item("p0006")) == (None, None)
    assert shop.item("p0011") is not None


def test_an_item_that_changed_since_the_comparison_is_compared_and_repaired_anew(shop: Shop) -> None:
    shop.corrupt(PRODUCTS)
    shop.asked(Mode.PLAN)
    shop.put(LIVE, product("p0000", 3, BAD, price="0.01"))
    shop.put(LIVE, product("p0005", 3, price="25.00"))
    figures = shop.asked(Mode.APPLY)
    assert content(shop.item("p0000")) == content(product("p0000", price="19.90"))
    assert content(shop.item("p0005")) == content(product("p0005", price="25.00")), "a customer's own price"
    assert (figures["changed_meanwhile"], figures["outcomes"]) == (0, {"repaired": 3 * PRODUCTS // 5 - 1})


def test_a_run_is_taken_back_with_what_its_later_rounds_repaired(shop: Shop) -> None:
    shop.corrupt(PRODUCTS)
    shop.asked(Mode.PLAN)
    shop.put(LIVE, product("p0000", 3, BAD, price="0.01"))
    before = contents(shop)
    shop.asked(Mode.APPLY)
    assert contents(shop) != before
    figures = shop.asked(Mode.UNDO)
    assert contents(shop) == before
    # The plan itself expected another p0000 than its later round replaced.
    assert figures["outcomes"] == {"repaired": 3 * PRODUCTS // 5, "changed_meanwhile": 1}


def test_after_an_undo_the_run_can_be_applied_again(shop: Shop) -> None:
    shop.corrupt(PRODUCTS)
    # After an undo nobody stands in an item but the recovery: what damage looks like is left to go by.
    request = replace(REQUEST, choice=Choice(undo=("to_number(new.price) == `0`",)))
    shop.execute(request)
    shop.execute(replace(request, mode=Mode.UNDO), name="two")
    assert shop.item("p0000")["price"] == {"S": "0.00"}
    shop.execute(request, name="three")
    assert shop.item("p0000")["price"] == {"S": "19.90"}


def test_a_plan_that_was_altered_is_not_applied(shop: Shop) -> None:
    shop.corrupt(PRODUCTS)
    shop.asked(Mode.PLAN)
    listed = shop.s3.list_objects_v2(Bucket="runs", Prefix="runs/reconcile-1/plan/restored")["Contents"][0][
        "Key"
    ]
    sound = shop.s3.get_object(Bucket="runs", Key=listed)["Body"].read()
    shop.s3.put_object(Bucket="runs", Key=listed, Body=sound.replace(b"19.90", b"19.91", 1))
    before = shop.items()
    with pytest.raises(PlanFileError, match="checksum"):
        shop.asked(Mode.APPLY)
    assert shop.items() == before


def test_only_the_named_attribute_and_the_listed_keys_are_touched(shop: Shop) -> None:
    shop.corrupt(PRODUCTS)
    shop.put(LIVE, product("p0000", 2, BAD, price="0.00", stock="3"))
    request = replace(
        REQUEST,
        attributes=("price",),
        only_keys=shop.folder().put_keys(["p0000", "p0005"]),
        keep_keys=shop.folder().put_keys(["p0005"]),
    )
    assert shop.execute(request)["outcomes"] == {"repaired": 1}
    assert content(shop.item("p0000")) == content(product("p0000", price="19.90", stock="3"))


def test_a_fetched_run_is_a_plan_and_an_undo_file_of_the_command_line(shop: Shop, tmp_path: Path) -> None:
    shop.corrupt(PRODUCTS)
    shop.execute()
    machine = Machine(None, shop.s3, "arn:aws:states:us-east-1:1:stateMachine:m", "runs")
    plan, undo = machine.fetch(REQUEST.run, tmp_path / "plan.jsonl")
    assert (plan.size, undo.size) == (3 * PRODUCTS // 5,) * 2
    assert plan.header.table_id == shop.dynamodb.describe_table(TableName=LIVE)["Table"]["TableId"]
    assert {dumps(one.key) for one in plan.repairs()} == {dumps(one.key) for one in undo.repairs()}
