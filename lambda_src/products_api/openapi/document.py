"""The OpenAPI document: operations and answers, from the code's own error map."""

from typing import Any

from products_api import problems
from products_api.errors import ApiError
from products_api.openapi.parameters import headers, parameters
from products_api.openapi.schemas import schemas
from products_api.routes import REGION_HEADER

Json = dict[str, Any]

# Answers that API Gateway gives before the function is reached, or instead of it.
_BY_GATEWAY = {
    "403": "Refused before the function: by the web firewall, or the token lacks products:write.",
    "429": "Too many requests; slow down.",
    "504": "The function did not answer in time.",
}
_MEANINGS = {
    "400": "The request breaks its schema or is not well-formed; `errors` names each field.",
    "401": "The bearer token is missing, malformed, expired or not signed by a trusted key.",
    "404": "No product has, or can have, this id.",
    "405": "The path has no such method; Allow names those that it has.",
    "409": "The product is no longer at the version in the body; read it again.",
    "412": "The product is no longer what If-Match names; read it again.",
    "413": "The body is larger than any valid product.",
    "415": "The body is not application/json.",
    "422": "The Idempotency-Key was used before with another body.",
    "428": "Neither a version nor If-Match says what the update replaces.",
    "500": "The server failed; the problem says nothing about how.",
    "503": "The data store is throttled, slow or out of reach; try again after Retry-After seconds.",
}
# The gateway's own answers do not name the region; what the function answers does.
_HEADERS_OF_PROBLEMS = {"405": ("Allow", "Region"), "503": ("RetryAfter", "Region")}
_ALWAYS = ("403", "405", "429", "500", "503", "504")
_WRITE = ("400", "401", "413", "415")


def build() -> Json:
    """Return the OpenAPI 3.1 document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "TechModa products",
            "version": "1.0.0",
            "description": "Products of TechModa's shop, served from two regions. Reads are public, writes "
            "need a bearer token. Errors are problem documents (RFC 9457).",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/v1"}],
        "tags": [{"name": "products"}, {"name": "operations"}],
        "paths": {
            "/products": {"get": _list(), "post": _create()},
            "/products/{id}": {
                "parameters": [{"$ref": "#/components/parameters/ProductId"}],
                "get": _get(),
                "put": _update(),
                "delete": _delete(),
            },
            "/health": {"get": _health()},
            "/openapi.json": {"get": _openapi()},
        },
        "components": {
            "schemas": schemas([problems.TYPE_PREFIX + name for name in _problem_names()]),
            "parameters": parameters(),
            "headers": headers(),
            "responses": {
                _response_name(status): _problem(status) for status in {**_MEANINGS, **_BY_GATEWAY}
            },
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "Signed with RS256 by a trusted key, with the scope products:write.",
                }
            },
        },
    }


def _list() -> Json:
    return _operation(
        "listProducts",
        "List products, a page at a time; eventually consistent. A page may hold fewer products than "
        "`limit`; the last one has no next_cursor.",
        {"200": _json_answer("A page of products.", "ProductPage")},
        ("400",),
        parameters=["Limit", "Category", "Cursor"],
    )


def _create() -> Json:
    created = _json_answer("The product, created now or by an earlier request with this key.", "Product")
    created["headers"] = _refs("ETag", "Location", "IdempotencyReplayed")
    return _operation(
        "createProduct",
        "Create a product. Send an Idempotency-Key: repeating the request then never makes a second one.",
        {"201": created},
        (*_WRITE, "422"),
        parameters=["IdempotencyKey"],
        body="ProductCreate",
    )


def _get() -> Json:
    product = _json_answer("The product; read after the last write in this region.", "Product")
    product["headers"] = _refs("ETag")
    unchanged = {"description": "The client's copy is current.", "headers": _refs("ETag")}
    return _operation(
        "getProduct",
        "Read a product.",
        {"200": product, "304": unchanged},
        ("404",),
        parameters=["IfNoneMatch"],
    )


def _update() -> Json:
    product = _json_answer("The product after the update.", "Product")
    product["headers"] = _refs("ETag")
    return _operation(
        "updateProduct",
        "Replace all fields of a product, if it is still at the version in the body or the state that "
        "If-Match names. One of the two is needed; if both are given, both must hold.",
        {"200": product},
        (*_WRITE, "404", "409", "412", "428"),
        parameters=["IfMatch"],
        body="ProductUpdate",
    )


def _delete() -> Json:
    return _operation(
        "deleteProduct",
        "Delete a product. Deleting one that is not there succeeds, so the request can be repeated; 404 "
        "is only for an id that no product can have.",
        {"204": {"description": "The product is not there any more."}},
        ("401", "404", "412"),
        parameters=["IfMatch"],
    )


def _health() -> Json:
    operation = _operation(
        "getHealth",
        "Say whether this region can read its own table. The answer is at most a few seconds old.",
        {"200": _json_answer("The region can serve.", "Health")},
        (),
        tag="operations",
    )
    unhealthy = {"$ref": "#/components/schemas/UnhealthyProblem"}
    operation["responses"]["503"] = {
        "description": "The region cannot serve; `reason` says why.",
        "headers": _refs("Region"),
        "content": {problems.CONTENT_TYPE: {"schema": unhealthy}},
    }
    return operation


def _openapi() -> Json:
    answer = {
        "description": "This document.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
    return _operation("getOpenapi", "Read this document.", {"200": answer}, (), tag="operations")


def _operation(  # the parts of an operation, in the order in which OpenAPI lists them
    name: str,
    description: str,
    answers: Json,
    faults: tuple[str, ...],
    *,
    parameters: list[str] | None = None,
    body: str | None = None,
    tag: str = "products",
) -> Json:
    statuses = sorted({*faults, *_ALWAYS})
    for answer in answers.values():
        answer["headers"] = {**answer.get("headers", {}), **_refs("Region")}
    operation: Json = {
        "operationId": name,
        "summary": description.partition(".")[0] + ".",
        "description": description,
        "tags": [tag],
        "responses": {
            **answers,
            **{status: {"$ref": f"#/components/responses/{_response_name(status)}"} for status in statuses},
        },
    }
    if parameters:
        operation["parameters"] = [{"$ref": f"#/components/parameters/{name}"} for name in parameters]
    if body:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{body}"}}},
        }
    if "401" in faults:
        operation["security"] = [{"token": []}]
    return operation


def _problem(status: str) -> Json:
    answer: Json = {
        "description": _MEANINGS.get(status) or _BY_GATEWAY[status],
        "content": {problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if names := _HEADERS_OF_PROBLEMS.get(status, ("Region",) if status in _MEANINGS else ()):
        answer["headers"] = _refs(*names)
    return answer


def _json_answer(description: str, schema: str) -> Json:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": description, "content": content}


def _refs(*names: str) -> Json:
    spelled = {
        "IdempotencyReplayed": "Idempotency-Replayed",
        "Region": REGION_HEADER,
        "RetryAfter": "Retry-After",
    }
    return {spelled.get(name, name): {"$ref": f"#/components/headers/{name}"} for name in names}


def _response_name(status: str) -> str:
    return f"Problem{status}"


def _problem_names() -> list[str]:
    """Return every problem name that the error map can give, checked to be complete."""
    missing = [kind.__name__ for kind in ApiError.__subclasses__() if kind not in problems.ANSWERS]
    if missing:
        raise LookupError(f"errors without an answer in problems.ANSWERS: {missing}")
    return sorted({name for _status, name in problems.ANSWERS.values()})
