"""Metrics and terms that are found in texts: embedded metrics, filter patterns, search expressions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local_aws.metrics.embedded_format import EmbeddedFormatError, embedded_metrics
from local_aws.metrics.expression_syntax import ExpressionError
from local_aws.metrics.log_pattern_syntax import PatternError
from local_aws.metrics.log_patterns import compile_pattern
from local_aws.metrics.search import find
from local_aws.metrics.store import metric

SPECIFIED: dict[str, Any] = {
    "_aws": {
        "Timestamp": 1574109732004,
        "CloudWatchMetrics": [
            {
                "Namespace": "lambda-function-metrics",
                "Dimensions": [["functionVersion"]],
                "Metrics": [{"Name": "time", "Unit": "Milliseconds", "StorageResolution": 60}],
            }
        ],
    },
    "functionVersion": "$LATEST",
    "time": 100,
    "requestId": "989ffbf8-9ace-4817-a57c-e4dd734019ee",
}


def embedded(*, dimensions: list[list[str]], definition: dict[str, Any], **members: Any) -> str:
    directive = {"Namespace": "N", "Dimensions": dimensions, "Metrics": [definition]}
    return json.dumps({"_aws": {"Timestamp": 1000, "CloudWatchMetrics": [directive]}, **members})


def test_the_example_of_the_specification_gives_its_metric() -> None:
    (datum,) = embedded_metrics(json.dumps(SPECIFIED))
    assert datum.metric == metric("lambda-function-metrics", "time", {"functionVersion": "$LATEST"})
    assert (datum.timestamp, datum.value, datum.unit) == (1574109732.004, 100, "Milliseconds")
    assert not datum.high_resolution


def test_every_dimension_set_and_every_value_of_an_array_counts() -> None:
    line = embedded(dimensions=[["a"], ["a", "b"], []], definition={"Name": "m"}, a="1", b="2", m=[5, 6])
    found = {(datum.metric.dimensions, datum.value) for datum in embedded_metrics(line)}
    sets = [(("a", "1"),), (("a", "1"), ("b", "2")), ()]
    assert found == {(each, value) for each in sets for value in (5.0, 6.0)}


def test_a_document_after_lambdas_own_words_counts() -> None:
    assert len(embedded_metrics("[INFO] 2024-01-01 request " + json.dumps(SPECIFIED))) == 1


def test_storage_resolution_one_is_high_resolution() -> None:
    line = embedded(dimensions=[[]], definition={"Name": "m", "StorageResolution": 1}, m=1)
    assert embedded_metrics(line)[0].high_resolution


@pytest.mark.parametrize(
    "members",
    [{"m": "five", "a": "1"}, {"m": True, "a": "1"}, {"m": 5}, {"m": 5, "a": 1}, {"a": "1"}],
    ids=["text", "boolean", "no dimension", "dimension is no text", "no metric"],
)
def test_what_the_document_does_not_back_is_left_out(members: dict[str, Any]) -> None:
    assert embedded_metrics(embedded(dimensions=[["a"]], definition={"Name": "m"}, **members)) == []


@pytest.mark.parametrize("line", ["", "plain text", '{"level": "INFO"}', '{"_aws": 1}'])
def test_a_line_without_metrics_gives_none(line: str) -> None:
    assert embedded_metrics(line) == []


@pytest.mark.parametrize(
    ("line", "parsed"),
    [
        ('{"_aws": {"CloudWatchMetrics": [', False),
        ('{"_aws": {"CloudWatchMetrics": []}}', True),
        ('{"_aws": {"Timestamp": 1, "CloudWatchMetrics": [{"Metrics": []}]}}', True),
    ],
)
def test_a_line_that_breaks_the_format_says_how_far_it_got(line: str, parsed: bool) -> None:
    with pytest.raises(EmbeddedFormatError) as caught:
        embedded_metrics(line)
    assert caught.value.parsed is parsed


EVENT = json.dumps(
    {
        "level": "ERROR",
        "status": 503,
        "path": "/v1/products",
        "cached": False,
        "reason": None,
        "user": {"id": "u1"},
        "tags": ["a", "b"],
    }
)
ACCESS = '10.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "ERROR",
        "ERROR products",
        '"/v1/products"',
        "?WARN ?ERROR",
        "ERROR -timeout",
        "%prod[a-z]+%",
        '{ $.level = "ERROR" }',
        "{ $.level = ERR* }",
        "{ $.status >= 500 && $.status < 600 }",
        '{ ($.status = 200) || ($.user.id = "u1") }',
        '{ $.tags[1] = "b" }',
        "{ $.cached IS FALSE }",
        "{ $.reason IS NULL }",
        "{ $.user.id EXISTS }",
        "{ $.nosuch NOT EXISTS }",
        '{ $.level != "INFO" }',
        "{ $.path = %v[0-9]/prod% }",
    ],
)
def test_a_pattern_matches_the_event(pattern: str) -> None:
    assert compile_pattern(pattern)(EVENT) is not None


@pytest.mark.parametrize(
    "pattern",
    [
        "INFO",
        "ERROR WARN",
        "?WARN ?INFO",
        "ERROR -products",
        '{ $.level = "error" }',
        "{ $.status > 503 }",
        "{ $.status >= 500 && $.cached IS TRUE }",
        "{ $.nosuch = 1 }",
        "{ $.path > 1 }",
        "[a, b]",
    ],
)
def test_a_pattern_does_not_match_the_event(pattern: str) -> None:
    assert compile_pattern(pattern)(EVENT) is None


def test_an_event_that_is_no_json_has_no_properties() -> None:
    assert compile_pattern('{ $.level = "ERROR" }')("level ERROR") is None


def test_properties_of_a_matching_event_can_be_read() -> None:
    found = compile_pattern("{ $.status = * }")(EVENT)
    assert found is not None
    assert (found("$.status"), found("$.user.id"), found("$.nosuch")) == (503, "u1", None)


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("[ip, id, user, timestamp, request, status_code, size]", True),
        ("[ip, id, user, timestamp, request, status_code = 4*, size > 1000]", True),
        ("[..., status_code = 404, size]", True),
        ("[ip, ..., size > 2000]", False),
        ("[ip, id, user]", False),
        ('[ip, id, user = "frank", ...]', True),
    ],
)
def test_fields_of_a_space_delimited_event(pattern: str, matches: bool) -> None:
    found = compile_pattern(pattern)(ACCESS)
    assert (found is not None) is matches


def test_a_field_of_a_matching_event_can_be_read_by_name() -> None:
    found = compile_pattern("[ip, id, user, timestamp, request, status, size]")(ACCESS)
    assert found is not None
    assert (found("$size"), found("$ip")) == ("1534", "10.0.0.1")


@pytest.mark.parametrize("pattern", ["{ $.a = 1", "{ $.a }", "{ = 1 }", "{ $.a = 1 || }", "[a, b"])
def test_a_pattern_that_cannot_be_read_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(pattern)


COUNT = metric("Shop", "CustomCount1", {"Api": "products"})
ERRORS = metric("AWS/Lambda", "Errors", {"FunctionName": "shop-api"})
ALIAS = metric("AWS/Lambda", "Errors", {"FunctionName": "shop-api", "Resource": "shop-api:live"})
INVOCATIONS = metric("AWS/Lambda", "Invocations", {"FunctionName": "authorizer"})
ALL = [COUNT, ERRORS, ALIAS, INVOCATIONS]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("{AWS/Lambda,FunctionName}", [ERRORS, INVOCATIONS]),
        ('{AWS/Lambda,FunctionName} MetricName="Errors"', [ERRORS]),
        ('{AWS/Lambda} MetricName="Errors"', [ERRORS, ALIAS]),
        ("count", [COUNT]),
        ("CustomCount", [COUNT]),
        ("customcount", []),
        ('"CustomCount1"', [COUNT]),
        ('"CustomCount"', []),
        ("Namespace=AWS shop", [ERRORS, ALIAS]),
        ("NOT Namespace=AWS", [COUNT]),
        ("Errors OR Invocations", [ERRORS, INVOCATIONS, ALIAS]),
        (
            '{AWS/Lambda,FunctionName} MetricName="Errors" OR (Invocations AND authorizer)',
            [ERRORS, INVOCATIONS],
        ),
        ('FunctionName="shop-api" NOT Resource="shop-api:live"', [ERRORS]),
    ],
)
def test_a_search_finds_its_metrics(expression: str, found: list[Any]) -> None:
    assert set(find(expression, ALL)) == set(found)


def test_a_search_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ExpressionError):
        find("{AWS/Lambda} (Errors", ALL)
