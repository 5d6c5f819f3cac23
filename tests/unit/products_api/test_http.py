"""What a client sees: statuses, headers, problem documents. Bodies: test_http_bodies.py."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.products_api.conftest import Call, FixedHealth
from tests.unit.products_api.fakes import COAT_BODY, Answer, MemoryRepository

from products_api.errors import DamagedProductError, StoreError, StoreUnavailableError
from products_api.health import Verdict


def created(call: Call) -> Answer:
    answer = call("POST", "/products", COAT_BODY)
    assert answer.status == 201, answer.text
    return answer


def test_a_created_product_is_returned_with_its_place_and_etag(call: Call) -> None:
    answer = created(call)
    assert answer.headers["location"] == f"/v1/products/{answer.json['id']}"
    read = call("GET", f"/products/{answer.json['id']}")
    assert (read.status, read.json) == (200, answer.json)
    assert read.headers["etag"] == answer.headers["etag"]


def test_the_base_path_of_the_custom_domain_is_understood(call: Call) -> None:
    assert call("GET", "/v1/products").status == 200
    assert call("GET", "/v1/health").status == 200


def test_a_repeated_create_with_a_key_is_marked_and_otherwise_the_same(call: Call) -> None:
    first = call("POST", "/products", COAT_BODY, headers={"Idempotency-Key": "k-1"})
    second = call("POST", "/products", COAT_BODY, headers={"idempotency-key": "k-1"})
    assert (second.status, second.text) == (first.status, first.text)
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"


def test_a_key_with_another_body_is_422(call: Call) -> None:
    call("POST", "/products", COAT_BODY, headers={"Idempotency-Key": "k-1"})
    other = call("POST", "/products", {**COAT_BODY, "stock": 4}, headers={"Idempotency-Key": "k-1"})
    assert (other.status, other.problem) == (422, "idempotency-mismatch")


@pytest.mark.parametrize("key", ["", "x" * 256, "with space", "tab\t", "ñ"])
def test_a_key_that_is_not_visible_ascii_is_400(call: Call, key: str) -> None:
    answer = call("POST", "/products", COAT_BODY, headers={"Idempotency-Key": key})
    assert (answer.status, answer.problem) == (400, "invalid-request")
    assert list(answer.wrong_fields) == ["Idempotency-Key"]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/products"), ("PUT", "/products/x"), ("DELETE", "/products/x")]
)
def test_a_write_that_no_authorizer_has_seen_is_401(
    call: Call, repository: MemoryRepository, method: str, path: str
) -> None:
    answer = call(method, path, COAT_BODY, subject=None)
    assert (answer.status, answer.problem) == (401, "not-authenticated")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert repository.products == {}


def test_reads_need_no_token(call: Call) -> None:
    assert call("GET", "/products", subject=None).status == 200


def test_a_client_with_the_current_copy_gets_304_without_a_body(call: Call) -> None:
    product = created(call)
    path, etag = f"/products/{product.json['id']}", product.headers["etag"]
    for header in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        answer = call("GET", path, headers={"If-None-Match": header})
        assert (answer.status, answer.text, answer.headers["etag"]) == (304, None, etag)
    assert call("GET", path, headers={"If-None-Match": '"other"'}).status == 200


def test_an_update_goes_by_version_or_by_etag(call: Call) -> None:
    product = created(call)
    path = f"/products/{product.json['id']}"
    second = call("PUT", path, {**COAT_BODY, "price": "29.90", "version": 1})
    assert (second.status, second.json["version"], second.json["price"]) == (200, 2, "29.90")
    third = call("PUT", path, COAT_BODY, headers={"If-Match": second.headers["etag"]})
    assert (third.status, third.json["version"]) == (200, 3)
    assert call("GET", path).json == third.json


def test_a_conflicting_update_is_409_by_version_and_412_by_etag(call: Call) -> None:
    product = created(call)
    path = f"/products/{product.json['id']}"
    call("PUT", path, {**COAT_BODY, "version": 1})
    by_version = call("PUT", path, {**COAT_BODY, "version": 1})
    assert (by_version.status, by_version.problem) == (409, "version-conflict")
    assert by_version.json["current_version"] == 2
    for stale in (product.headers["etag"], "W/" + call("GET", path).headers["etag"], "nonsense", ""):
        by_etag = call("PUT", path, COAT_BODY, headers={"If-Match": stale})
        assert (by_etag.status, by_etag.problem) == (412, "precondition-failed")


def test_an_update_that_names_no_state_is_428(call: Call) -> None:
    product = created(call)
    answer = call("PUT", f"/products/{product.json['id']}", COAT_BODY)
    assert (answer.status, answer.problem) == (428, "precondition-required")


def test_an_update_is_a_full_one(call: Call) -> None:
    path = f"/products/{created(call).json['id']}"
    answer = call("PUT", path, {"price": "1.00", "version": 1})
    assert (answer.status, set(answer.wrong_fields)) == (400, {"name", "category", "currency", "stock"})


def test_a_deleted_product_is_gone_and_deleting_again_is_204(call: Call) -> None:
    product = created(call)
    path = f"/products/{product.json['id']}"
    assert call("DELETE", path, headers={"If-Match": '"other"'}).status == 412
    assert call("DELETE", path, headers={"If-Match": product.headers["etag"]}).status == 204
    assert call("DELETE", path).status == 204
    assert call("GET", path).status == 404


@pytest.mark.parametrize("product_id", ["unknown", "x" * 65, "a b", "a%20b", "(x)"])
def test_an_unknown_product_is_404(call: Call, product_id: str) -> None:
    assert call("GET", f"/products/{product_id}").problem == "product-not-found"
    assert call("PUT", f"/products/{product_id}", {**COAT_BODY, "version": 1}).status == 404


def test_deleting_under_an_id_that_no_product_can_have_is_404(call: Call) -> None:
    assert call("DELETE", "/products/unknown").status == 204
    assert call("DELETE", "/products/null,null").status == 404


@pytest.mark.parametrize("path", ["/", "/nothing", "/products/a/b", "/v2/products"])
def test_an_unknown_path_is_404(call: Call, path: str) -> None:
    answer = call("GET", path)
    assert (answer.status, answer.problem) == (404, "unknown-resource")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/products", "GET, POST"),
        ("DELETE", "/products", "GET, POST"),
        ("POST", "/products/x", "GET, PUT, DELETE"),
        ("PATCH", "/products/x", "GET, PUT, DELETE"),
        ("POST", "/health", "GET"),
        ("DELETE", "/openapi.json", "GET"),
        ("QUERY", "/v1/products", "GET, POST"),
    ],
)
def test_a_method_that_a_path_lacks_is_405_and_told_the_others(
    call: Call, method: str, path: str, allowed: str
) -> None:
    answer = call(method, path)
    assert (answer.status, answer.problem) == (405, "method-not-allowed")
    assert answer.headers["allow"] == allowed


def test_a_list_is_paged_by_20_unless_asked_otherwise(call: Call) -> None:
    for _ in range(25):
        created(call)
    first = call("GET", "/products")
    assert len(first.json["items"]) == 20
    rest = call("GET", "/products", query={"cursor": first.json["next_cursor"]})
    assert len(rest.json["items"]) == 5
    assert rest.json["next_cursor"] is None
    assert len(call("GET", "/products", query={"limit": "100"}).json["items"]) == 25


def test_a_list_of_a_category_holds_only_it(call: Call) -> None:
    created(call)
    assert call("GET", "/products", query={"category": "bags"}).json["items"] == []
    assert len(call("GET", "/products", query={"category": "coats"}).json["items"]) == 1


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"}, {"limit": "101"}, {"limit": "-1"}, {"limit": "1.0"}, {"limit": ""}, {"limit": "ten"},
        {"limit": "\u0661"}, {"limit": "9" * 5000}, {"limit": ["1", "2"]}, {"category": "Coats"},
        {"category": ""}, {"category": "x" * 65}, {"cursor": ""}, {"cursor": "made-up"},
        {"cursor": "x" * 1025},
    ],
    ids=lambda query: repr(query)[:30],
)  # fmt: skip
def test_a_wrong_query_parameter_is_400_and_named(call: Call, query: dict[str, Any]) -> None:
    answer = call("GET", "/products", query=query)
    assert (answer.status, answer.problem) == (400, "invalid-request")
    assert list(answer.wrong_fields) == list(query)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/products", None),
        ("GET", "/products/x", None),
        ("POST", "/products", COAT_BODY),
        ("PUT", "/products/x", {**COAT_BODY, "version": 1}),
        ("DELETE", "/products/x", None),
    ],
)
def test_an_unavailable_store_is_503_and_says_when_to_retry(
    call: Call, repository: MemoryRepository, method: str, path: str, body: Any
) -> None:
    repository.failure = StoreUnavailableError("throttled", retry_after_seconds=2)
    answer = call(method, path, body)
    assert (answer.status, answer.problem, answer.headers["retry-after"]) == (503, "unavailable", "2")


@pytest.mark.parametrize(
    "failure",
    [
        ZeroDivisionError("secret"),
        StoreError("secret"),
        DamagedProductError("x", "secret"),
        RecursionError("secret"),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_a_failure_of_ours_is_500_and_gives_nothing_away(
    call: Call, repository: MemoryRepository, failure: Exception
) -> None:
    repository.failure = failure
    answer = call("GET", "/products/x")
    assert answer.status == 500
    assert answer.problem in {"internal-error", "damaged-product"}
    assert answer.text is not None
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_a_healthy_region_says_which_it_is(call: Call) -> None:
    answer = call("GET", "/health")
    assert (answer.status, answer.json["status"], answer.json["region"]) == (200, "ok", "us-east-1")
    assert answer.headers["cache-control"] == "no-store"


def test_an_unhealthy_region_is_503_and_says_why(call: Call, health: FixedHealth) -> None:
    health.now = Verdict(
        False, "us-east-1", "the products table does not answer: throttled", "2025-11-28T10:00:00Z"
    )
    answer = call("GET", "/health")
    assert (answer.status, answer.problem) == (503, "region-unhealthy")
    assert answer.json["region"] == "us-east-1"
    assert "throttled" in answer.json["reason"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/products", 200),
        ("GET", "/products/none", 404),
        ("PATCH", "/products", 405),
        ("GET", "/x", 404),
    ],
)
def test_every_answer_names_the_region_that_gave_it(call: Call, method: str, path: str, status: int) -> None:
    answer = call(method, path)
    assert (answer.status, answer.headers["x-region"]) == (status, "us-east-1")


def test_even_an_unexpected_failure_names_the_region(call: Call, repository: MemoryRepository) -> None:
    repository.failure = RuntimeError("secret")
    answer = call("GET", "/products/x")
    assert (answer.status, answer.headers["x-region"]) == (500, "us-east-1")


def test_browsers_of_the_shop_may_call_and_others_may_not(call: Call) -> None:
    ours = call("GET", "/products", headers={"Origin": "https://shop.techmoda.example"})
    assert ours.headers["access-control-allow-origin"] == "https://shop.techmoda.example"
    exposed = ours.headers["access-control-expose-headers"].split(",")
    assert {"ETag", "Retry-After", "X-Region"} <= set(exposed)
    theirs = call("GET", "/products", headers={"Origin": "https://elsewhere.example"})
    assert "access-control-allow-origin" not in theirs.headers


def test_a_problem_can_be_read_by_browsers_of_the_shop(call: Call) -> None:
    answer = call("GET", "/products/unknown", headers={"Origin": "https://shop.techmoda.example"})
    assert answer.headers["access-control-allow-origin"] == "https://shop.techmoda.example"


def test_a_product_without_a_description_shows_none(call: Call) -> None:
    assert "description" not in created(call).json
    described = call("POST", "/products", {**COAT_BODY, "description": "Warm"})
    assert described.json["description"] == "Warm"


def test_a_stored_etag_follows_the_content_alone(repository: MemoryRepository, call: Call) -> None:
    answer = created(call)
    stored = repository.products[answer.json["id"]]
    repository.products[stored.id] = replace(stored, write_token="another", created_by="another")
    assert call("GET", f"/products/{stored.id}").headers["etag"] == answer.headers["etag"]
