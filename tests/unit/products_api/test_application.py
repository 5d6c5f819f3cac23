"""One invocation as a whole: its answer, its log line, its metrics, its tracing, its cold start."""

from __future__ import annotations

import importlib
import json
import sys
import uuid
from typing import Any

import pytest
from tests.unit.products_api.fakes import Answer, Context, StoppedClock, request

from common.environment import SettingError
from products_api.application import build
from products_api.environment import Environment
from products_api.tracing import TRACE_HEADER, SampledTracing

SETTINGS = {
    "PRODUCTS_TABLE": "products",
    "CATEGORY_INDEX": "by-category",
    "IDEMPOTENCY_TABLE": "receipts",
    "CURSOR_KEY_ID": "alias/cursor",
    "ALLOWED_ORIGIN": "*",
    "AWS_REGION": "us-east-1",
    "POWERTOOLS_SERVICE_NAME": "products-api",
    "POWERTOOLS_METRICS_NAMESPACE": "TechModa/API",
}


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


def environment() -> Environment:
    # Powertools' loggers are known by their service's name and keep the stream that they began with.
    return Environment.from_environ({**SETTINGS, "POWERTOOLS_SERVICE_NAME": f"products-{uuid.uuid4()}"})


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def handle(
    event: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> tuple[Answer, dict[str, Any], dict[str, Any]]:
    """Return the answer, the request's log line and its metrics."""
    application = build(environment(), StoppedClock())
    answer = Answer(application.handle(event, Context()))  # type: ignore[arg-type]
    written = lines(capsys.readouterr().out)
    log = next(line for line in written if line.get("message") == "request")
    metrics = next(line for line in written if "_aws" in line)
    return answer, log, metrics


def test_a_request_leaves_one_log_line_that_leads_back_to_it(capsys: pytest.CaptureFixture[str]) -> None:
    _answer, log, _metrics = handle(request("GET", "/openapi.json"), capsys)
    assert (log["method"], log["path"], log["status"]) == ("GET", "/openapi.json", 200)
    assert (log["api_request_id"], log["region"]) == ("gateway-request", "us-east-1")


def test_a_request_counts_its_time_and_that_it_did_not_fail(capsys: pytest.CaptureFixture[str]) -> None:
    _answer, _log, metrics = handle(request("GET", "/openapi.json"), capsys)
    (directive,) = metrics["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("TechModa/API", [["service"]])
    units = {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]}
    assert units == {"ResponseTime": "Milliseconds", "Errors": "Count"}
    assert metrics["Errors"] == [0.0]
    assert metrics["service"].startswith("products-")


def test_a_client_error_is_no_error_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    answer, log, metrics = handle(request("POST", "/products", {"datos": "invalidos"}), capsys)
    assert (answer.status, metrics["Errors"]) == (400, [0.0])
    assert log["error"] == "InvalidRequestError"


def test_a_list_counts_its_size_and_a_failure_counts_as_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    application = build(environment(), StoppedClock())
    monkeypatch.setattr("products_api.repository.DynamoProductRepository.page", lambda *_: 1 / 0)
    answer = Answer(application.handle(request("GET", "/products"), Context()))  # type: ignore[arg-type]
    metrics = next(line for line in lines(capsys.readouterr().out) if "_aws" in line)
    assert (answer.status, metrics["Errors"]) == (500, [1.0])
    assert "ProductListSize" not in metrics


def test_the_size_of_a_list_is_a_metric(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from products_api.ports import Page

    monkeypatch.setattr("products_api.repository.DynamoProductRepository.page", lambda *_: Page([], None))
    _answer, _log, metrics = handle(request("GET", "/products"), capsys)
    assert metrics["ProductListSize"] == [0.0]


def test_an_invocation_with_no_time_left_is_answered_503(capsys: pytest.CaptureFixture[str]) -> None:
    application = build(environment(), StoppedClock())
    event = request("GET", "/products")
    answer = Answer(application.handle(event, Context(remaining_milliseconds=500)))  # type: ignore[arg-type]
    assert (answer.status, answer.problem, answer.headers["retry-after"]) == (503, "unavailable", "2")
    assert "no time is left" in capsys.readouterr().out


@pytest.mark.parametrize(
    "name",
    [
        "PRODUCTS_TABLE",
        "CATEGORY_INDEX",
        "IDEMPOTENCY_TABLE",
        "CURSOR_KEY_ID",
        "ALLOWED_ORIGIN",
        "AWS_REGION",
    ],
)
def test_a_missing_setting_is_named_at_the_start(name: str) -> None:
    with pytest.raises(SettingError, match=name):
        Environment.from_environ({key: value for key, value in SETTINGS.items() if key != name})
    with pytest.raises(SettingError, match=name):
        Environment.from_environ({**SETTINGS, name: " "})


@pytest.fixture
def _fresh_handler_module() -> Any:
    sys.modules.pop("products_api.handler", None)
    yield
    sys.modules.pop("products_api.handler", None)


@pytest.mark.usefixtures("_fresh_handler_module")
def test_the_handler_that_lambda_calls_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    module = importlib.import_module("products_api.handler")
    answer = Answer(module.handler(request("GET", "/openapi.json"), Context()))
    assert answer.json["openapi"].startswith("3.")


@pytest.mark.usefixtures("_fresh_handler_module")
def test_a_function_without_its_settings_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SettingError, match="PRODUCTS_TABLE"):
        importlib.import_module("products_api.handler")


def test_only_sampled_requests_load_the_tracer(monkeypatch: pytest.MonkeyPatch) -> None:
    traced: list[str] = []

    class FakeTracer:
        def __init__(self, service: str, patch_modules: list[str]) -> None:
            assert (service, patch_modules) == ("products-api", ["botocore"])

        def capture_lambda_handler(self, handler: Any, capture_response: bool) -> Any:
            assert not capture_response, "answers must stay out of the traces"

            def wrapped(event: Any, context: Any) -> Any:
                traced.append("request")
                return handler(event, context)

            return wrapped

    monkeypatch.setattr("aws_lambda_powertools.Tracer", FakeTracer)
    environ: dict[str, str] = {}
    tracing = SampledTracing(lambda event, _context: event, "products-api", environ)
    tracing({}, None)
    environ[TRACE_HEADER] = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0"
    tracing({}, None)
    assert traced == []
    environ[TRACE_HEADER] = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    assert tracing({"a": 1}, None) == {"a": 1}
    assert traced == ["request"]
