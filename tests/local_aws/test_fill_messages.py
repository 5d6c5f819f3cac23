"""The request validator's wording, API Gateway's patches and AWS's constraint messages, without a server."""

from __future__ import annotations

from typing import Any

import pytest

from local_aws.fills.apigateway_access_log import render
from local_aws.fills.apigateway_lambda import MalformedAnswerError, proxy_answer
from local_aws.fills.apigateway_patch import apply_patch
from local_aws.fills.schema_messages import messages
from local_aws.fills.service_models import service_model, validation_message

MESSAGES: list[tuple[dict[str, Any], object, list[str]]] = [
    ({"type": "object"}, {}, []),
    (
        {"type": "object"},
        [],
        ['instance type (array) does not match any allowed primitive type (allowed: ["object"])'],
    ),
    (
        {"type": ["string", "null"]},
        True,
        ['instance type (boolean) does not match any allowed primitive type (allowed: ["string","null"])'],
    ),
    (
        {"required": ["b", "a"], "properties": {}, "additionalProperties": False},
        {"z": 1, "y": 2},
        [
            'object instance has properties which are not allowed by the schema: ["y","z"]',
            'object has missing required properties (["a","b"])',
        ],
    ),
    (
        {"properties": {"b": {"minimum": 1}, "a": {"maxLength": 1}}},
        {"a": "xx", "b": 0},
        [
            'string "xx" is too long (length: 2, maximum allowed: 1)',
            "numeric instance is lower than the required minimum (minimum: 1, found: 0)",
        ],
    ),
    (
        {"minimum": 1, "exclusiveMinimum": True},
        1,
        ["numeric instance is not strictly greater than the required minimum 1"],
    ),
    ({"enum": ["a", "b"]}, "c", ['instance value ("c") not found in enum (possible values: ["a","b"])']),
    ({"pattern": "^a$"}, "b", ['ECMA 262 regex "^a$" does not match input string "b"']),
    (
        {"required": ["a"], "properties": {"b": {"type": "string"}}},
        {"b": 1},
        ['object has missing required properties (["a"])'],
    ),
]


@pytest.mark.parametrize(("schema", "value", "expected"), MESSAGES)
def test_a_broken_keyword_is_described(schema: dict[str, Any], value: object, expected: list[str]) -> None:
    assert messages(schema, value) == expected


PATCHES: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ({"name": "a"}, {"op": "replace", "path": "/name", "value": "b"}, {"name": "b"}),
    ({"name": "a"}, {"op": "remove", "path": "/name"}, {}),
    ({}, {"op": "add", "path": "/requestTemplates/application~1json", "value": "{}"},
     {"requestTemplates": {"application/json": "{}"}}),
    ({}, {"op": "replace", "path": "/disableExecuteApiEndpoint", "value": "true"},
     {"disableExecuteApiEndpoint": True}),
    ({}, {"op": "replace", "path": "/timeoutInMillis", "value": "500"}, {"timeoutInMillis": 500}),
    ({}, {"op": "add", "path": "/responseParameters/method.response.header.Vary", "value": "true"},
     {"responseParameters": {"method.response.header.Vary": True}}),
    ({}, {"op": "add", "path": "/responseParameters/method.response.header.Vary", "value": "'Origin'"},
     {"responseParameters": {"method.response.header.Vary": "'Origin'"}}),
    ({}, {"op": "add", "path": "/variables/limit", "value": "5"}, {"variables": {"limit": "5"}}),
    ({"binaryMediaTypes": ["a/b"]}, {"op": "add", "path": "/binaryMediaTypes/image~1png"},
     {"binaryMediaTypes": ["a/b", "image/png"]}),
    ({"binaryMediaTypes": ["a/b"]}, {"op": "remove", "path": "/binaryMediaTypes/a~1b"},
     {"binaryMediaTypes": []}),
    ({"endpointConfiguration": {"types": ["EDGE"]}},
     {"op": "replace", "path": "/endpointConfiguration/types/0", "value": "REGIONAL"},
     {"endpointConfiguration": {"types": ["REGIONAL"]}}),
]  # fmt: skip


@pytest.mark.parametrize(("before", "operation", "after"), PATCHES)
def test_a_patch_changes_one_member(
    before: dict[str, Any], operation: dict[str, Any], after: dict[str, Any]
) -> None:
    assert apply_patch(before, [operation]) == after


@pytest.mark.parametrize(
    "payload",
    ["text", {"message": "hi"}, {"body": {"an": "object"}}, {"statusCode": "fine"}, {"cookies": []}],
)
def test_what_is_no_proxy_response_is_refused(payload: object) -> None:
    with pytest.raises(MalformedAnswerError):
        proxy_answer(payload, "", [])


def test_values_of_both_header_members_are_merged() -> None:
    payload = {
        "headers": {"content-type": "text/plain", "X-One": 1},
        "multiValueHeaders": {"x-one": ["2", "3"]},
    }
    assert proxy_answer(payload, "", [])[1] == {"content-type": "text/plain", "x-one": ["2", "3"]}


def test_an_access_log_line_stays_json_whatever_the_values_hold() -> None:
    line = render('{"path":"$context.path","who":"$context.authorizer.x"}', {"context.path": '/a"b'})
    assert line == '{"path":"/a\\"b","who":"-"}'


def test_every_broken_constraint_is_named() -> None:
    shape = service_model("application-autoscaling").operation_model("PutScalingPolicy").input_shape
    request = {"ServiceNamespace": "nowhere", "ResourceId": "", "PolicyName": "p"}
    message = validation_message(shape, request) or ""
    assert message.startswith("3 validation errors detected: ")
    assert "Value 'nowhere' at 'serviceNamespace' failed to satisfy constraint" in message
    assert (
        "Value null at 'scalableDimension' failed to satisfy constraint: Member must not be null" in message
    )
