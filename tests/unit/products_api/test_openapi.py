"""openapi.json is up to date, complete, and true of what the API answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft4Validator, Draft202012Validator
from jsonschema.validators import validator_for
from tests.unit.products_api.conftest import Call
from tests.unit.products_api.fakes import COAT_BODY, Answer, MemoryRepository

from products_api import problems
from products_api.openapi.__main__ import FILE, main
from products_api.openapi.document import build
from products_api.routes import METHODS
from products_api.validation import schema

DOCUMENT = json.loads(FILE.read_text(encoding="utf-8"))
RUN = "run: PYTHONPATH=lambda_src python -m products_api.openapi"


def test_the_file_is_what_the_generator_makes() -> None:
    assert build() == DOCUMENT, RUN
    assert main(["--check"]) == 0, RUN


def test_the_check_notices_a_changed_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = tmp_path / "openapi.json"
    changed.write_text("{}")
    monkeypatch.setattr("products_api.openapi.__main__.FILE", changed)
    assert main(["--check"]) == 1
    assert "out of date" in capsys.readouterr().err
    assert main([]) == 0
    assert main(["--check"]) == 0


def test_it_describes_every_route_and_no_other() -> None:
    described = {
        path: {method.upper() for method in item if method != "parameters"}
        for path, item in DOCUMENT["paths"].items()
    }
    served = {path.replace("<product_id>", "{id}"): set(methods) for path, methods in METHODS.items()}
    assert described == served


def test_every_status_of_the_error_map_is_described() -> None:
    described = {
        status for item in DOCUMENT["paths"].values() for name, one in item.items() if name != "parameters"
        for status in one["responses"]
    }  # fmt: skip
    assert {str(status.value) for status, _name in problems.ANSWERS.values()} <= described


def test_an_error_that_is_left_out_of_the_map_stops_the_generator(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = dict(problems.ANSWERS)
    kept.popitem()
    monkeypatch.setattr(problems, "ANSWERS", kept)
    with pytest.raises(LookupError, match="StoreUnavailableError"):
        build()


def test_writes_and_only_writes_need_the_token() -> None:
    secured = {
        (path, method)
        for path, item in DOCUMENT["paths"].items()
        for method, operation in item.items()
        if method != "parameters" and operation.get("security")
    }
    assert secured == {("/products", "post"), ("/products/{id}", "put"), ("/products/{id}", "delete")}


@pytest.mark.parametrize("name", ["product-create", "product-update"])
def test_a_request_schema_is_draft_4_and_uses_only_what_api_gateway_models_know(name: str) -> None:
    found = schema(name)
    assert validator_for(found) is Draft4Validator
    Draft4Validator.check_schema(found)
    newer = {"const", "contains", "propertyNames", "if", "then", "else", "examples", "$id", "$defs"}
    assert not newer & keywords(found)


def test_the_update_takes_what_the_create_takes_and_the_version() -> None:
    create, update = schema("product-create"), schema("product-update")
    version = update["properties"].pop("version")
    assert version["type"] == "integer"
    assert (update["properties"], update["required"]) == (create["properties"], create["required"])


def keywords(found: Any) -> set[str]:
    if isinstance(found, dict):
        return set(found).union(*(keywords(value) for value in found.values()))
    return set()


def resolved(reference: dict[str, Any]) -> dict[str, Any]:
    target: Any = DOCUMENT
    for step in reference.get("$ref", "#")[1:].split("/")[1:]:
        target = target[step]
    return target if "$ref" in reference else reference


def conforms(answer: Answer, path: str, method: str) -> None:
    """Check an answer's status, content type, body and headers against the document."""
    response = resolved(DOCUMENT["paths"][path][method]["responses"][str(answer.status)])
    content = response.get("content")
    if content is None:
        assert answer.text is None
        return
    body_schema = content[answer.headers["content-type"]]["schema"]
    Draft202012Validator({**body_schema, "components": DOCUMENT["components"]}).validate(answer.json)
    optional = {"Idempotency-Replayed"}
    for name in set(response.get("headers", {})) - optional:
        assert name.lower() in answer.headers


def test_the_answers_are_as_described(call: Call, repository: MemoryRepository) -> None:
    created = call("POST", "/products", {**COAT_BODY, "description": "Warm"})
    conforms(created, "/products", "post")
    conforms(call("POST", "/products", {"datos": "invalidos"}), "/products", "post")
    conforms(call("POST", "/products", "{"), "/products", "post")
    conforms(call("POST", "/products", COAT_BODY, subject=None), "/products", "post")
    conforms(call("GET", "/products"), "/products", "get")
    conforms(call("GET", "/products", query={"limit": "0"}), "/products", "get")
    path = f"/products/{created.json['id']}"
    conforms(call("GET", path), "/products/{id}", "get")
    conforms(call("GET", path, headers={"If-None-Match": "*"}), "/products/{id}", "get")
    conforms(call("GET", "/products/unknown"), "/products/{id}", "get")
    conforms(call("PUT", path, COAT_BODY), "/products/{id}", "put")
    conforms(call("PUT", path, {**COAT_BODY, "version": 1}), "/products/{id}", "put")
    conforms(call("PUT", path, {**COAT_BODY, "version": 1}), "/products/{id}", "put")
    conforms(call("PUT", path, COAT_BODY, headers={"If-Match": '"x"'}), "/products/{id}", "put")
    conforms(call("DELETE", path), "/products/{id}", "delete")
    conforms(call("GET", "/health"), "/health", "get")
    conforms(call("GET", "/openapi.json"), "/openapi.json", "get")
    conforms(call("PATCH", path), "/products/{id}", "get")


def test_failures_are_as_described(call: Call, repository: MemoryRepository, health: Any) -> None:
    from products_api.errors import StoreUnavailableError
    from products_api.health import Verdict

    repository.failure = StoreUnavailableError("throttled")
    conforms(call("GET", "/products"), "/products", "get")
    repository.failure = ZeroDivisionError()
    conforms(call("GET", "/products"), "/products", "get")
    health.now = Verdict(False, "us-east-1", "no answer", "2025-11-28T10:00:00.000Z")
    conforms(call("GET", "/health"), "/health", "get")


def test_the_document_is_served_as_it_is(call: Call) -> None:
    assert call("GET", "/openapi.json").json == DOCUMENT
