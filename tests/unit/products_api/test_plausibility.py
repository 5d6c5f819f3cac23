"""What corruption looks like to the metric ImplausibleProducts, and which deployment wrote an item."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.products_api.fakes import COAT, Answer, Context, StoppedClock, request
from tests.unit.products_api.stored import CHANGE, FIRST, NOW, RECEIPT, WRITER, repository_on

from products_api.application import build
from products_api.environment import Environment
from products_api.errors import DamagedProductError
from products_api.model import Product
from products_api.plausibility import count_implausible, is_plausible
from products_api.ports import Expected, Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REPOSITORY = "products_api.repository.DynamoProductRepository"


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


def product(**fields: Any) -> Product:
    return replace(FIRST, fields=replace(COAT, **fields))


@pytest.mark.parametrize("price", ["0", "0.0", "0.00", "free", ""])
def test_a_product_without_a_price_is_implausible(price: str) -> None:
    assert not is_plausible(product(price=price))


@pytest.mark.parametrize("name", ["", "V", " V "])
def test_a_product_whose_name_was_cut_is_implausible(name: str) -> None:
    assert not is_plausible(product(name=name))


@pytest.mark.parametrize("fields", [{}, {"price": "0.01"}, {"name": "Ñu"}, {"stock": 0}])
def test_what_can_be_sold_is_plausible(fields: dict[str, Any]) -> None:
    assert is_plausible(product(**fields))


def test_implausible_products_are_counted() -> None:
    assert count_implausible([product(), product(price="0"), product(name="V", price="0.00")]) == 2
    assert count_implausible([]) == 0


def metrics_of(capsys: pytest.CaptureFixture[str], path: str) -> dict[str, Any]:
    settings = {
        "PRODUCTS_TABLE": "products",
        "CATEGORY_INDEX": "by-category",
        "IDEMPOTENCY_TABLE": "receipts",
        "CURSOR_KEY_ID": "alias/cursor",
        "ALLOWED_ORIGIN": "*",
        "AWS_REGION": "us-east-1",
        "POWERTOOLS_SERVICE_NAME": f"products-{uuid.uuid4()}",
    }
    application = build(Environment.from_environ(settings), StoppedClock())
    Answer(application.handle(request("GET", path), Context()))  # type: ignore[arg-type]
    written = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return next(line for line in written if "_aws" in line)


def test_a_list_counts_implausible_and_damaged_products(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = Page([product(), product(price="0.00")], None, damaged=2)
    monkeypatch.setattr(f"{REPOSITORY}.page", lambda *_: listed)
    assert metrics_of(capsys, "/products")["ImplausibleProducts"] == [3.0]


def test_one_implausible_product_counts_as_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{REPOSITORY}.get", lambda *_: product(name="V"))
    assert metrics_of(capsys, "/products/p-1")["ImplausibleProducts"] == [1.0]


def test_a_damaged_product_counts_as_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_: object) -> Product:
        raise DamagedProductError("p-1", "no price")

    monkeypatch.setattr(f"{REPOSITORY}.get", damaged)
    assert metrics_of(capsys, "/products/p-1")["ImplausibleProducts"] == [1.0]


def test_a_sound_product_counts_as_none_and_what_is_no_product_does_not_count(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{REPOSITORY}.get", lambda *_: product())
    assert metrics_of(capsys, "/products/p-1")["ImplausibleProducts"] == [0.0]
    assert "ImplausibleProducts" not in metrics_of(capsys, "/openapi.json")


def stored(client: DynamoDBClient) -> Any:
    return client.get_item(TableName="products", Key={"id": {"S": "p-1"}})["Item"]


def test_every_write_leaves_the_deployment_that_made_it(client: DynamoDBClient) -> None:
    repository = repository_on(client)
    repository.create(FIRST, RECEIPT, NOW)
    assert stored(client)["written_by"] == {"S": WRITER}
    client.update_item(
        TableName="products",
        Key={"id": {"S": "p-1"}},
        UpdateExpression="SET written_by = :other",
        ExpressionAttributeValues={":other": {"S": "import"}},
    )
    repository.update("p-1", Expected(1), CHANGE)
    assert stored(client)["written_by"] == {"S": WRITER}


def test_the_writer_is_no_part_of_what_clients_see(client: DynamoDBClient) -> None:
    repository = repository_on(client)
    repository.create(FIRST, None, NOW)
    found = repository.get("p-1")
    assert found is not None
    assert (found.etag, "written_by" in found.representation()) == (FIRST.etag, False)


def test_the_writer_is_the_function_and_its_version() -> None:
    needed = dict.fromkeys(
        ("PRODUCTS_TABLE", "CATEGORY_INDEX", "IDEMPOTENCY_TABLE", "CURSOR_KEY_ID", "ALLOWED_ORIGIN"), "x"
    )
    function = {"AWS_LAMBDA_FUNCTION_NAME": "products", "AWS_LAMBDA_FUNCTION_VERSION": "7"}
    settings = {**needed, **function, "AWS_REGION": "us-east-1"}
    assert Environment.from_environ(settings).writer == "products:7"
