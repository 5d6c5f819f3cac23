"""Which bodies are accepted, and what the others are told."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from tests.unit.products_api.conftest import Call
from tests.unit.products_api.fakes import COAT_BODY, Answer, Context, MemoryRepository, request

from products_api.routes import Routes


def test_the_known_invalid_body_is_400_and_names_every_field(call: Call) -> None:
    answer = call("POST", "/products", {"datos": "invalidos"})
    assert (answer.status, answer.problem) == (400, "invalid-request")
    assert answer.wrong_fields == {
        "category": "is required",
        "currency": "is required",
        "datos": "is not a known field",
        "name": "is required",
        "price": "is required",
        "stock": "is required",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""}, {"name": " \t"}, {"name": "x" * 201}, {"name": None}, {"name": 5},
        {"description": "x" * 2001}, {"description": None},
        {"category": "Coats"}, {"category": "coats-"}, {"category": "x" * 65}, {"category": "coats\n"},
        {"price": 19.9}, {"price": "19.999"}, {"price": "-1"}, {"price": "1e3"}, {"price": "01"},
        {"price": "1000000000"}, {"price": "1,50"}, {"price": "19.9\n"}, {"price": "\u0661"},
        {"currency": "eur"}, {"currency": "EURO"}, {"currency": "EU"},
        {"stock": -1}, {"stock": 1.5}, {"stock": "3"}, {"stock": True}, {"stock": 1_000_000_001},
        {"id": "mine"}, {"version": 1},
    ],
    ids=repr,
)  # fmt: skip
def test_a_field_outside_its_schema_is_400_and_named(
    call: Call, repository: MemoryRepository, change: dict[str, Any]
) -> None:
    answer = call("POST", "/products", {**COAT_BODY, **change})
    assert (answer.status, answer.problem) == (400, "invalid-request")
    assert list(answer.wrong_fields) == list(change)
    assert repository.products == {}


@pytest.mark.parametrize(
    "change",
    [
        {"name": "x" * 200}, {"name": "🧥" * 200}, {"description": "x" * 2000}, {"description": ""},
        {"category": "a"}, {"category": "summer-2026"}, {"price": "0"}, {"price": "0.01"},
        {"price": "999999999.99"}, {"stock": 0}, {"stock": 1_000_000_000},
    ],
    ids=lambda change: repr(change)[:30],
)  # fmt: skip
def test_a_field_at_its_limit_is_accepted_and_kept_exactly(call: Call, change: dict[str, Any]) -> None:
    answer = call("POST", "/products", {**COAT_BODY, **change})
    assert answer.status == 201, answer.text
    assert answer.json.items() >= change.items()


@pytest.mark.parametrize(
    "body",
    ["", "{", "nonsense", "[]", "null", '"text"', "5", '{"a": NaN}', '{"a": 1, "a": 2}', '{"a": "\\ud800"}',
     "[" * 30_000, "1" * 5_000, "\ud800"],
    ids=lambda body: repr(body)[:20],
)  # fmt: skip
def test_a_body_that_is_no_json_object_is_400(call: Call, body: str) -> None:
    answer = call("POST", "/products", body)
    assert (answer.status, answer.problem) == (400, "malformed-body")


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "", "application/jsonx"])
def test_another_content_type_is_415(call: Call, media_type: str) -> None:
    answer = call("POST", "/products", COAT_BODY, headers={"Content-Type": media_type})
    assert (answer.status, answer.problem) == (415, "unsupported-media-type")


def test_a_body_without_a_content_type_is_415(routes: Routes) -> None:
    event = request("POST", "/products", COAT_BODY)
    event["headers"], event["multiValueHeaders"] = {}, {}
    answer, _facts = routes.answer(event, Context())  # type: ignore[arg-type]
    assert Answer(answer).status == 415


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_with_a_parameter_or_in_capitals_is_accepted(call: Call, media_type: str) -> None:
    assert call("POST", "/products", COAT_BODY, headers={"Content-Type": media_type}).status == 201


def test_a_body_that_the_gateway_encoded_is_read(routes: Routes) -> None:
    event = request("POST", "/products", COAT_BODY)
    event |= {"body": base64.b64encode(json.dumps(COAT_BODY).encode()).decode(), "isBase64Encoded": True}
    answer, _facts = routes.answer(event, Context())  # type: ignore[arg-type]
    assert Answer(answer).status == 201
    event["body"] = "not base64!"
    answer, _facts = routes.answer(event, Context())  # type: ignore[arg-type]
    assert Answer(answer).status == 400


def test_a_body_larger_than_any_product_is_413(call: Call) -> None:
    answer = call("POST", "/products", {**COAT_BODY, "description": "x" * 33_000})
    assert (answer.status, answer.problem) == (413, "body-too-large")


def test_the_largest_valid_product_is_not_too_large(call: Call) -> None:
    largest = {**COAT_BODY, "name": "🧥" * 200, "description": "🧥" * 2000}
    assert call("POST", "/products", json.dumps(largest, ensure_ascii=True)).status == 201


def test_a_whole_number_may_be_written_with_a_point(call: Call) -> None:
    answer = call("POST", "/products", json.dumps(COAT_BODY).replace('"stock": 3', '"stock": 3.0'))
    assert (answer.status, answer.json["stock"]) == (201, 3)
