"""The parts of the data-corruption drill: the clients' log, the damage, the figures."""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto import mock_aws

from techmoda_ha.drills.corruption import activities
from techmoda_ha.drills.corruption.damage import DELETED, TRUNCATED, ZEROED, FaultyDeployment, victims
from techmoda_ha.drills.corruption.figures import Incident, customers_view, shown_to_customers
from techmoda_ha.drills.corruption.ledger import GoodWrite, Ledger, Wrong
from techmoda_ha.drills.corruption.observing import Sights, fields_of
from techmoda_ha.drills.corruption.plan import CorruptionPlan
from techmoda_ha.drills.corruption.shoppers import is_damaged
from techmoda_ha.errors import HaError

ROOT = Path(__file__).resolve().parents[3]
COAT = {"name": "Coat", "category": "coats", "price": "19.90", "currency": "EUR", "stock": 3}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(tmp_path / "clients.jsonl")


def test_a_product_that_is_as_acknowledged_is_right(ledger: Ledger) -> None:
    ledger.acknowledged("create", "p", 1.0, COAT)
    ledger.acknowledged("sell", "p", 2.0, {**COAT, "stock": 2})
    assert ledger.wrong({"p": {**COAT, "stock": 2}}) == []
    assert ledger.wrong({"p": COAT}) == [Wrong("p", {**COAT, "stock": 2}, COAT)]


def test_missing_resurrected_and_unknown_products_are_wrong(ledger: Ledger) -> None:
    ledger.acknowledged("create", "missing", 1.0, COAT)
    ledger.acknowledged("create", "deleted", 1.0, COAT)
    ledger.acknowledged("delete", "deleted", 2.0, None)
    assert {one.product for one in ledger.wrong({"deleted": COAT, "unknown": COAT})} == {
        "missing",
        "deleted",
        "unknown",
    }
    assert ledger.present() == ["missing"]


def test_a_write_whose_answer_was_lost_may_have_been_made_or_not(ledger: Ledger) -> None:
    ledger.acknowledged("create", "p", 1.0, COAT)
    ledger.uncertain("p", 2.0, {**COAT, "stock": 2})
    assert ledger.wrong({"p": COAT}) == ledger.wrong({"p": {**COAT, "stock": 2}}) == []
    assert len(ledger.wrong({"p": {**COAT, "stock": 1}})) == 1
    ledger.acknowledged("sell", "p", 3.0, {**COAT, "stock": 1})
    assert len(ledger.wrong({"p": COAT})) == 1


def test_the_log_is_on_disk_line_by_line(ledger: Ledger) -> None:
    ledger.acknowledged("create", "p", 1.0, COAT)
    ledger.acknowledged("delete", "p", 2.0, None)
    lines = [json.loads(line) for line in Path(ledger.file.name).read_text().splitlines()]
    assert [(line["kind"], line["expected"]) for line in lines] == [("create", COAT), ("delete", None)]
    assert [write.kind for write in ledger.since(1.5)] == ["delete"]


@pytest.fixture
def table() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client(
            "dynamodb", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
        )
        client.create_table(
            TableName="products",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )
        for number in range(10):
            client.put_item(
                TableName="products",
                Item={
                    "id": {"S": f"p{number}"},
                    "name": {"S": "Coat"},
                    "price": {"S": "19.90"},
                    "version": {"N": "3"},
                },
            )
        yield client


def test_the_bad_deployment_damages_in_three_ways_and_signs_what_it_writes(table: Any) -> None:
    faulty = FaultyDeployment(table, "products", "products:9")
    done = faulty.damage([f"p{number}" for number in range(10)])
    assert done == {ZEROED: 4, TRUNCATED: 4, DELETED: 2}
    items = table.scan(TableName="products")["Items"]
    assert len(items) == 8
    assert all(
        is_damaged({"price": item["price"]["S"], "name": item["name"]["S"]})
        and (item["version"], item["written_by"]) == ({"N": "4"}, {"S": "products:9"})
        for item in items
    )


def test_what_is_gone_is_not_damaged_into_being(table: Any) -> None:
    done = FaultyDeployment(table, "products", "products:9").damage(["gone-1", "gone-2", "gone-3", "a", "b"])
    assert done == Counter()
    assert len(table.scan(TableName="products")["Items"]) == 10


def test_a_share_of_the_products_is_chosen_by_chance() -> None:
    products = [f"p{number}" for number in range(300)]
    one, other = (random.Random(seed) for seed in (1, 2))  # noqa: S311
    chosen = victims(products, 0.2, one)
    assert len(set(chosen)) == 60
    assert victims(products, 0.2, other) != chosen
    assert len(victims(products[:2], 0.2, one)) == 1


def incident(**given: Any) -> Incident:
    writes = [
        GoodWrite("sell", "p1", 5.0, COAT),
        GoodWrite("sell", "p1", 6.0, COAT),
        GoodWrite("add", "p2", 6.0, COAT),
    ]
    known = {
        "struck": 10.0,
        "began": 40.0,
        "repaired": 52.0,
        "good_writes": writes,
        "wrong": [],
        "wrong_in_dr": [],
    }
    return Incident(**{"name": "rewind", **known, **given})


def test_rto_runs_from_the_first_damage_to_the_last_repair() -> None:
    figures = incident().measurements()
    assert (figures["rto_seconds"], figures["recovery_seconds"]) == (42.0, 12.0)
    assert (figures["items_wrong"], figures["legitimate_writes_lost"], figures["legitimate_writes_kept"]) == (
        0,
        0,
        3,
    )


def test_a_wrong_product_that_was_legitimately_written_is_a_lost_write() -> None:
    figures = incident(wrong=[Wrong("p2", COAT, None), Wrong("p9", COAT, None)]).measurements()
    assert (figures["items_wrong"], figures["legitimate_writes_lost"]) == (2, 1)


def test_what_was_not_looked_at_is_no_zero() -> None:
    figures = incident(name="reconcile", wrong=None, wrong_in_dr=None, repaired=None).measurements()
    for name in ("rto_seconds", "items_wrong", "items_wrong_in_dr", "legitimate_writes_lost"):
        assert math.isnan(figures[f"reconcile_{name}"]), name


def test_customers_see_damage_until_the_last_damaged_answer() -> None:
    assert customers_view(10.0, [5.0, 11.0, 17.5]) == 7.5
    assert customers_view(10.0, []) == 0.0


def test_sightings_of_damage_that_follow_each_other_closely_are_one_span_of_the_chart() -> None:
    changes = shown_to_customers(100.0, 140.0, [111.0, 112.5, 110.0, 125.0])
    assert [(one["second"], one["value"]) for one in changes] == [
        (0.0, "ok"),
        (10.0, "damaged"),
        (12.5, "ok"),
        (25.0, "damaged"),
        (25.0, "ok"),
        (40.0, "ok"),
    ]


def test_customers_who_never_met_damage_were_shown_good_products_all_the_time() -> None:
    assert {one["value"] for one in shown_to_customers(0.0, 60.0, [])} == {"ok"}


def test_every_objective_is_measured() -> None:
    measured = {
        **incident().measurements(),
        **incident(name="reconcile").measurements(),
        "alarm_seconds": 1,
    }
    assert set(CorruptionPlan().objectives) <= measured.keys()


def test_without_an_alarm_on_damage_there_is_nothing_to_drill() -> None:
    outputs = {
        "alarm_names": ["shop-implausible-products-us-east-1"],
        "table_name": "t",
        "region": "us-east-1",
        "log_group_names": {"products": "log"},
    }
    assert Sights.of(lambda *_: None, outputs).alarm == "shop-implausible-products-us-east-1"
    with pytest.raises(HaError, match="nobody would notice"):
        Sights.of(lambda *_: None, {**outputs, "alarm_names": ["shop-errors"]})


class Logs:
    """A CloudWatch Logs client with these lines."""

    def __init__(self, *lines: str) -> None:
        self._lines = lines

    def get_paginator(self, _operation: str) -> Any:
        return self

    def paginate(self, **_arguments: Any) -> list[Any]:
        return [{"events": [{"message": line} for line in self._lines]}]


def test_deletions_are_read_from_the_apis_log_and_nothing_else_is_taken_for_one() -> None:
    lines = (
        json.dumps({"message": "product deleted", "product_id": "p1"}),
        json.dumps({"message": "product updated", "product_id": "p2"}),
        "START RequestId: product deleted",
        json.dumps(["product deleted"]),
    )
    sights = Sights(lambda *_: Logs(*lines), "t", "alarm", "us-east-1", "log")
    assert sights.deletions(0) == {"p1"}


def test_fields_are_compared_as_the_api_means_them() -> None:
    item = {"name": {"S": "Coat"}, "price": {"S": "19.90"}, "stock": {"N": "3"}, "version": {"N": "1"}}
    assert fields_of(item) == {"name": "Coat", "price": "19.90", "stock": 3}


def test_the_experiment_calls_functions_that_exist_and_configures_what_is_known() -> None:
    document = yaml.safe_load((ROOT / "drills" / "data-corruption.yaml").read_text())
    steps = [*document["steady-state-hypothesis"]["probes"], *document["method"], *document["rollbacks"]]
    for step in steps:
        assert step["provider"]["module"] == activities.__name__
        assert callable(getattr(activities, step["provider"]["func"]))
    unknown = document["configuration"].keys() - CorruptionPlan.__dataclass_fields__.keys() - {"run"}
    assert unknown == set()
    assert CorruptionPlan.from_configuration(document["configuration"], products=None).products == 300
    assert CorruptionPlan.from_configuration(document["configuration"], products=80).products == 80
