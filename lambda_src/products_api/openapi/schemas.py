"""The schemas of openapi.json: requests from schemas/, answers built on the same fields."""

from typing import Any

from products_api.validation import schema

Json = dict[str, Any]


def schemas(problem_types: list[str]) -> Json:
    """Return components/schemas; `problem_types` are all values a problem's `type` can have."""
    create, update = _request("product-create"), _request("product-update")
    return {
        "ProductCreate": create,
        "ProductUpdate": update,
        "Product": _product(create, update),
        "ProductPage": _object(
            {
                "items": {
                    "type": "array",
                    "items": {"$ref": "#/components/schemas/Product"},
                    "maxItems": 100,
                },
                "next_cursor": {
                    "type": ["string", "null"],
                    "description": "Pass it as cursor to read on; null on the last page.",
                },
            }
        ),
        "Health": _object({"status": {"const": "ok"}, **_health_facts()}),
        "UnhealthyProblem": _object({**_problem_members(), **_health_facts()}),
        "Problem": _problem(problem_types),
        "FieldError": _object({"field": {"type": "string"}, "message": {"type": "string"}}),
    }


def _request(name: str) -> Json:
    """Return a request schema without what only a schema file of its own needs."""
    found = schema(name)
    del found["$schema"]
    return found


def _product(create: Json, update: Json) -> Json:
    """Return a stored product: what a client writes and what the server adds."""
    moment = {"type": "string", "format": "date-time"}
    properties = {
        "id": {"type": "string", "description": "Given by the server."},
        **create["properties"],
        "version": {**update["properties"]["version"], "description": "1 at first, raised by every update."},
        "created_at": moment,
        "updated_at": moment,
    }
    product = _object(properties, optional=("description",))
    return {"description": "A product as it is stored.", **product}


def _problem(types: list[str]) -> Json:
    members = {
        **_problem_members(),
        "errors": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/FieldError"},
            "description": "Each field that is missing, unknown or wrong.",
        },
        "current_version": {"type": "integer", "description": "With 409: the version to read again."},
    }
    members["type"] = {"type": "string", "examples": types}
    # The gateway cannot name the status of what it has no answer of its own for.
    problem = _object(members, optional=("errors", "current_version", "status"))
    problem["additionalProperties"] = True  # RFC 9457: clients ignore members that they do not know
    return {"description": "A problem document (RFC 9457).", **problem}


def _problem_members() -> Json:
    return {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {
            "type": "string",
            "description": "The path that was asked for; in answers of the gateway the request, as urn:uuid.",
        },
    }


def _health_facts() -> Json:
    return {
        "region": {"type": "string", "examples": ["us-east-1"]},
        "reason": {"type": "string"},
        "checked_at": {"type": "string", "format": "date-time"},
    }


def _object(properties: Json, optional: tuple[str, ...] = ()) -> Json:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in properties if name not in optional],
        "properties": properties,
    }
