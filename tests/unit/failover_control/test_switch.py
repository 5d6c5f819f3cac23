"""What the switch reads from its table and asks it to write, by botocore's own model of DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.stub import ANY, Stubber

from failover_control.switch import Switch, SwitchChangedError, SwitchError, SwitchStore

TABLE = "shop-failover"
AT = "2025-11-28T10:00:00.000Z"
ITEM: dict[str, Any] = {
    "id": {"S": "stop"},
    "engaged": {"BOOL": False},
    "armed": {"BOOL": True},
    "reason": {"S": "DNS leads to the primary region"},
    "by": {"S": "latch"},
    "at": {"S": AT},
    "version": {"N": "7"},
}
SEEN = Switch(False, True, "DNS leads to the primary region", "latch", AT, 7)


class Table:
    """The store and the stub that plays DynamoDB."""

    def __init__(self) -> None:
        client: Any = botocore.session.get_session().create_client(
            "dynamodb", region_name="us-west-2", aws_access_key_id="a", aws_secret_access_key="b"
        )
        self.stub = Stubber(client)
        self.store = SwitchStore(client, TABLE)

    def expect_change(self, condition: dict[str, Any], version: str) -> None:
        state = {
            "engaged": {"BOOL": True},
            "armed": {"BOOL": False},
            "reason": {"S": "maintenance"},
            "by": {"S": "operator:ana"},
            "at": {"S": AT},
            "version": {"N": version},
        }
        puts = [
            {"Put": {"TableName": TABLE, "Item": {"id": {"S": "stop"}, **state}, **condition}},
            {
                "Put": {
                    "TableName": TABLE,
                    "Item": {"id": ANY, **state},
                    "ConditionExpression": "attribute_not_exists(id)",
                }
            },
        ]
        self.stub.add_response("transact_write_items", {}, {"TransactItems": puts})

    def stop(self, seen: Switch) -> Switch:
        return self.store.change(
            seen, engaged=True, armed=False, reason="maintenance", by="operator:ana", at=AT
        )


@pytest.fixture
def table() -> Iterator[Table]:
    made = Table()
    with made.stub:
        yield made
    made.stub.assert_no_pending_responses()


def test_no_item_means_neither_engaged_nor_armed(table: Table) -> None:
    asked = {"TableName": TABLE, "Key": {"id": {"S": "stop"}}, "ConsistentRead": True}
    table.stub.add_response("get_item", {}, asked)
    assert table.store.read() == Switch(engaged=False, armed=False, version=0)


def test_an_item_is_read_as_it_stands(table: Table) -> None:
    table.stub.add_response("get_item", {"Item": ITEM})
    assert table.store.read() == SEEN


@pytest.mark.parametrize("name", sorted(set(ITEM) - {"id"}))
def test_a_damaged_item_is_an_error_and_no_guess(table: Table, name: str) -> None:
    table.stub.add_response("get_item", {"Item": {key: ITEM[key] for key in ITEM if key != name}})
    with pytest.raises(SwitchError, match="damaged"):
        table.store.read()


def test_a_table_that_does_not_answer_is_an_error_that_keeps_its_cause(table: Table) -> None:
    table.stub.add_client_error("get_item", "InternalServerError")
    with pytest.raises(SwitchError, match="does not answer") as failed:
        table.store.read()
    assert failed.value.__cause__ is not None


def test_the_first_change_asks_that_there_be_no_state(table: Table) -> None:
    table.expect_change({"ConditionExpression": "attribute_not_exists(id)"}, version="1")
    assert table.stop(Switch()).version == 1


def test_a_change_asks_for_the_version_that_was_seen_and_leaves_a_trail(table: Table) -> None:
    seen = {
        "ConditionExpression": "version = :seen",
        "ExpressionAttributeValues": {":seen": {"N": "7"}},
    }
    table.expect_change(seen, version="8")
    assert table.stop(SEEN) == Switch(True, False, "maintenance", "operator:ana", AT, 8)


def test_a_switch_that_somebody_else_changed_is_left_as_it_is(table: Table) -> None:
    table.stub.add_client_error("transact_write_items", "TransactionCanceledException")
    with pytest.raises(SwitchChangedError):
        table.stop(SEEN)


def test_a_change_that_dynamodb_refuses_is_an_error(table: Table) -> None:
    table.stub.add_client_error("transact_write_items", "ProvisionedThroughputExceededException")
    with pytest.raises(SwitchError, match="takes no change") as failed:
        table.stop(SEEN)
    assert not isinstance(failed.value, SwitchChangedError)
