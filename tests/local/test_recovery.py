"""Damaged products put right while the shop is open: by `ha recover`, and as the drill measures it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.local.conftest import Ha
from tests.local.recovery_shop import DR, PRIMARY, PRODUCTS, RECEIPTS, WRITER, Customer, Shop, opened

from local_aws.testing import eventually
from techmoda_ha.drills.corruption import drill as drill_module
from techmoda_ha.drills.corruption.report import evidence_of
from techmoda_ha.evidence import Evidence

pytestmark = [pytest.mark.local, pytest.mark.slow]

BAD = "products:8"
ERASURES = "recovery-shop-erasures"


@pytest.fixture(scope="module")
def shop(ha: Ha, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with opened(ha.aws, tmp_path_factory.mktemp("recovery")) as shop:
        yield shop


@pytest.fixture
def erasures(shop: Shop) -> Iterator[str]:
    shop.table.create_table(
        TableName=ERASURES,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    yield ERASURES
    shop.table.delete_table(TableName=ERASURES)


@pytest.fixture
def customer(shop: Shop) -> Customer:
    return Customer(shop.table, set())


class Table:
    """The shop's table, by name and version of each product."""

    def __init__(self, shop: Shop) -> None:
        self._client = shop.table

    def item(self, product: str) -> Any:
        return self._client.get_item(TableName=PRODUCTS, Key={"id": {"S": product}}, ConsistentRead=True).get(
            "Item"
        )

    def damage(self, product: str) -> None:
        self._client.update_item(
            TableName=PRODUCTS,
            Key={"id": {"S": product}},
            UpdateExpression="SET price = :p, written_by = :w, write_token = :w ADD version :one",
            ExpressionAttributeValues={":p": {"S": "0.00"}, ":w": {"S": BAD}, ":one": {"N": "1"}},
        )

    def delete(self, product: str) -> None:
        self._client.delete_item(TableName=PRODUCTS, Key={"id": {"S": product}})


@pytest.fixture
def table(shop: Shop) -> Table:
    return Table(shop)


def created(customer: Customer, name: str) -> str:
    body = {"name": name, "category": "coats", "price": "19.90", "currency": "EUR", "stock": 5}
    return str(customer.request("POST", "/products", body).json()["id"])


def now() -> str:
    """Return the next whole second, once it has begun."""
    begun = int(datetime.now(UTC).timestamp())
    assert eventually(lambda: int(datetime.now(UTC).timestamp()) > begun)
    return datetime.fromtimestamp(begun + 1, UTC).isoformat().replace("+00:00", "Z")


def recover(ha: Ha, verb: str, *arguments: str, log: str = ERASURES) -> tuple[int, Any]:
    where = ["--table", PRODUCTS, "--region", PRIMARY, "--erasure-log", log, "--json"]
    ended = ha.run("recover", verb, *arguments, *where, check=False)
    if ended.returncode == 2:
        return 2, ended.stderr
    return ended.returncode, json.loads(ended.stdout)


def test_a_rewind_repairs_keeps_what_customers_wrote_and_brings_no_erased_product_back(
    ha: Ha, shop: Shop, erasures: str, customer: Customer, table: Table
) -> None:
    damaged, sold, deleted, erased, untouched = (created(customer, f"Coat {number}") for number in range(5))
    moment = now()
    for product in (damaged, sold):
        table.damage(product)
    for product in (deleted, erased):
        table.delete(product)
    read = customer.request("GET", f"/products/{sold}").json()
    body = {name: read[name] for name in ("name", "category", "price", "currency", "version")} | {"stock": 4}
    assert customer.request("PUT", f"/products/{sold}", body).status_code == 200
    shop.table.put_item(TableName=erasures, Item={"id": {"S": erased}})
    seen = table.item(damaged)

    rules = ("--to", moment, "--undo-writer", BAD, "--undo", "event == 'REMOVE' && old.category == 'coats'")
    status, planned = recover(ha, "rewind", *rules, "--plan")
    assert (status, planned["plan"]["counts"]["repairs"], planned["rounds"]) == (0, 3, [])
    assert table.item(damaged) == seen, "a plan writes nothing"
    status, done = recover(ha, "rewind", *rules)
    assert (status, done["rounds"][0]["outcomes"]) == (0, {"repaired": 3})

    prices = [customer.request("GET", f"/products/{one}").json()["price"] for one in (damaged, sold, deleted)]
    assert prices == ["19.90"] * 3
    assert customer.request("GET", f"/products/{sold}").json()["stock"] == 4
    assert table.item(erased) is None
    assert table.item(untouched)["written_by"] == {"S": WRITER}
    # Who saw the damaged product is told of the change, whichever way they look for it.
    assert (
        customer.request(
            "PUT", f"/products/{damaged}", {**body, "version": int(seen["version"]["N"])}
        ).status_code
        == 409
    )
    replica = shop.clients("dynamodb", DR)
    assert eventually(
        lambda: (
            replica.get_item(TableName=PRODUCTS, Key={"id": {"S": damaged}}).get("Item")
            == table.item(damaged)
        )
    )

    status, again = recover(ha, "rewind", *rules)
    assert (status, again["plan"]["counts"]["repairs"]) == (0, 0)
    undo = Path(done["rounds"][0]["undo"])
    sound = undo.read_bytes()
    undo.write_bytes(sound.replace(b'"0.00"', b'"0.01"', 1))
    status, words = recover(ha, "undo", str(undo))
    assert status == 2
    assert "checksum" in words
    assert table.item(damaged)["price"] == {"S": "19.90"}, "a corrupted undo file is refused whole"
    undo.write_bytes(sound)
    status, undone = recover(ha, "undo", str(undo))
    assert (status, undone["rounds"][0]["outcomes"]) == (0, {"repaired": 3})
    assert (table.item(damaged)["price"], table.item(deleted)) == ({"S": "0.00"}, None)

    # What the undo brought back a comparison with a restored table finds as well.
    status, done = recover(
        ha, "reconcile", "--restore-to-time", moment, "--attribute", "price",
        "--undo", "to_number(new.price) == `0`", "--undo", "event == 'REMOVE' && old.category == 'coats'",
    )  # fmt: skip
    assert (status, done["rounds"][0]["outcomes"]) == (0, {"repaired": 3})
    assert table.item(sold)["stock"] == {"N": "4"}
    assert (table.item(damaged)["price"], table.item(erased)) == ({"S": "19.90"}, None)
    assert [
        name for name in shop.table.list_tables()["TableNames"] if name.startswith(f"{PRODUCTS}-as-of")
    ] == []


def test_without_a_log_of_erasures_or_a_word_on_what_to_undo_nothing_is_done(ha: Ha, shop: Shop) -> None:
    restorable = now()  # By the second call: the newest moment that can be restored lags a second behind.
    status, words = recover(ha, "rewind", "--to", now(), "--undo-writer", BAD, log="")
    assert status == 2
    assert "--without-erasure-log" in words
    rules = ("--undo-writer", BAD, "--restored-table", PRODUCTS)
    status, words = recover(ha, "reconcile", "--restore-to-time", restorable, *rules, log=RECEIPTS)
    assert status == 2
    assert f"{PRODUCTS} is there already" in words, "the shop's own table could be deleted as a restored one"
    status, words = recover(ha, "reconcile", *rules, log=RECEIPTS)
    assert status == 2
    assert "with itself" in words
    status, words = recover(ha, "rewind", "--to", now(), log=RECEIPTS)
    assert status == 2
    assert "--undo-all" in words


def drilled(shop: Shop, monkeypatch: pytest.MonkeyPatch, *steps: str) -> Evidence:
    monkeypatch.setattr(drill_module, "LOG_SECONDS", 0.1)
    drill = shop.drill(
        products=60, rate=6.0, warm_up_seconds=1.0, hold_seconds=1.0, replication_deadline_seconds=5.0
    )
    try:
        for step in steps:
            getattr(drill, step)()
        return evidence_of(drill, {}, steady_before=True, steady_after=True)
    finally:
        drill.roll_back()


def test_the_drill_ends_with_no_product_wrong_by_either_way(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = drilled(
        shop, monkeypatch,
        "prepare", "strike", "wait_for_alarm", "rewind", "check_rewind",
        "strike_again", "reconcile", "check_reconcile", "check_at_scale",
    )  # fmt: skip
    assert evidence.violations == []
    for name in (
        "legitimate_writes_kept",
        "reconcile_legitimate_writes_kept",
        "items_repaired",
        "reconcile_items_repaired",
    ):
        assert evidence.measurements[name] > 0, name
    assert evidence.details["rewind"]["damaged"]["deleted"] > 0


def test_a_drill_whose_damage_stays_fails(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = drilled(shop, monkeypatch, "prepare", "strike", "wait_for_alarm", "check_rewind")
    assert not evidence.passed
    assert evidence.measurements["items_wrong"] >= 5
    assert any("items_wrong is" in words for words in evidence.violations)


def test_a_killed_run_is_finished_by_the_next_one_although_dynamodb_throttles(
    ha: Ha, shop: Shop, erasures: str, customer: Customer, table: Table
) -> None:
    products = [created(customer, f"Hat {number}") for number in range(60)]
    moment = now()
    for product in products:
        table.damage(product)
    _, planned = recover(ha, "rewind", "--to", moment, "--undo-writer", BAD, "--plan")
    plan = planned["plan"]["file"]

    def repaired() -> int:
        return sum(table.item(product)["price"] == {"S": "19.90"} for product in products)

    # One percent of what an on-demand table takes is 40 items a second: there is time to kill it.
    where = ("--table", PRODUCTS, "--region", PRIMARY, "--erasure-log", erasures)
    running = ha.start("recover", "apply", plan, *where, "--share", "0.01")
    assert eventually(lambda: repaired() > 5)
    running.kill()
    running.communicate()
    before = repaired()
    assert before < len(products), "it was finished before it could be killed"

    with ha.aws.failing("dynamodb", PRIMARY, "throttle", share=0.3):
        status, done = recover(ha, "apply", plan)
    outcomes = done["rounds"][0]["outcomes"]
    assert (status, sum(outcomes.values())) == (0, len(products))
    assert outcomes["already_right"] >= before
    assert repaired() == len(products)
