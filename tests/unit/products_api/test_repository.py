"""The repository against moto's DynamoDB, and against answers that get lost on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.products_api.fakes import COAT
from tests.unit.products_api.stored import CHANGE, FIRST, NOW, RECEIPT, repository_on

from products_api.cursor import Position
from products_api.errors import DamagedProductError
from products_api.ports import CreateConflict, Expected, StateConflict
from products_api.repository import DynamoProductRepository

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def repository(client: DynamoDBClient) -> DynamoProductRepository:
    return repository_on(client)


class SendsTwice:
    """A client whose writes arrive twice: botocore repeats a call whose answer was lost."""

    def __init__(self, client: DynamoDBClient) -> None:
        self._client = client
        self.exceptions = client.exceptions

    def __getattr__(self, operation: str) -> Any:
        def twice(**arguments: Any) -> Any:
            getattr(self._client, operation)(**arguments)
            return getattr(self._client, operation)(**arguments)

        return twice


def test_a_product_comes_back_as_it_was_written(repository: DynamoProductRepository) -> None:
    product = replace(FIRST, fields=replace(COAT, price="0.10", description="Ñandú 🧥", stock=0))
    repository.create(product, None, NOW)
    assert repository.get("p-1") == product
    assert repository.get("p-2") is None


def test_a_second_product_of_the_same_id_is_a_conflict(repository: DynamoProductRepository) -> None:
    repository.create(FIRST, None, NOW)
    with pytest.raises(CreateConflict) as caught:
        repository.create(replace(FIRST, write_token="other"), None, NOW)
    assert caught.value.product == FIRST


def test_a_create_that_arrives_twice_is_one_create(client: DynamoDBClient) -> None:
    repository = repository_on(SendsTwice(client))
    repository.create(FIRST, None, NOW)
    assert repository_on(client).get("p-1") == FIRST


def test_product_and_receipt_are_written_together_or_not_at_all(
    repository: DynamoProductRepository, client: DynamoDBClient
) -> None:
    repository.create(FIRST, RECEIPT, NOW)
    with pytest.raises(CreateConflict) as caught:
        repository.create(replace(FIRST, id="p-2"), RECEIPT, NOW)
    assert caught.value.receipt == RECEIPT
    assert repository.get("p-2") is None
    with pytest.raises(CreateConflict) as caught:
        repository.create(FIRST, replace(RECEIPT, id="r-2"), NOW)
    assert (caught.value.receipt, caught.value.product) == (None, FIRST)
    assert "Item" not in client.get_item(TableName="receipts", Key={"id": {"S": "r-2"}})


def test_an_expired_receipt_that_is_still_there_is_replaced(repository: DynamoProductRepository) -> None:
    repository.create(FIRST, RECEIPT, NOW)
    repository.create(replace(FIRST, id="p-2"), RECEIPT, RECEIPT.expires_at)
    assert repository.get("p-2") is not None


def test_every_transaction_carries_a_token_of_its_own(
    client: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens: list[str] = []
    original = client.transact_write_items

    def recorded(**arguments: Any) -> Any:
        tokens.append(arguments["ClientRequestToken"])
        return original(**arguments)

    monkeypatch.setattr(client, "transact_write_items", recorded)
    repository = repository_on(client)
    repository.create(FIRST, RECEIPT, NOW)
    repository.create(replace(FIRST, id="p-2"), replace(RECEIPT, id="r-2"), NOW)
    assert len(set(tokens)) == 2
    assert all(1 <= len(token) <= 36 for token in tokens)


def test_an_update_changes_the_fields_and_keeps_the_rest(repository: DynamoProductRepository) -> None:
    repository.create(FIRST, None, NOW)
    updated = repository.update("p-1", Expected(1), CHANGE)
    assert updated == replace(FIRST, fields=CHANGE.fields, version=2, write_token="second")
    assert repository.get("p-1") == updated


def test_an_update_without_a_description_removes_it(repository: DynamoProductRepository) -> None:
    repository.create(replace(FIRST, fields=replace(COAT, description="Old")), None, NOW)
    assert repository.update("p-1", Expected(1), replace(CHANGE, fields=COAT)).fields == COAT


def test_an_update_of_another_version_is_a_conflict_and_changes_nothing(
    repository: DynamoProductRepository,
) -> None:
    repository.create(FIRST, None, NOW)
    with pytest.raises(StateConflict) as caught:
        repository.update("p-1", Expected(2), CHANGE)
    assert caught.value.current == FIRST
    assert repository.get("p-1") == FIRST


def test_an_update_that_arrives_twice_is_one_update(client: DynamoDBClient) -> None:
    repository_on(client).create(FIRST, None, NOW)
    updated = repository_on(SendsTwice(client)).update("p-1", Expected(1), CHANGE)
    assert updated.version == 2
    assert repository_on(client).get("p-1") == updated


def test_an_update_of_an_exact_state_fails_on_the_same_version_by_another_write(
    repository: DynamoProductRepository,
) -> None:
    repository.create(FIRST, None, NOW)
    other = replace(FIRST, write_token="theirs")
    with pytest.raises(StateConflict):
        repository.update("p-1", Expected.state(other), CHANGE)
    assert repository.update("p-1", Expected.state(FIRST), CHANGE).version == 2


def test_a_product_that_another_tool_wrote_can_be_updated(repository: DynamoProductRepository) -> None:
    foreign = replace(FIRST, write_token=None, created_by=None)
    repository.create(foreign, None, NOW)
    assert repository.update("p-1", Expected.state(foreign), CHANGE).version == 2


def test_an_update_never_creates(repository: DynamoProductRepository) -> None:
    with pytest.raises(StateConflict) as caught:
        repository.update("p-1", Expected(1), CHANGE)
    assert caught.value.current is None
    assert repository.get("p-1") is None


def test_a_delete_in_the_expected_state_removes_the_product_even_when_it_arrives_twice(
    client: DynamoDBClient,
) -> None:
    repository_on(client).create(FIRST, None, NOW)
    repository_on(SendsTwice(client)).delete("p-1", Expected.state(FIRST))
    assert repository_on(client).get("p-1") is None


def test_a_delete_in_another_state_leaves_the_product(repository: DynamoProductRepository) -> None:
    repository.create(FIRST, None, NOW)
    with pytest.raises(StateConflict):
        repository.delete("p-1", Expected(9))
    assert repository.get("p-1") == FIRST
    repository.delete("p-1", None)
    assert repository.get("p-1") is None


@pytest.mark.parametrize("category", [None, "coats"])
def test_pages_hold_no_more_than_asked_for_and_together_every_product(
    repository: DynamoProductRepository, category: str | None
) -> None:
    for number in range(7):
        repository.create(replace(FIRST, id=f"p-{number}"), None, NOW)
        repository.create(replace(FIRST, id=f"b-{number}", fields=replace(COAT, category="bags")), None, NOW)
    seen: list[str] = []
    position: Position | None = None
    while True:
        page = repository.page(3, category, position)
        assert len(page.products) <= 3
        seen += [product.id for product in page.products]
        position = page.next_position
        if position is None:
            break
    every = {f"p-{number}" for number in range(7)} | {f"b-{number}" for number in range(7) if not category}
    assert sorted(seen) == sorted(every)


def test_a_category_is_queried_and_never_scanned(
    client: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "scan", lambda **_: pytest.fail("scanned"))
    assert repository_on(client).page(20, "coats", None).products == []


@pytest.mark.parametrize(
    "damage",
    [{"price": None}, {"price": {"N": "19.9"}}, {"stock": {"N": "1.5"}}, {"version": {"S": "one"}}],
    ids=["missing", "other type", "no whole number", "text for a number"],
)
def test_a_damaged_product_is_left_out_of_lists_and_named_when_read(
    repository: DynamoProductRepository, client: DynamoDBClient, damage: dict[str, Any]
) -> None:
    repository.create(FIRST, None, NOW)
    repository.create(replace(FIRST, id="p-2"), None, NOW)
    item = {**client.get_item(TableName="products", Key={"id": {"S": "p-1"}})["Item"], **damage}
    client.put_item(TableName="products", Item={name: value for name, value in item.items() if value})
    assert [product.id for product in repository.page(20, None, None).products] == ["p-2"]
    with pytest.raises(DamagedProductError, match="p-1"):
        repository.get("p-1")
