"""One repair as one conditional write, on moto's DynamoDB; the log of erasures; the pace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from tests.unit.recovery.stories import BAD, HEADER, content, giving, key, planner, product

from techmoda_ha.errors import HaError
from techmoda_ha.recovery import applying, plan_file
from techmoda_ha.recovery.applying import Application, prepare_undo
from techmoda_ha.recovery.erasures import ErasureLog
from techmoda_ha.recovery.planning import Planner
from techmoda_ha.recovery.tables import Table, scan
from techmoda_recovery.applying import Progress
from techmoda_recovery.core.changes import Change
from techmoda_recovery.core.repairs import Repair
from techmoda_recovery.core.rules import Expression, RuleError, Rules
from techmoda_recovery.pace import ON_DEMAND_UNITS, Pace, least_seconds, units_of, write_capacity
from techmoda_recovery.writing import DynamoStore, Outcome

CORRUPT = product("a", 2, BAD, price="0.00", note="kept")
SOUND = product("a", 3, price="19.90", note="kept")


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with mock_aws():
        made = boto3.client(
            "dynamodb", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
        )
        for table in ("products", "erasures"):
            made.create_table(
                TableName=table,
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            )
        yield made


def stored(client: Any, name: str = "a") -> Any:
    return client.get_item(TableName="products", Key=key(name)).get("Item")


def put(client: Any, item: dict[str, Any]) -> None:
    client.put_item(TableName="products", Item=item)


def erase(client: Any, name: str) -> None:
    client.put_item(TableName="erasures", Item={**key(name), "reason": {"S": "art. 17"}})


def store(client: Any) -> DynamoStore:
    return DynamoStore(client, "products", "erasures")


def test_a_repair_replaces_exactly_what_it_expects(client: Any) -> None:
    put(client, CORRUPT)
    repair = Repair(key("a"), CORRUPT, SOUND)
    assert store(client).write(repair).outcome is Outcome.REPAIRED
    assert stored(client) == SOUND
    assert store(client).write(repair).outcome is Outcome.ALREADY


@pytest.mark.parametrize(
    "present",
    [
        {**CORRUPT, "price": {"S": "9.90"}},
        {name: value for name, value in CORRUPT.items() if name != "note"},
        None,
    ],
)
def test_any_other_state_is_left_alone(client: Any, present: dict[str, Any] | None) -> None:
    if present is not None:
        put(client, present)
    assert store(client).write(Repair(key("a"), CORRUPT, SOUND)).outcome is Outcome.CHANGED
    assert stored(client) == present


def test_an_attribute_that_the_repair_would_add_must_not_be_there_already(client: Any) -> None:
    put(client, {**CORRUPT, "description": {"S": "Added meanwhile"}})
    target = {**SOUND, "description": {"S": "From before"}}
    assert store(client).write(Repair(key("a"), CORRUPT, target)).outcome is Outcome.CHANGED


def test_a_deleted_item_comes_back_once_and_not_over_another(client: Any) -> None:
    repair = Repair(key("a"), None, SOUND)
    assert store(client).write(repair).outcome is Outcome.REPAIRED
    assert store(client).write(repair).outcome is Outcome.ALREADY
    put(client, CORRUPT)
    assert store(client).write(repair).outcome is Outcome.CHANGED
    assert stored(client) == CORRUPT


def test_an_item_that_should_not_be_there_is_removed_once(client: Any) -> None:
    put(client, CORRUPT)
    repair = Repair(key("a"), CORRUPT, None)
    assert store(client).write(repair).outcome is Outcome.REPAIRED
    assert store(client).write(repair).outcome is Outcome.ALREADY
    assert stored(client) is None


def test_an_erasure_that_was_logged_after_the_plan_wins_in_the_write_itself(client: Any) -> None:
    erase(client, "a")
    assert store(client).write(Repair(key("a"), None, SOUND)).outcome is Outcome.ERASED
    assert stored(client) is None


def deletion(name: str) -> Change:
    return Change(key(name), product(name, 1, price="19.90"), None, 1_000)


def test_an_erased_key_gets_into_no_plan_and_past_no_application(client: Any, tmp_path: Path) -> None:
    erase(client, "a")
    log = ErasureLog(client, "erasures")
    changes = [deletion("a"), deletion("b")]
    heeding = Planner(HEADER, Rules(), log, tmp_path / "scratch")
    plan = heeding.rewind(tmp_path / "plan.jsonl", 1_000, giving(changes))
    assert ([one.key for one in plan.repairs()], plan.counts["erased"]) == ([key("b")], 1)

    careless = planner(tmp_path, Rules()).rewind(tmp_path / "careless.jsonl", 1_000, giving(changes))
    progress = Application(store(client), log, Pace(1e9)).apply(careless)
    assert progress.outcomes == {Outcome.ERASED: 1, Outcome.REPAIRED: 1}
    assert (stored(client, "a"), stored(client, "b") is None) == (None, False)


def test_undo_brings_no_erased_key_back(client: Any, tmp_path: Path) -> None:
    put(client, CORRUPT)
    plan = plan_file.write(tmp_path / "plan.jsonl", HEADER, [Repair(key("a"), CORRUPT, None)], {})
    undo = prepare_undo(plan, tmp_path / "undo.jsonl")
    application = Application(store(client), ErasureLog(client, "erasures"), Pace(1e9))
    application.apply(plan)
    erase(client, "a")
    assert application.apply(undo).outcomes == {Outcome.ERASED: 1}
    assert stored(client) is None


def test_a_log_of_erasures_that_cannot_be_read_stops_everything(client: Any) -> None:
    with pytest.raises(HaError, match="nothing may be brought back"):
        ErasureLog(client, "no-such-table").among({"a"})


def test_many_keys_are_looked_up_in_the_log(client: Any) -> None:
    for name in ("k7", "k142"):
        erase(client, name)
    assert ErasureLog(client, "erasures").among({f"k{number}" for number in range(150)}) == {"k7", "k142"}
    assert ErasureLog(client, "erasures").among(set()) == set()


def test_two_tables_are_compared_and_the_live_one_put_right(client: Any, tmp_path: Path) -> None:
    client.create_table(
        TableName="restored",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    before = {name: product(name, 1, price="19.90") for name in ("same", "corrupt", "deleted", "edited")}
    for item in before.values():
        client.put_item(TableName="restored", Item=item)
    put(client, before["same"])
    put(client, product("corrupt", 2, BAD, price="0.00"))
    put(client, product("edited", 2, price="24.90"))
    put(client, product("new", 1, price="9.90"))
    live, restored = Table.read(client, "products"), Table.read(client, "restored")
    rules = Rules(undo=(Expression("new.price == '0.00'"), Expression("event == 'REMOVE'")))
    plan = Planner(HEADER, rules, ErasureLog(client, "erasures"), tmp_path / "scratch").reconcile(
        tmp_path / "plan.jsonl", live.key_of, lambda take: scan(restored, take), lambda take: scan(live, take)
    )
    assert (plan.counts["compared"], plan.counts["different"], plan.size) == (5, 4, 2)
    Application(store(client), ErasureLog(client, "erasures"), Pace(1e9)).apply(plan)
    found: dict[str, Any] = {}
    scan(live, lambda item: found.update({item["id"]["S"]: content(item)}))
    assert found == {
        **{name: content(item) for name, item in before.items()},
        "edited": content(product("edited", price="24.90")),
        "new": content(product("new", price="9.90")),
    }


def test_only_the_named_attributes_are_put_back_where_that_is_asked(client: Any, tmp_path: Path) -> None:
    then = product("a", 1, name="Vestido", price="19.90", stock="5")
    now = product("a", 3, name="V", price="0.00", stock="4")
    plan = planner(tmp_path, Rules()).reconcile(
        tmp_path / "plan.jsonl",
        lambda item: {"id": item["id"]},
        lambda take: take(then),
        lambda take: take(now),
        attributes=("name", "price"),
    )
    (repair,) = plan.repairs()
    assert content(repair.target) == content(product("a", name="Vestido", price="19.90", stock="4"))
    assert repair.target is not None
    assert repair.target["version"] == {"N": "4"}


def test_a_checkpoint_of_another_plan_does_not_count(tmp_path: Path) -> None:
    plan = plan_file.write(tmp_path / "plan.jsonl", HEADER, [Repair(key("a"), CORRUPT, SOUND)], {})
    applying.save_progress(replace(plan, checksum="another checksum"), Progress(done=1))
    assert applying.progress_of(plan).done == 0
    applying.save_progress(plan, Progress(done=1))
    assert applying.progress_of(plan).done == 1


@pytest.mark.parametrize("text", ["price = ", "new.price == 'x' ||", ""])
def test_an_expression_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(RuleError):
        Expression(text)


def test_expressions_see_event_images_key_time_and_writer() -> None:
    change = Change(key("a"), SOUND, {**CORRUPT, "stock": {"N": "3"}}, 1_000)
    for text in (
        "event == 'MODIFY'",
        "to_number(new.price) == `0`",
        "new.stock == `3`",
        "old.price == '19.90'",
        "at == `1000`",
        f"writer == '{BAD}'",
        "key.id == 'a'",
        "starts_with(new.note, 'ke')",
    ):
        assert Expression(text)(change), text
    assert not Expression("new.price")(change)  # A text is not true.


def test_an_expression_that_fails_on_a_write_says_on_which() -> None:
    with pytest.raises(RuleError, match='"a"'):
        Expression("starts_with(new.price, 'x')")(deletion("a"))


class Time:
    def __init__(self) -> None:
        self.now, self.slept = 100.0, 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


def test_writes_keep_to_their_pace_over_time() -> None:
    time = Time()
    pace = Pace(10, lambda: time.now, time.sleep)
    for _ in range(50):
        pace.wait()
        pace.charge(2)
    assert time.slept == pytest.approx(9.8)


def test_idle_time_is_not_saved_up_for_a_burst() -> None:
    time = Time()
    pace = Pace(10, lambda: time.now, time.sleep)
    pace.charge(1)
    time.now += 1_000
    for _ in range(3):
        pace.wait()
        pace.charge(10)
    assert time.slept == pytest.approx(2.0)


def test_a_pace_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="never end"):
        Pace(0)


def test_an_item_takes_a_unit_for_each_began_kilobyte() -> None:
    assert units_of(None) == units_of(SOUND) == 1
    assert units_of(product("a", description="x" * 2500)) == 3


def test_capacity_is_that_of_the_narrowest_of_table_and_indexes() -> None:
    throughput = {"ProvisionedThroughput": {"WriteCapacityUnits": 20}}
    index = {"ProvisionedThroughput": {"WriteCapacityUnits": 5}}
    assert write_capacity({**throughput, "GlobalSecondaryIndexes": [index]}) == 5
    assert write_capacity(throughput) == 20
    assert write_capacity({"BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}}) == ON_DEMAND_UNITS


def test_a_plan_says_how_long_it_takes_at_least() -> None:
    assert least_seconds({"restored": 80, "recreated": 10, "removed": 0}, 5.0) == 20.0
