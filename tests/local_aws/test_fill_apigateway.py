"""API Gateway's contract for requests to REST APIs. On AWS these tests pass as well, given the host name."""

from __future__ import annotations

import base64
import gzip
import json
import uuid
from collections.abc import Iterator

import pytest
from tests.local_aws.rest_api import REGION, Api, allow_gateway, deployed_api, patches

from local_aws.testing import LocalAws


@pytest.fixture(scope="module")
def api(aws: LocalAws) -> Iterator[Api]:
    with deployed_api(aws) as made:
        yield made


def test_a_function_gets_the_request_and_its_answer_is_returned(api: Api) -> None:
    answer = api.call("GET", "/items?tag=a&tag=b", headers={"X-Shop": "eu"})
    event = answer.json()
    assert answer.status_code == 200
    assert event["resource"] == "/items"
    assert event["multiValueQueryStringParameters"] == {"tag": ["a", "b"]}
    assert event["queryStringParameters"] == {"tag": "b"}
    assert {name.lower(): value for name, value in event["headers"].items()}["x-shop"] == "eu"
    assert event["requestContext"]["stage"] == "live"
    assert "version" not in event


def test_every_answer_names_the_request_id_that_the_function_saw(api: Api) -> None:
    answer = api.call("GET", "/items")
    assert answer.headers["x-amzn-requestid"] == answer.json()["requestContext"]["requestId"]
    assert answer.headers["x-amz-apigw-id"]


def test_multi_value_headers_stay_apart(api: Api) -> None:
    answer = api.call("GET", "/items")
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert answer.headers["x-single"] == "1"
    assert answer.headers["content-type"] == "application/json"


def test_a_binary_answer_is_decoded_when_it_is_asked_for(api: Api) -> None:
    asked = api.call("GET", "/items/binary", headers={"Accept": "image/png"})
    assert asked.content == b"\x00\x01\x02"
    assert api.call("GET", "/items/binary", headers={"Accept": "text/html"}).text == "AAEC"


def test_a_binary_body_reaches_the_function_as_base64(api: Api) -> None:
    sent = {"Content-Type": "image/png"}
    event = api.call("GET", "/items/5", headers=sent, content=b"\x00\xff").json()
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == b"\x00\xff"


@pytest.mark.parametrize("path", ["raise", "malformed", "object"])
def test_a_function_that_fails_is_a_bad_gateway_and_its_error_is_not_shown(api: Api, path: str) -> None:
    answer = api.call("GET", f"/items/{path}")
    assert answer.status_code == 502
    assert answer.json() == {"message": "Internal server error"}


def test_an_integration_that_is_too_slow_is_a_gateway_timeout(api: Api) -> None:
    answer = api.call("GET", "/items/slow")
    assert answer.status_code == 504
    assert answer.json() == {"message": "Endpoint request timed out"}


def test_a_throttled_function_is_an_internal_error(api: Api) -> None:
    client = api.function.client
    client.put_function_concurrency(FunctionName=api.function.name, ReservedConcurrentExecutions=0)
    try:
        answer = api.call("GET", "/items")
    finally:
        client.delete_function_concurrency(FunctionName=api.function.name)
    assert answer.status_code == 500
    assert answer.json() == {"message": "Internal server error"}


def test_a_function_that_does_not_permit_the_call_is_not_called(api: Api) -> None:
    client = api.function.client
    statement = {"FunctionName": api.function.name, "Qualifier": "live", "StatementId": "api"}
    client.remove_permission(**statement)
    try:
        assert api.call("GET", "/items").status_code == 500
        client.add_permission(
            **statement,
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:{REGION}:{api.aws.settings.account_id}:another/*",
        )
        assert api.call("GET", "/items").status_code == 500
        client.remove_permission(**statement)
    finally:
        allow_gateway(api.function)
    assert api.call("GET", "/items").status_code == 200


def test_a_body_that_breaks_the_model_is_refused_with_the_reasons(api: Api) -> None:
    answer = api.post({"datos": "invalidos"})
    problem = answer.json()
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["detail"] == "Invalid request body"
    assert problem["reasons"] == (
        '[object instance has properties which are not allowed by the schema: ["datos"], '
        'object has missing required properties (["name","price"])]'
    )


def test_a_body_of_the_model_reaches_the_function(api: Api) -> None:
    answer = api.post({"name": "hat", "price": "10"})
    assert json.loads(answer.json()["body"]) == {"name": "hat", "price": "10"}


def test_a_body_that_is_not_json_is_refused(api: Api) -> None:
    sent = {"Authorization": "good", "Content-Type": "application/json"}
    answer = api.call("POST", "/items", content=b"{", headers=sent)
    assert (answer.status_code, answer.json()["title"]) == (400, "BAD_REQUEST_BODY")


def test_a_gateway_response_knows_the_request(api: Api) -> None:
    answer = api.call("POST", "/items")
    problem = answer.json()
    assert answer.status_code == 401
    assert problem == {
        "title": "UNAUTHORIZED",
        "detail": "Unauthorized",
        "reasons": "",
        "method": "POST",
        "request_id": answer.headers["x-amzn-requestid"],
        "stage": "blue",
        "none": "",
    }


def test_a_denied_token_is_forbidden(api: Api) -> None:
    answer = api.post({"name": "hat", "price": "10"}, Authorization="bad")
    assert (answer.status_code, answer.json()["title"]) == (403, "ACCESS_DENIED")


def test_the_authorizers_context_reaches_the_function_as_strings(api: Api) -> None:
    event = api.post({"name": "hat", "price": "10"}).json()
    seen = event["requestContext"]["authorizer"]
    assert (seen["principalId"], seen["scope"], seen["level"]) == ("shopper", "write", "3")


def test_the_authorizers_answer_is_kept_for_a_token(api: Api) -> None:
    token = f"good-{uuid.uuid4().hex}"
    first, second = (api.post({"name": "h", "price": "1"}, Authorization=token).json() for _ in range(2))
    context = "requestContext"
    assert first[context]["authorizer"]["at"] == second[context]["authorizer"]["at"]


@pytest.mark.parametrize(("method", "path"), [("GET", "/nothing"), ("DELETE", "/items")])
def test_what_the_api_does_not_have_needs_a_token_that_nobody_has(api: Api, method: str, path: str) -> None:
    answer = api.call(method, path)
    assert (answer.status_code, answer.json()["message"]) == (403, "Missing Authentication Token")


def test_a_preflight_has_headers_and_no_body(api: Api) -> None:
    answer = api.call("OPTIONS", "/items")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"


@pytest.fixture
def compressing(api: Api) -> Iterator[Api]:
    change = patches({"/minimumCompressionSize": "200"})
    api.gateway.update_rest_api(restApiId=api.id, patchOperations=change)
    yield api
    change = [{"op": "replace", "path": "/minimumCompressionSize"}]
    api.gateway.update_rest_api(restApiId=api.id, patchOperations=change)


def test_a_large_answer_is_compressed_if_the_caller_can_read_it(compressing: Api) -> None:
    asked = {"Accept-Encoding": "gzip"}
    large = compressing.call("GET", "/items", headers=asked)
    assert large.headers["content-encoding"] == "gzip"
    assert large.json()["resource"] == "/items"
    assert "content-encoding" not in compressing.call("GET", "/nothing", headers=asked).headers
    plain = compressing.call("GET", "/items", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


def test_a_compressed_body_is_expanded_before_it_is_validated(compressing: Api) -> None:
    sent = {"Authorization": "good", "Content-Type": "application/json", "Content-Encoding": "gzip"}
    body = gzip.compress(json.dumps({"name": "hat", "price": "10"}).encode())
    answer = compressing.call("POST", "/items", content=body, headers=sent)
    assert answer.status_code == 200
    assert json.loads(answer.json()["body"])["name"] == "hat"


def test_a_method_is_throttled_at_its_limit(api: Api) -> None:
    where = "/~1items/GET/throttling"
    api.update_stage(**{f"{where}/rateLimit": "0.001", f"{where}/burstLimit": "1"})
    try:
        codes = [api.call("GET", "/items").status_code for _ in range(3)]
    finally:
        api.update_stage(**{f"{where}/rateLimit": "10000", f"{where}/burstLimit": "5000"})
    assert codes[0] == 200
    assert 429 in codes


def test_the_default_endpoint_can_be_turned_off(api: Api) -> None:
    switch = "/disableExecuteApiEndpoint"
    api.gateway.update_rest_api(restApiId=api.id, patchOperations=patches({switch: "true"}))
    api.redeploy()
    try:
        answer = api.call("GET", "/items")
    finally:
        api.gateway.update_rest_api(restApiId=api.id, patchOperations=patches({switch: "false"}))
        api.redeploy()
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


def test_each_request_has_a_line_in_the_access_log(api: Api) -> None:
    served, refused = api.call("GET", "/items"), api.call("POST", "/items")
    lines = {line["id"]: line for line in api.access_log()}
    assert lines[served.headers["x-amzn-requestid"]] == {
        "id": served.headers["x-amzn-requestid"],
        "path": "/live/items",
        "status": "200",
        "error": "-",
        "who": "-",
        "backend": "200",
    }
    line = lines[refused.headers["x-amzn-requestid"]]
    assert (line["status"], line["error"], line["backend"]) == ("401", "Unauthorized", "-")


def test_an_access_log_names_the_authorized_principal(api: Api) -> None:
    answer = api.post({"name": "hat", "price": "10"})
    [line] = [line for line in api.access_log() if line["id"] == answer.headers["x-amzn-requestid"]]
    assert line["who"] == "shopper"
